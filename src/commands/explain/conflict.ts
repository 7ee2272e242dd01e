import * as Args from '@oclif/core/args';
import { ClusterCommand } from '../../cluster-command.ts';
import { namespaceFlags, outputFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { type ConflictExplanation, explainConflict } from '../../lib/actions/explain-conflict.ts';
import { EXIT } from '../../lib/errors.ts';
import { explainConflictText } from '../../lib/output/explain-conflict-text.ts';

export default class ExplainConflict extends ClusterCommand {
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
    const clusters = await this.clusters(flags);
    const result = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      explainConflict(clusters, {
        service: args.name,
        namespace: flags.namespace ?? 'default',
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
      kind: 'ConflictExplanation',
      result,
      text: (options) => explainConflictText(result, options),
    });
    return result;
  }
}
