import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ClusterCommand } from '../cluster-command.ts';
import { dryRunFlag, outputFlag } from '../flags.ts';
import { type JoinReport, join } from '../lib/actions/join.ts';
import { rfc3339 } from '../lib/api/rfc3339.ts';
import { ourCRDs } from '../lib/clusters/crd-manifests.ts';
import { renderJoined } from '../lib/output/joined.ts';
import { some } from '../lib/output/some.ts';

export default class Join extends ClusterCommand {
  static override group = 'ClusterSet' as const;
  static override summary = 'Make clusters members of a ClusterSet.';
  static override description = `Gives each cluster an id, unique among all clusters that can be reached, and the membership.
Installs the CRDs of the MCS API and the About API where they are missing or older.
Everything is checked in all clusters before anything is written.`;
  static override examples = [
    {
      description: 'Two clusters of the kubeconfig join prod; their ids are the names of the contexts:',
      command: '<%= config.bin %> <%= command.id %> prod --context east --context west',
    },
    {
      description: 'A folder of manifests joins under an id of its own:',
      command: '<%= config.bin %> <%= command.id %> prod --dir clusters/east --id eu-east-1',
    },
  ];
  static override args = {
    clusterset: Args.string({
      ignoreStdin: true,
      name: 'CLUSTERSET',
      required: true,
      description: 'Name of the ClusterSet.',
    }),
  };
  static override flags = {
    id: Flags.string({
      helpValue: 'ID',
      summary: 'Id of the cluster: one RFC 1123 label. Default: the id it had before, else its name.',
    }),
    'skip-crds': Flags.boolean({ summary: 'Install no CRDs.' }),
    ...dryRunFlag,
    ...outputFlag(['table', 'json', 'yaml']),
  };

  async run(): Promise<JoinReport> {
    const { args, flags } = await this.parse(Join);
    const { chosen, others } = await this.clustersToWriteAround(flags);
    const crds = flags['skip-crds'] ? undefined : await ourCRDs(this.config.root);
    const total = chosen.length + others.length;
    const report = await this.withProgress(flags, 'asking clusters', total, (progress) =>
      join(chosen, others, {
        clusterset: args.clusterset,
        id: flags.id,
        crds,
        dryRun: flags['dry-run'],
        now: rfc3339(Date.now()),
        concurrency: flags.concurrency,
        signal: this.signal,
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
      }),
    );
    await this.print(flags.output, { kind: 'JoinReport', result: report, text: () => renderJoined(report) });
    this.#explain(report);
    return report;
  }

  #explain({ warnings, unchecked, clusters }: JoinReport): void {
    for (const warning of warnings) this.warn(warning);
    if (unchecked.length > 0) {
      const names = some(unchecked.map(({ cluster }) => cluster));
      this.warn(`${names} did not answer, so it is not known whether an id is taken there`);
    }
    const problems = clusters.flatMap(({ cluster, error }) =>
      error === undefined ? [] : [{ cluster, object: '', severity: 'partial' as const, ...error }],
    );
    this.endWith(this.showProblems(problems));
  }
}
