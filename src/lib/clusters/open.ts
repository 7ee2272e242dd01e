import { UsageError } from '../errors.ts';
import type { Cluster, Traffic } from './cluster.ts';
import { directoryClusters } from './directory/directories.ts';

/** Which clusters a call is about, as it was typed. */
export interface Selection {
  readonly kubeconfigs: readonly string[];
  /** Names, globs and exclusions of contexts. */
  readonly contexts: readonly string[];
  /** `[ID=]PATH` */
  readonly dirs: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** Reads standard input, for `--dir -`. */
  readonly stdin: () => Promise<Buffer>;
  /** Milliseconds one request may take. */
  readonly requestTimeout: number;
  /** Requests under way at the same time, per cluster. */
  readonly concurrency: number;
  /** Whether credential plugins may ask on a terminal. */
  readonly interactive: boolean;
  /** Steers and counts the requests to a cluster. */
  readonly traffic?: (cluster: string) => Traffic;
  readonly signal?: AbortSignal;
}

export interface Opened {
  readonly clusters: readonly Cluster[];
  readonly warnings: readonly string[];
}

/** True when the user named clusters; otherwise all contexts of the kubeconfig are meant. */
export function isNamed(selection: Pick<Selection, 'contexts' | 'dirs'>): boolean {
  return selection.contexts.some((pattern) => !pattern.startsWith('!')) || selection.dirs.length > 0;
}

/** A cluster, or one with manifests laid over it: the directory has the name of the context. */
export interface Overlaid {
  readonly cluster: Cluster;
  readonly over?: Cluster;
}

/**
 * As `openClusters`, but a directory of a context's name is laid over it: what if this were applied.
 * @throws as `openClusters`
 */
export async function openOverlaid(
  selection: Selection,
): Promise<{ readonly clusters: readonly Overlaid[]; readonly warnings: readonly string[] }> {
  const { clusters, warnings } = await openAll(selection);
  const contexts = new Map(clusters.filter(({ type }) => type === 'context').map((each) => [each.name, each]));
  const directories = clusters.filter(({ type }) => type === 'directory');
  const laid = new Set(directories.map(({ name }) => name));
  return {
    clusters: [
      ...[...contexts.values()].filter(({ name }) => !laid.has(name)).map((cluster) => ({ cluster })),
      ...directories.map((cluster) => {
        const over = contexts.get(cluster.name);
        return over === undefined ? { cluster } : { cluster, over };
      }),
    ],
    warnings,
  };
}

/**
 * The clusters of a selection; nothing has been asked of them yet. With directories alone, no kubeconfig is touched.
 * Each kind of cluster is loaded only when it is used.
 * @throws UsageError, ConfigError, NothingUsableError
 */
export async function openClusters(selection: Selection): Promise<Opened> {
  const opened = await openAll(selection);
  const names = new Set<string>();
  for (const { name } of opened.clusters) {
    if (names.has(name)) {
      throw new UsageError(
        `"${name}" is the name of a context and of a directory`,
        `name the directory: --dir ID=PATH`,
      );
    }
    names.add(name);
  }
  return opened;
}

async function openAll(selection: Selection): Promise<Opened> {
  const { contexts, dirs, kubeconfigs } = selection;
  const opened: Opened[] = [];
  if (dirs.length === 0 || contexts.length > 0 || kubeconfigs.length > 0) {
    const { contextClusters } = await import('./kube/contexts.ts');
    opened.push(await contextClusters({ ...selection, requestTimeout: selection.requestTimeout / 1000 }));
  }
  if (dirs.length > 0) {
    opened.push(await directoryClusters(dirs, { stdin: selection.stdin }));
  }
  const clusters = opened.flatMap((some) => some.clusters);
  return { clusters, warnings: opened.flatMap((some) => some.warnings) };
}
