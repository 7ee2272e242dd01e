import * as Args from '@oclif/core/args';
import { ClusterCommand } from '../cluster-command.ts';
import { namespaceFlags, outputFlag } from '../flags.ts';
import { type StatusReport, status } from '../lib/actions/status.ts';
import { statusText } from '../lib/output/status-text.ts';
import type { Group } from '../groups.ts';

export default class Status extends ClusterCommand {
  static override group: Group = 'Services';
  static override summary = 'Show exported and imported Services over all clusters, with their conflicts.';
  static override description =
    "Computed from the clusters' own objects, so that it is right before anybody has reconciled, and beside any implementation. Nothing is written. All namespaces are shown unless one is named.";
  static override examples = [
    { description: 'Every service of the clusterset:', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'One service, from folders of manifests, as a document:',
      command: '<%= config.bin %> <%= command.id %> shop/cart --dir clusters/east --dir clusters/west -o json',
    },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      description: 'Services to show: NAME or NAMESPACE/NAME; all when none is given.',
    }),
  };
  static override flags = { ...namespaceFlags, ...outputFlag(['table', 'wide', 'json', 'yaml', 'name']) };

  async run(): Promise<StatusReport> {
    const { flags, argv } = await this.parse(Status);
    const clusters = await this.clusters(flags);
    const result = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      status(clusters, {
        names: argv.map(String),
        concurrency: flags.concurrency,
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
      }),
    );
    for (const warning of result.warnings) this.warn(warning);
    this.endWith(this.showProblems(result.problems));
    await this.print(flags.output, {
      kind: 'StatusReport',
      result,
      text: (options) => statusText(result, options),
      names: () => result.services.map(({ namespace, name }) => `${namespace}/${name}`),
    });
    return result;
  }
}
