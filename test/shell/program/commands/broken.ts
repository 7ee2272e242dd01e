import { BaseCommand } from '../../../../src/base-command.ts';

export default class Broken extends BaseCommand {
  async run(): Promise<never> {
    await this.parse(Broken);
    throw new TypeError('this is not a function');
  }
}
