import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ExplainCommand } from '../../explain-command.ts';
import { namespaceFlags, outputFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { type ServiceExplanation, explainService } from '../../lib/actions/explain-service.ts';
import { explainText } from '../../lib/output/explain-text.ts';

export default class ExplainService extends ExplainCommand {
  static override group: Group = 'Services';
  static override aliases = ['explain:service'];
  static override hiddenAliases = ['explain:service'];
  static override summary = 'Say why clusters reach a service or do not: the one root cause, and what mends it.';
  static override description =
    'Follows the service from its exports to its address in each cluster: exported, valid, merged, imported, endpoints, address. Where the chain breaks, the later steps are skipped. Nothing is written. Ends with 0 when it holds everywhere, 1 when it broke, 3 when that cannot be known.';
  static override examples = [
    {
      description: 'Why does west not reach shop/cart?',
      command: '<%= config.bin %> <%= command.id %> shop/cart --in west',
    },
    {
      description: 'Every cluster, with all that was read and the rules applied:',
      command: '<%= config.bin %> <%= command.id %> cart -n shop -o wide',
    },
  ];
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'The service: NAME or NAMESPACE/NAME.' }),
  };
  static override flags = {
    in: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'CLUSTER',
      summary: 'Cluster to explain, by name or id; all when absent. Repeatable.',
    }),
    namespace: namespaceFlags.namespace,
    ...outputFlag(['table', 'wide', 'json', 'yaml']),
  };

  async run(): Promise<ServiceExplanation> {
    const { flags, args } = await this.parse(ExplainService);
    return this.explainWith(flags, args.name, {
      kind: 'ServiceExplanation',
      explain: (clusters, options) => explainService(clusters, { ...options, in: flags.in ?? [] }),
      text: explainText,
    });
  }
}
