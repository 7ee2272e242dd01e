import { homedir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { BaseCommand } from './base-command.ts';
import type { Cluster } from './lib/clusters/cluster.ts';
import { type OpenedAround, clusterNames, hasClusters, openAround } from './lib/clusters/names.ts';
import { watchKubeconfigs } from './lib/clusters/kubeconfig-watch.ts';
import { type Overlaid, type Selection, isNamed, openClusters, openOverlaid } from './lib/clusters/open.ts';
import { EXIT, type ExitCode, UsageError } from './lib/errors.ts';
import { canAsk } from './prompt.ts';
import type { Progress } from './lib/output/progress.ts';

/** The parsed flags that say which clusters a command is about; all commands have them (`globalFlags`). */
export interface ClusterFlags {
  readonly kubeconfig?: readonly string[] | undefined;
  readonly context?: readonly string[] | undefined;
  readonly dir?: readonly string[] | undefined;
  readonly 'request-timeout': number;
  readonly concurrency: number;
  readonly quiet: boolean;
}

/** What a run that goes on gives to its clusters: they live longer than the signal that asks it to end. */
export type LongRun = Pick<Selection, 'traffic' | 'signal'>;

/** Something a cluster did not do, as actions report it. */
export interface ShownProblem {
  readonly cluster: string;
  readonly object: string;
  readonly message: string;
  readonly next?: string;
  readonly severity: 'partial' | 'warning';
}

/** A command that works on clusters: opens them from the flags and closes them at the end. */
export abstract class ClusterCommand extends BaseCommand {
  #opened: readonly Cluster[] = [];

  /** True when the user named clusters by `--context` or `--dir`. */
  protected isNamed(flags: ClusterFlags): boolean {
    return isNamed({ contexts: flags.context ?? [], dirs: flags.dir ?? [] });
  }

  /** The clusters to read: those named, else all contexts of the kubeconfig. */
  protected async clusters(flags: ClusterFlags, long?: LongRun): Promise<readonly Cluster[]> {
    const { clusters, warnings } = await openClusters({ ...this.#selection(flags), ...long });
    this.#opened = clusters;
    for (const warning of warnings) this.warn(warning);
    return clusters;
  }

  /** As `clusters`; a directory of a context's name is laid over it. */
  protected async overlaidClusters(flags: ClusterFlags): Promise<readonly Overlaid[]> {
    const { clusters, warnings } = await openOverlaid(this.#selection(flags));
    this.#opened = clusters.flatMap(({ cluster, over }) => (over === undefined ? [cluster] : [cluster, over]));
    for (const warning of warnings) this.warn(warning);
    return clusters;
  }

  /** True when the user chose some of the contexts that there are. */
  protected async leavesOut(flags: ClusterFlags): Promise<boolean> {
    const contexts = this.#opened.filter(({ type }) => type === 'context').length;
    if (flags.context === undefined || contexts === 0) return false;
    const all = await clusterNames({ ...this.#selection(flags), contexts: [], dirs: [] });
    return all.names.length > contexts;
  }

  /**
   * The clusters to write: those named; else, on a terminal, one chosen from a list.
   * @throws UsageError naming the flag when nobody can be asked
   */
  protected async clustersToWrite(flags: ClusterFlags): Promise<readonly Cluster[]> {
    if (this.isNamed(flags)) return this.clusters(flags);
    if (!canAsk(this.context)) {
      throw new UsageError('which cluster? A write needs it named', 'give --context NAME or --dir PATH');
    }
    const all = await this.clusters(flags);
    const choices = all.map((cluster) => ({ name: `${cluster.name} (${cluster.location})`, value: cluster }));
    return [await this.choose('Which cluster?', choices, { flag: '--context NAME or --dir PATH' })];
  }

  /**
   * The clusters to write, as `clustersToWrite`, and around them all others that the kubeconfig has.
   * @throws UsageError naming the flag when nobody can be asked
   */
  protected async clustersToWriteAround(flags: ClusterFlags): Promise<Omit<OpenedAround, 'warnings'>> {
    if (this.isNamed(flags)) {
      const { chosen, others, warnings } = await openAround(this.#selection(flags));
      this.#opened = [...chosen, ...others];
      for (const warning of warnings) this.warn(warning);
      return { chosen, others };
    }
    const chosen = await this.clustersToWrite(flags);
    return { chosen, others: this.#opened.filter((cluster) => !chosen.includes(cluster)) };
  }

  /** The names of the clusters to read; no cluster is asked anything. */
  protected async clusterNames(flags: ClusterFlags): Promise<readonly string[]> {
    const { names, warnings } = await clusterNames(this.#selection(flags));
    for (const warning of warnings) this.warn(warning);
    return names;
  }

  /** One context by its name, beside the clusters that the command is about. @throws UsageError when there is none */
  protected async contextNamed(flags: ClusterFlags, name: string, signal: AbortSignal): Promise<Cluster> {
    const { clusters } = await openClusters({ ...this.#selection(flags), contexts: [name], dirs: [], signal });
    const [only, ...others] = clusters;
    if (only === undefined || others.length > 0) throw new UsageError(`"${name}" is not one context`, 'name one');
    return only;
  }

  /** Tells when `clusters` would open others: a kubeconfig is otherwise. Returns what ends it. */
  protected async watchKubeconfigs(flags: ClusterFlags, changed: () => void): Promise<() => void> {
    const { context, dir, kubeconfig } = flags;
    // Directories alone: no kubeconfig is touched.
    if (dir !== undefined && context === undefined && kubeconfig === undefined) return () => undefined;
    return watchKubeconfigs(this.#selection(flags), changed);
  }

  /** True when clusters were named, or there is a kubeconfig to find them in. */
  protected hasClusters(flags: ClusterFlags): Promise<boolean> {
    return hasClusters(this.#selection(flags));
  }

  /**
   * Runs work with progress on stderr, one tick a cluster, and wipes the live line whatever happens. Directories answer
   * before anybody wonders, so they are not worth a line.
   */
  protected async withProgress<T>(
    flags: ClusterFlags,
    what: string,
    total: number,
    work: (progress: Progress) => Promise<T>,
  ): Promise<T> {
    const remote = this.#opened.some((cluster) => cluster.type === 'context');
    const progress = this.progress({ quiet: flags.quiet || !remote });
    progress.start(what, total);
    try {
      return await work(progress);
    } finally {
      progress.end();
    }
  }

  /** Prints problems on stderr, each with what to do next; returns the exit code they call for. */
  protected showProblems(problems: readonly ShownProblem[]): ExitCode {
    for (const { cluster, object, message, next, severity } of problems) {
      const what = [cluster, message.startsWith(object) ? '' : object].filter((part) => part !== '').join(': ');
      if (severity === 'warning') this.warn(`${what}: ${message}`);
      else this.note(`error: ${what}: ${message}`);
      if (next !== undefined) this.note(`  next: ${next}`);
    }
    return problems.some((problem) => problem.severity === 'partial') ? EXIT.partial : EXIT.done;
  }

  /** Prints the clusters that failed; returns the exit code: 4 when all did, 3 when some did. */
  protected showFailures(
    clusters: readonly {
      readonly cluster: string;
      readonly error?: { readonly message: string; readonly next?: string };
    }[],
  ): ExitCode {
    const problems = clusters.flatMap(({ cluster, error }) =>
      error === undefined ? [] : [{ cluster, object: '', severity: 'partial' as const, ...error }],
    );
    const code = this.showProblems(problems);
    return problems.length === clusters.length && problems.length > 0 ? EXIT.nothing : code;
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    await Promise.all(this.#opened.map((cluster) => cluster.close()));
    await super.finally(error);
  }

  #selection(flags: ClusterFlags): Selection {
    const { env, signal } = this.context;
    return {
      kubeconfigs: flags.kubeconfig ?? [],
      contexts: flags.context ?? [],
      dirs: flags.dir ?? [],
      env,
      home: homedir(),
      stdin: () => buffer(this.context.stdin),
      requestTimeout: flags['request-timeout'],
      concurrency: flags.concurrency,
      interactive: canAsk(this.context),
      signal,
    };
  }
}
