import { ClusterCommand } from '../cluster-command.ts';
import { outputFlag } from '../flags.ts';
import { type ClustersReport, reportClusters } from '../lib/actions/clusters-report.ts';
import { EXIT } from '../lib/errors.ts';
import { renderClusters } from '../lib/output/clusters-text.ts';

export default class Clusters extends ClusterCommand {
  static override group = 'ClusterSet' as const;
  static override summary = 'List clusters: who they are, what they serve, whether they answer.';
  static override examples = [
    { description: 'All contexts of the kubeconfig:', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'The names alone, without asking any cluster:',
      command: "<%= config.bin %> <%= command.id %> --context 'prod-*' -o name",
    },
  ];
  static override flags = { ...outputFlag(['table', 'wide', 'json', 'yaml', 'name']) };

  async run(): Promise<ClustersReport | readonly string[]> {
    const { flags } = await this.parse(Clusters);
    if (flags.output === 'name') return this.#names(await this.clusterNames(flags));
    const clusters = await this.clusters(flags);
    const report = await this.withProgress(flags, 'asking clusters', clusters.length, (progress) =>
      reportClusters(clusters, {
        concurrency: flags.concurrency,
        onCluster: (cluster) => {
          progress.done(cluster.name, 'asked');
        },
      }),
    );
    this.signal.throwIfAborted(); // else an interrupted look would pass for clusters that are down
    await this.print(flags.output, {
      kind: 'ClustersReport',
      result: report,
      text: (options) => renderClusters(report, options),
    });
    const failed = report.clusters.filter(({ error }) => error !== undefined);
    if (failed.length > 0)
      this.endWith(report.clusters.some(({ reachable }) => reachable) ? EXIT.partial : EXIT.nothing);
    return report;
  }

  async #names(names: readonly string[]): Promise<readonly string[]> {
    await this.print('name', { kind: 'ClustersReport', result: {}, text: () => '', names: () => names });
    return names;
  }
}
