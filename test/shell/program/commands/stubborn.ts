import { once } from 'node:events';
import { BaseCommand } from '../../../../src/base-command.ts';

/** Notices the first signal and does not stop. */
export default class Stubborn extends BaseCommand {
  async run(): Promise<never> {
    await this.parse(Stubborn);
    setInterval(() => undefined, 1000);
    this.context.stdout.write('ready\n');
    await once(this.signal, 'abort');
    this.context.stdout.write('still here\n');
    return new Promise<never>(() => undefined);
  }
}
