import { once } from 'node:events';
import { BaseCommand } from '../../../../src/base-command.ts';
import { InterruptedError } from '../../../../src/lib/errors.ts';

/** Works until it is told to stop, then says what it has done so far. */
export default class Wait extends BaseCommand {
  async run(): Promise<never> {
    await this.parse(Wait);
    const alive = setInterval(() => undefined, 1000);
    this.context.stdout.write('ready\n');
    await once(this.signal, 'abort');
    clearInterval(alive);
    this.context.stdout.write('two of three done\n');
    throw new InterruptedError('interrupted after two of three', 'run it again');
  }
}
