import { CommandHelp, Help } from '@oclif/core/help';

/** oclif trims a list as a whole, so that its first row loses the room that it leaves for a short letter. */
class AlignedCommandHelp extends CommandHelp {
  override renderList(...args: Parameters<CommandHelp['renderList']>): string {
    const [first] = args[0];
    return `${/^ */.exec(first?.[0] ?? '')?.[0] ?? ''}${super.renderList(...args)}`;
  }
}

/** The page of `mcs COMMAND --help`. */
export class AlignedHelp extends Help {
  protected override CommandHelpClass = AlignedCommandHelp;
}
