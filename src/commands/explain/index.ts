import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { outputFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { UsageError } from '../../lib/errors.ts';
import { ruleText } from '../../lib/output/rule-text.ts';
import type { RuleInfo } from '../../lib/validate/finding.ts';
import { RULE_INFOS } from '../../lib/validate/rule-infos.ts';
import { ruleNamed } from '../../lib/validate/rule-named.ts';

export default class Explain extends BaseCommand {
  static override group: Group = 'Services';
  static override summary = 'Say what a code of mcs validate means, and how to mend it.';
  static override description =
    'For a service see mcs explain svc and mcs explain conflict: why a cluster reaches it or does not, and who disagrees on what.';
  static override examples = [
    { description: 'A code, as a finding shows it:', command: '<%= config.bin %> <%= command.id %> MCS201' },
    { description: 'For scripts:', command: '<%= config.bin %> <%= command.id %> MCS201 -o json' },
  ];
  static override args = {
    code: Args.string({ ignoreStdin: true, required: true, description: 'A code (MCS201) or title of a rule.' }),
  };
  static override flags = { ...outputFlag(['table', 'json', 'yaml']) };

  async run(): Promise<RuleInfo> {
    const { args, flags } = await this.parse(Explain);
    if (args.code.includes('/')) {
      throw new UsageError(`"${args.code}" is no code`, `for a service: mcs explain svc ${args.code}`);
    }
    const rule = ruleNamed(RULE_INFOS, args.code);
    await this.print(flags.output, {
      kind: 'ValidationRule',
      result: rule,
      text: (options) => ruleText(rule, options),
    });
    return rule;
  }
}
