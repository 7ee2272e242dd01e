import * as Flags from '@oclif/core/flags';
import { ClusterCommand } from '../cluster-command.ts';
import { dryRunFlag, outputFlag, yesFlag } from '../flags.ts';
import { type LeaveReport, type LeavingCluster, leave } from '../lib/actions/leave.ts';
import { renderLeaving, renderLeft } from '../lib/output/left.ts';
import { some } from '../lib/output/some.ts';

export default class Leave extends ClusterCommand {
  static override group = 'ClusterSet' as const;
  static override summary = 'Take clusters out of their ClusterSet.';
  static override description = `Removes the exports that mcs made, then the membership, then the imports, derived Services and slices.
Refuses while other exports remain. Run it again after a break: it goes on where it stopped.`;
  static override examples = [
    {
      description: 'Show what will go, ask, and leave:',
      command: '<%= config.bin %> <%= command.id %> --context east',
    },
    {
      description: 'Remove every export and the id too, without a question:',
      command: '<%= config.bin %> <%= command.id %> --context east --exports=all --forget-id --yes',
    },
  ];
  static override flags = {
    exports: Flags.option({
      options: ['mcs', 'all'] as const,
      default: 'mcs',
      helpValue: 'mcs|all',
      summary: 'Which exports to remove: those that mcs made, or all.',
    })(),
    'forget-id': Flags.boolean({ summary: 'Remove the id of the cluster too.' }),
    ...yesFlag,
    ...dryRunFlag,
    ...outputFlag(['table', 'json', 'yaml']),
  };

  async run(): Promise<LeaveReport> {
    const { flags } = await this.parse(Leave);
    const { chosen, others } = await this.clustersToWriteAround(flags);
    const report = await leave(chosen, others, {
      exports: flags.exports,
      forgetID: flags['forget-id'],
      dryRun: flags['dry-run'],
      concurrency: flags.concurrency,
      signal: this.signal,
      ...(flags.yes ? {} : { confirm: (preview) => this.#ask(preview) }),
    });
    if (!report.confirmed) {
      this.note('nothing was removed');
      return report;
    }
    await this.print(flags.output, { kind: 'LeaveReport', result: report, text: () => renderLeft(report) });
    this.#explain(report);
    return report;
  }

  #ask(preview: readonly LeavingCluster[]): Promise<boolean> {
    for (const line of renderLeaving(preview).trimEnd().split('\n')) this.note(line);
    return this.confirm(`Take ${preview.map(({ cluster, location }) => `${cluster} (${location})`).join(', ')} out?`);
  }

  #explain({ warnings, unchecked, clusters }: LeaveReport): void {
    for (const warning of warnings) this.warn(warning);
    if (unchecked.length > 0) {
      this.warn(`${some(unchecked.map(({ cluster }) => cluster))} did not answer: what is left there is not known`);
    }
    const problems = clusters.flatMap(({ cluster, error }) =>
      error === undefined ? [] : [{ cluster, object: '', severity: 'partial' as const, ...error }],
    );
    this.endWith(this.showProblems(problems));
  }
}
