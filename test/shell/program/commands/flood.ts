import { BaseCommand } from '../../../../src/base-command.ts';

/** Writes more than any pipe holds. */
export default class Flood extends BaseCommand {
  async run(): Promise<object> {
    await this.parse(Flood);
    for (let line = 0; line < 200_000; line++) this.context.stdout.write(`${line} ${'x'.repeat(80)}\n`);
    return {};
  }
}
