import { isDNSLabel, isPlatformNamespace, isQualifiedName } from '../api/names.ts';
import { nearestNames } from '../api/nearest.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { UsageError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import { type NamespaceHole, type NamespaceRow, holesOf, namespaceRows } from '../plan/namespace-matrix.ts';
import { OWNER_KEYS } from '../plan/namespace-owners.ts';
import { type ShownCluster, type ViewOptions, viewClusters } from './view-clusters.ts';

export type { NamespaceHole, NamespacePresence, NamespaceRow } from '../plan/namespace-matrix.ts';
export type { ShownCluster } from './view-clusters.ts';

export interface NamespacesOptions extends Omit<ViewOptions, 'namespace' | 'kinds'> {
  /** Names of namespaces; when empty, those that matter. */
  readonly names: readonly string[];
  /** All there are, when no name is given. */
  readonly all: boolean;
  /** Only those with holes. */
  readonly missing: boolean;
  /** Only the holes of this cluster, by the name shown. */
  readonly cluster?: string;
  /** Keys that say whose a namespace is, besides `OWNER_KEYS`. */
  readonly ownerKeys: readonly string[];
}

/** Which cluster has which namespace. A stable interface: see CONTRIBUTING. */
export interface NamespaceReport {
  readonly clusterset?: string;
  readonly clusters: readonly ShownCluster[];
  /** The labels and annotations that were compared. */
  readonly ownerKeys: readonly string[];
  readonly namespaces: readonly NamespaceRow[];
  /** By cluster, then by namespace. */
  readonly holes: readonly NamespaceHole[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/**
 * Compares the namespaces of the clusters of one clusterset; reads, and writes nothing. A namespace matters when a service
 * is exported from it or imported into it, or when several clusters have it; those of the platform only when something
 * is exported from them.
 * @throws UsageError, NothingUsableError
 */
export async function namespaces(clusters: readonly Cluster[], options: NamespacesOptions): Promise<NamespaceReport> {
  const { names, cluster } = options;
  requireNames(options);
  const [only, ...more] = names;
  const view = await viewClusters(clusters, {
    ...options,
    kinds: ['Namespace', 'ServiceExport', 'ServiceImport', 'Service'],
    ...(only === undefined || more.length > 0 ? {} : { namespace: only }),
  });
  const taking = view.clusters.filter(({ state }) => state !== 'left-out').map((shown) => shown.cluster);
  if (cluster !== undefined) requireCluster(cluster, taking);
  const ownerKeys = [...new Set([...OWNER_KEYS, ...options.ownerKeys])];
  const rows = namespaceRows(view.members, { clusters: taking, left: view.left, ownerKeys, asked: names });
  const shown = rows.filter((row) => isAskedFor(row, options));
  const holes = shown
    .flatMap((row) => holesOf(row, view.members, ownerKeys))
    .filter((hole) => cluster === undefined || hole.cluster === cluster)
    .toSorted((a, b) => taking.indexOf(a.cluster) - taking.indexOf(b.cluster));
  const withHoles = new Set(holes.map(({ namespace }) => namespace));
  return {
    ...(view.clusterset === undefined ? {} : { clusterset: view.clusterset }),
    clusters: view.clusters,
    ownerKeys,
    namespaces: options.missing ? shown.filter(({ namespace }) => withHoles.has(namespace)) : shown,
    holes,
    problems: view.problems,
    warnings: view.warnings,
  };
}

function isAskedFor(row: NamespaceRow, { names, all }: NamespacesOptions): boolean {
  if (names.length > 0) return names.includes(row.namespace);
  if (all || row.services.length > 0) return true;
  if (isPlatformNamespace(row.namespace)) return false;
  const there = row.clusters.filter(({ state }) => state === 'present' || state === 'terminating');
  return row.importedBy.length > 0 || there.length > 1;
}

function requireNames({ names, ownerKeys }: NamespacesOptions): void {
  const wrong = names.find((name) => !isDNSLabel(name));
  if (wrong !== undefined) {
    throw new UsageError(`"${wrong}" cannot be the name of a namespace`, 'give one RFC 1123 label: a-z, 0-9 and "-"');
  }
  const key = ownerKeys.find((each) => !isQualifiedName(each));
  if (key !== undefined) {
    throw new UsageError(`"${key}" cannot be the key of a label`, 'give --owner-label KEY, e.g. example.com/owner');
  }
}

function requireCluster(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearestNames(known, name);
  const offer = near.length > 0 ? near : known;
  throw new UsageError(`no cluster of this clusterset is called "${name}"`, `give --in ${offer.join(', --in ')}`);
}
