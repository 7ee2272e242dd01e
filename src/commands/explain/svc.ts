import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ClusterCommand } from '../../cluster-command.ts';
import { namespaceFlags, outputFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { type ServiceExplanation, explainService } from '../../lib/actions/explain-service.ts';
import { EXIT } from '../../lib/errors.ts';
import { explainText } from '../../lib/output/explain-text.ts';

export default class ExplainService extends ClusterCommand {
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
    const clusters = await this.clusters(flags);
    const result = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      explainService(clusters, {
        service: args.name,
        namespace: flags.namespace ?? 'default',
        in: flags.in ?? [],
        concurrency: flags.concurrency,
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
      }),
    );
    for (const warning of result.warnings) this.warn(warning);
    if (result.verdict === 'fail') this.endWith(EXIT.negative);
    else if (result.verdict === 'unknown') this.endWith(EXIT.partial);
    await this.print(flags.output, {
      kind: 'ServiceExplanation',
      result,
      text: (options) => explainText(result, options),
    });
    return result;
  }
}
