import * as Flags from '@oclif/core/flags';
import { ClusterCommand, type ClusterFlags } from '../cluster-command.ts';
import { allowNamespaceFlag, dryRunFlag, outputFlag, yesFlag } from '../flags.ts';
import type { Group } from '../groups.ts';
import { type Preview, type ReconcileResult, reconcile } from '../lib/actions/reconcile.ts';
import { RefusedError, UsageError } from '../lib/errors.ts';
import { changeLine, reconcileSummary } from '../lib/output/reconcile-text.ts';
import { canAsk } from '../prompt.ts';
import { watchClusterset } from '../watch-clusterset.ts';
import { type WatchFlags, requireTogether, watchFlags } from '../watch-flags.ts';

/** The parsed flags of this command. */
interface ReconcileFlags extends ClusterFlags, WatchFlags {
  readonly clusterset?: string | undefined;
  readonly gone?: readonly string[] | undefined;
  readonly adopt: boolean;
  readonly 'allow-namespace'?: readonly string[] | undefined;
  readonly 'dry-run': 'none' | 'client' | 'server';
  readonly yes: boolean;
  readonly verbose: boolean;
  readonly output: 'table' | 'json' | 'yaml';
}

export default class Reconcile extends ClusterCommand {
  static override group: Group = 'ClusterSet';
  static override summary = 'Make every member hold the imports that the exports call for.';
  static override description =
    'From the exports of all members it computes the ServiceImports, derived Services and EndpointSlices that each cluster should hold, and writes the difference. A second pass writes nothing. What an unreachable member gave stays. With --watch it goes on, and writes whatever a change calls for.';
  static override examples = [
    { description: 'See what would change:', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    {
      description: 'Two folders of manifests:',
      command: '<%= config.bin %> <%= command.id %> --dir clusters/east --dir clusters/west',
    },
    {
      description: 'Keep it so, beside another process that takes over when this one ends:',
      command: '<%= config.bin %> <%= command.id %> --watch --yes --leader-elect --home east',
    },
    {
      description: 'After losing the cluster "west" for good:',
      command: '<%= config.bin %> <%= command.id %> --gone west --yes',
    },
  ];
  static override flags = {
    ...dryRunFlag,
    ...yesFlag,
    ...outputFlag(['table', 'json', 'yaml']),
    gone: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'ID',
      summary: 'A cluster id that is gone for good: what it gave is removed. Repeatable.',
    }),
    adopt: Flags.boolean({ default: false, summary: 'Take over objects of the same name that mcs did not make.' }),
    ...allowNamespaceFlag,
    ...watchFlags,
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(Reconcile);
    requireTogether(flags);
    if (flags.watch) return this.#watch(flags);
    return this.#once(flags);
  }

  /** Goes on until the signal. */
  async #watch(flags: ReconcileFlags): Promise<object> {
    if (flags.output === 'yaml') throw new UsageError('-o yaml cannot be followed line by line', 'give -o json');
    await this.#askToWatch(flags);
    const hard = new AbortController();
    await watchClusterset(flags, {
      context: this.context,
      hard,
      version: this.config.version,
      home: (name) => this.contextNamed(flags, name, hard.signal),
      watchConfiguration: (changed) => this.watchKubeconfigs(flags, changed),
      open: (traffic) => this.clusters(flags, { traffic, signal: hard.signal }),
    });
    return {};
  }

  async #askToWatch(flags: ReconcileFlags): Promise<void> {
    if (flags.yes || this.isNamed(flags)) return;
    const names = await this.clusterNames(flags);
    if (names.length < 2) return;
    const what = `would keep ${names.length} clusters reconciled (${names.join(', ')})`;
    if (!canAsk(this.context)) {
      throw new UsageError(`${what}; the clusters were not named`, 'give --yes, or name them by --context or --dir');
    }
    if (!(await this.confirm(`${what.replace('would keep', 'Keep')}?`))) throw new RefusedError('nothing written');
  }

  async #once(flags: ReconcileFlags): Promise<ReconcileResult> {
    const clusters = await this.clusters(flags);
    const width = Math.max(0, ...clusters.map((cluster) => cluster.name.length));
    const asTable = flags.output === 'table';
    const mayWrite = flags.yes || this.isNamed(flags);
    const result = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      reconcile(clusters, {
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        gone: flags.gone ?? [],
        adopt: flags.adopt,
        allowedNamespaces: flags['allow-namespace'] ?? [],
        dryRun: flags['dry-run'],
        now: new Date().toISOString(),
        concurrency: flags.concurrency,
        signal: this.signal,
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
        ...(mayWrite
          ? {}
          : {
              confirm: (preview) => {
                progress.end(); // the question needs the line
                return this.#ask(preview);
              },
            }),
        onChange: (change) => {
          progress.end();
          if (asTable) this.context.stdout.write(`${changeLine(change, width)}\n`);
        },
      }),
    );
    for (const warning of result.warnings) this.warn(warning);
    this.endWith(this.showProblems(result.problems));
    await this.print(flags.output, { kind: 'ReconcileReport', result, text: () => reconcileSummary(result) });
    return result;
  }

  /** Clusters nobody named are written only after a yes. */
  async #ask({ clusterset, clusters, services }: Preview): Promise<boolean> {
    const what = `${services} ${services === 1 ? 'service' : 'services'} in ${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'} of ${clusterset} (${clusters.join(', ')})`;
    if (clusters.length < 2 && canAsk(this.context)) return true;
    if (!canAsk(this.context)) {
      throw new UsageError(
        `would write ${what}; the clusters were not named`,
        'see --dry-run; then give --yes, or name them by --context or --dir',
      );
    }
    return this.confirm(`Write ${what}?`);
  }
}
