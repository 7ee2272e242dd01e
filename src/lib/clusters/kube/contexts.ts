import { existsSync } from 'node:fs';
import { ConfigError } from '../../errors.ts';
import type { Cluster, Traffic } from '../cluster.ts';
import { kubeCluster, type KubeClusterOptions } from './cluster.ts';
import { inClusterContext } from './incluster.ts';
import { kubeconfigPaths, loadKubeconfigs, type LoadedKubeconfigs } from './kubeconfig.ts';
import { selectNames } from './select.ts';

export { kubeconfigPaths } from './kubeconfig.ts';

/** Where kubeconfigs are looked for. */
export interface KubeconfigOptions {
  /** `--kubeconfig`, as often as given. */
  readonly kubeconfigs: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** Where a pod's service account is; for tests. */
  readonly serviceAccountFolder?: string;
}

export interface ContextOptions extends KubeconfigOptions {
  /** `--context`, as often as given: names, globs, exclusions; none means all. */
  readonly contexts: readonly string[];
  /** Seconds for one request. */
  readonly requestTimeout: number;
  /** Most requests to one cluster at a time. */
  readonly concurrency: number;
  /** Whether credential plugins may ask on a terminal. */
  readonly interactive?: boolean;
  readonly signal?: AbortSignal;
  /** Who gets to see the requests to a cluster, by the context's name, and may keep writes back. */
  readonly traffic?: (cluster: string) => Traffic;
  /** Other times for watches; for tests. */
  readonly watch?: KubeClusterOptions['watch'];
}

/** A context, known without asking its cluster anything. */
export interface ListedContext {
  readonly name: string;
  /** Of the API server; empty when the kubeconfig gives none. */
  readonly url: string;
  readonly file: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}

/**
 * The chosen contexts as Clusters; no connection is made. A context that cannot be used is among them: its calls throw a
 * ClusterError that says why, and the others are served.
 * @throws ConfigError, UsageError, NothingUsableError
 */
export async function contextClusters(
  options: ContextOptions,
): Promise<{ readonly clusters: readonly Cluster[]; readonly warnings: readonly string[] }> {
  const { contexts, warnings } = await loadContexts(options);
  const byName = new Map(contexts.map((entry) => [entry.name, entry]));
  const names = selectNames([...byName.keys()], options.contexts);
  const clusters = names.flatMap((name) => {
    const entry = byName.get(name);
    if (entry === undefined) return [];
    const { traffic, watch, ...rest } = options;
    const more = {
      ...(traffic === undefined ? {} : { traffic: traffic(name) }),
      ...(watch === undefined ? {} : { watch }),
    };
    return [kubeCluster(entry, { ...rest, ...more })];
  });
  return { clusters, warnings };
}

/** The names and servers of the contexts that patterns choose, offline. @throws as contextClusters */
export async function listContexts(
  options: KubeconfigOptions & { readonly contexts?: readonly string[] },
): Promise<{ readonly contexts: readonly ListedContext[]; readonly warnings: readonly string[] }> {
  const { contexts, warnings } = await loadContexts(options);
  const chosen = new Set(
    selectNames(
      contexts.map(({ name }) => name),
      options.contexts ?? [],
    ),
  );
  const listed = contexts
    .filter(({ name }) => chosen.has(name))
    .map(({ name, url, file, access }): ListedContext => {
      return { name, url, file, ...('problem' in access ? { problem: access.problem } : {}) };
    });
  return { contexts: listed, warnings };
}

/** From kubeconfigs, or from the pod's service account when there is no kubeconfig. */
async function loadContexts(options: KubeconfigOptions): Promise<LoadedKubeconfigs> {
  const { kubeconfigs, env, home, serviceAccountFolder } = options;
  const { paths, required } = kubeconfigPaths(kubeconfigs, env, home);
  const loaded = await loadKubeconfigs(paths, { required });
  if (loaded.contexts.length > 0) return loaded;
  const inside = required ? undefined : await inClusterContext(env, serviceAccountFolder);
  if (inside !== undefined) return { contexts: [inside], warnings: [] };
  throw new ConfigError(
    `no contexts in ${paths.map((path) => (existsSync(path) ? path : `${path} (no such file)`)).join(', ')}`,
    'give --kubeconfig FILE or --dir PATH, or set KUBECONFIG',
  );
}
