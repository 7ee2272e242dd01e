import { Args } from '@oclif/core';
import { BaseCommand } from '../../../../../src/base-command.ts';
import { dryRunFlag, namespaceFlags, outputFlag, yesFlag } from '../../../../../src/flags.ts';

/** Prints what was parsed. */
export default class SetFlags extends BaseCommand {
  static override args = { names: Args.string({ multiple: true }) };
  static override flags = {
    ...namespaceFlags,
    ...dryRunFlag,
    ...yesFlag,
    ...outputFlag(['json', 'name']),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SetFlags);
    const names = args.names ?? [];
    await this.print(flags.output, { kind: 'Parsed', result: { names, flags }, text: () => '', names: () => names });
    return { names, flags };
  }
}
