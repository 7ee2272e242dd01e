import { BaseCommand } from '../../../../src/base-command.ts';

export default class Ask extends BaseCommand {
  async run(): Promise<object> {
    await this.parse(Ask);
    const sure = await this.confirm('Remove all of it?');
    this.context.stdout.write(sure ? 'removed\n' : 'kept\n');
    return { sure };
  }
}
