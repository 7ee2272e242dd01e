import { access } from 'node:fs/promises';
import { directoryClusters } from './directory/directories.ts';
import { type Opened, type Selection, isNamed, openClusters } from './open.ts';

/** True when the selection chooses contexts itself: by a name or glob, not by what to leave out. */
function choosesContexts(contexts: readonly string[]): boolean {
  return isNamed({ contexts, dirs: [] });
}

/** The names of the clusters of a selection, offline: nothing is connected, no manifest is read. @throws as openClusters */
export async function clusterNames(
  selection: Selection,
): Promise<{ readonly names: readonly string[]; readonly warnings: readonly string[] }> {
  const { contexts, dirs, kubeconfigs } = selection;
  const names: string[] = [];
  const warnings: string[] = [];
  if (dirs.length === 0 || contexts.length > 0 || kubeconfigs.length > 0) {
    const { listContexts } = await import('./kube/contexts.ts');
    const listed = await listContexts(selection);
    names.push(...listed.contexts.map(({ name }) => name));
    warnings.push(...listed.warnings);
  }
  if (dirs.length > 0) {
    const opened = await directoryClusters(dirs, { stdin: selection.stdin });
    names.push(...opened.clusters.map(({ name }) => name));
    warnings.push(...opened.warnings);
  }
  return { names, warnings };
}

/** The clusters a write is about, and those around it that can be asked too. */
export interface OpenedAround {
  readonly chosen: Opened['clusters'];
  readonly others: Opened['clusters'];
  readonly warnings: readonly string[];
}

/**
 * The clusters named by a selection, and beside them the rest of the kubeconfig. With directories alone, they are all
 * there is, and no kubeconfig is touched; a `--kubeconfig` given with them is read but not chosen from.
 * @throws as openClusters
 */
export async function openAround(selection: Selection): Promise<OpenedAround> {
  const { contexts, dirs } = selection;
  const named = choosesContexts(contexts);
  const wanted = new Set(named ? (await clusterNames({ ...selection, dirs: [] })).names : []);
  const all = await openClusters({ ...selection, contexts: contexts.length === 0 ? [] : ['*'] });
  const isChosen = (cluster: Opened['clusters'][number]): boolean =>
    cluster.type === 'directory' ? dirs.length > 0 : wanted.has(cluster.name);
  return {
    chosen: all.clusters.filter(isChosen),
    others: all.clusters.filter((cluster) => !isChosen(cluster)),
    warnings: all.warnings,
  };
}

/** True when there is anything to look for clusters in: names given, a kubeconfig file, or a pod's service account. */
export async function hasClusters(selection: Selection): Promise<boolean> {
  const { contexts, dirs, kubeconfigs, env, home } = selection;
  if (contexts.length > 0 || dirs.length > 0 || kubeconfigs.length > 0) return true;
  if ((env.KUBERNETES_SERVICE_HOST ?? '') !== '') return true;
  const { kubeconfigPaths } = await import('./kube/contexts.ts');
  const { paths } = kubeconfigPaths(kubeconfigs, env, home);
  const there = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return there.includes(true);
}
