import { ClusterCommand } from '../../cluster-command.ts';
import { dryRunFlag, outputFlag } from '../../flags.ts';
import { type CRDsReport, installInto } from '../../lib/actions/crds-report.ts';
import { ourCRDs } from '../../lib/clusters/crd-manifests.ts';
import { renderInstalled } from '../../lib/output/crds-text.ts';

export default class CRDsInstall extends ClusterCommand {
  static override group = 'ClusterSet' as const;
  static override summary = 'Install the CRDs of the MCS API and the About API where they are missing or older.';
  static override description = `Never a downgrade: a newer CRD is left alone, and so is one that another MCS controller or an add-on manager keeps.`;
  static override examples = [
    {
      description: 'In two clusters:',
      command: '<%= config.bin %> <%= command.id %> --context east --context west',
    },
    {
      description: 'Ask the API servers what would change, and change nothing:',
      command: "<%= config.bin %> <%= command.id %> --context 'prod-*' --dry-run=server",
    },
  ];
  static override flags = { ...dryRunFlag, ...outputFlag(['table', 'json', 'yaml']) };

  async run(): Promise<CRDsReport> {
    const { flags } = await this.parse(CRDsInstall);
    const { chosen } = await this.clustersToWriteAround(flags);
    const ours = await ourCRDs(this.config.root);
    const report = await this.withProgress(flags, 'installing CRDs', chosen.length, (progress) =>
      installInto(chosen, {
        ours,
        dryRun: flags['dry-run'],
        concurrency: flags.concurrency,
        signal: this.signal,
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'done' : 'failed');
        },
      }),
    );
    await this.print(flags.output, { kind: 'CRDsReport', result: report, text: () => renderInstalled(report) });
    this.endWith(this.showFailures(report.clusters));
    return report;
  }
}
