import * as Args from '@oclif/core/args';
import { ExplainCommand } from '../../explain-command.ts';
import { namespaceFlags, outputFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { type ConflictExplanation, explainConflict } from '../../lib/actions/explain-conflict.ts';
import { explainConflictText } from '../../lib/output/explain-conflict-text.ts';

export default class ExplainConflict extends ExplainCommand {
  static override group: Group = 'Services';
  static override aliases = ['explain:conflicts'];
  static override hiddenAliases = ['explain:conflicts'];
  static override summary = 'Compare what clusters say of a service, field by field, and what each could change.';
  static override description =
    'Says what is used of each field, whose it is and why, and recomputes the service for every cluster that takes part in a conflict: as if it agreed, and as if it did not export. Nothing is written. Ends with 0 when all agree, 1 when they do not, 3 when that cannot be known.';
  static override examples = [
    { description: 'Who disagrees on shop/cart?', command: '<%= config.bin %> <%= command.id %> shop/cart' },
    {
      description: 'Before a change is applied, from folders of manifests:',
      command: '<%= config.bin %> <%= command.id %> shop/cart --dir clusters/east --dir clusters/west',
    },
  ];
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'The service: NAME or NAMESPACE/NAME.' }),
  };
  static override flags = { namespace: namespaceFlags.namespace, ...outputFlag(['table', 'wide', 'json', 'yaml']) };

  async run(): Promise<ConflictExplanation> {
    const { flags, args } = await this.parse(ExplainConflict);
    return this.explainWith(flags, args.name, {
      kind: 'ConflictExplanation',
      explain: explainConflict,
      text: explainConflictText,
    });
  }
}
