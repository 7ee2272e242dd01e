import { ClusterCommand } from '../../cluster-command.ts';
import { outputFlag } from '../../flags.ts';
import { type CRDsReport, reportCRDs } from '../../lib/actions/crds-report.ts';
import { ourCRDs } from '../../lib/clusters/crd-manifests.ts';
import { renderCRDs } from '../../lib/output/crds-text.ts';

export default class CRDsStatus extends ClusterCommand {
  static override group = 'ClusterSet' as const;
  static override summary = 'Show which versions of the CRDs clusters serve and store, and what would be upgraded.';
  static override examples = [
    { description: 'All contexts of the kubeconfig:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'One cluster, for scripts:', command: '<%= config.bin %> <%= command.id %> --context east -o json' },
  ];
  static override flags = { ...outputFlag(['table', 'wide', 'json', 'yaml']) };

  async run(): Promise<CRDsReport> {
    const { flags } = await this.parse(CRDsStatus);
    const [clusters, ours] = await Promise.all([this.clusters(flags), ourCRDs(this.config.root)]);
    const report = await this.withProgress(flags, 'reading CRDs', clusters.length, (progress) =>
      reportCRDs(clusters, {
        ours,
        concurrency: flags.concurrency,
        signal: this.signal,
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'read' : 'failed');
        },
      }),
    );
    await this.print(flags.output, {
      kind: 'CRDsReport',
      result: report,
      text: (options) => renderCRDs(report, options),
    });
    this.endWith(this.showFailures(report.clusters));
    return report;
  }
}
