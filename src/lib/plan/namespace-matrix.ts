import { SOURCES_ANNOTATION, isOurs } from '../api/labels.ts';
import { isPlatformNamespace } from '../api/names.ts';
import type { ServiceImport, StringMap } from '../api/objects.ts';
import { booked } from './claim.ts';
import type { Member } from './member.ts';
import { type Owner, type PlacedNamespace, agreedOwners, ownersOf } from './namespace-owners.ts';
import { compareText } from './order.ts';
import { validityOf } from './validity.ts';

/** `unknown`: the cluster could not be asked, which is neither there nor missing. */
export type NamespacePresence = 'present' | 'terminating' | 'missing' | 'unknown';

/** One namespace over all clusters; clusters by the name shown, absent ones by id. */
export interface NamespaceRow {
  readonly namespace: string;
  readonly clusters: readonly {
    readonly cluster: string;
    readonly state: NamespacePresence;
    /** Services that it exports from there, validly. */
    readonly exports: number;
  }[];
  /** Names of the services that are exported from it by any cluster. */
  readonly services: readonly string[];
  readonly exportedBy: readonly string[];
  readonly importedBy: readonly string[];
  readonly owners: readonly Owner[];
}

/** A cluster in which nothing can be imported into a namespace that others export from. */
export interface NamespaceHole {
  readonly cluster: string;
  readonly namespace: string;
  readonly state: 'missing' | 'terminating';
  readonly exportedBy: readonly string[];
  readonly services: readonly string[];
  /** Of the namespaces of its exporters, those on which all of them agree. */
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

export interface MatrixOptions {
  /** All clusters by the name shown, in the order of the columns; one without a member could not be asked. */
  readonly clusters: readonly string[];
  /** Ids known to have left: what they gave is nobody's. */
  readonly left: readonly string[];
  readonly ownerKeys: readonly string[];
  /** Namespaces that get a row though no cluster may have them. */
  readonly asked: readonly string[];
}

/** Services by the cluster that exports them. */
type Exports = ReadonlyMap<string, ReadonlySet<string>>;
const NONE: Exports = new Map();

/** A row for every namespace that any member has, by name. */
export function namespaceRows(members: readonly Member[], options: MatrixOptions): readonly NamespaceRow[] {
  const { clusters, ownerKeys } = options;
  const exports = exportsOf(members, options.left);
  const importers = importersOf(members);
  const byCluster = new Map(members.map((member) => [member.cluster, member]));
  const names = new Set([
    ...members.flatMap(({ observed }) => [...observed.namespaces()]),
    ...exports.keys(),
    ...importers.keys(),
    ...options.asked,
  ]);
  return [...names].sort(compareText).map((namespace) => {
    const exported = exports.get(namespace) ?? NONE;
    return {
      namespace,
      clusters: clusters.map((cluster) => ({
        cluster,
        state: presence(byCluster.get(cluster), namespace),
        exports: exported.get(cluster)?.size ?? 0,
      })),
      services: [...new Set([...exported.values()].flatMap((services) => [...services]))].sort(compareText),
      exportedBy: [...exported.keys()].sort(compareText),
      importedBy: [...(importers.get(namespace) ?? [])].sort(compareText),
      owners: ownersOf(placed(members, namespace), ownerKeys),
    };
  });
}

/** The holes of a row. A cluster that could not be asked is none: nobody knows. */
export function holesOf(
  { namespace, clusters, services, exportedBy }: NamespaceRow,
  members: readonly Member[],
  ownerKeys: readonly string[],
): readonly NamespaceHole[] {
  if (services.length === 0) return [];
  const exporters = placed(members, namespace).filter(({ cluster }) => exportedBy.includes(cluster));
  const owners = agreedOwners(exporters, ownerKeys);
  return clusters.flatMap(({ cluster, state }) =>
    // An exporter's own namespace that is going takes its export along: no hole of others' making.
    state === 'missing' || (state === 'terminating' && exportedBy.some((other) => other !== cluster))
      ? [{ cluster, namespace, state, exportedBy, services, ...owners }]
      : [],
  );
}

function presence(member: Member | undefined, namespace: string): NamespacePresence {
  if (member === undefined) return 'unknown';
  const state = member.observed.namespaceState(namespace);
  return state === 'active' ? 'present' : state === 'absent' ? 'missing' : state;
}

function placed(members: readonly Member[], name: string): readonly PlacedNamespace[] {
  return members.flatMap(({ cluster, observed }) => {
    const namespace = observed.get('Namespace', { name });
    return namespace === undefined ? [] : [{ cluster, namespace }];
  });
}

/**
 * Valid exports by namespace and cluster. Of sources that cannot be asked the existing imports speak, as in a plan; those
 * that a platform keeps in namespaces of its own are its bookkeeping.
 */
function exportsOf(members: readonly Member[], left: readonly string[]): ReadonlyMap<string, Exports> {
  const found = new Map<string, Map<string, Set<string>>>();
  const add = (namespace: string, cluster: string, name: string): void => {
    const clusters = found.get(namespace) ?? new Map<string, Set<string>>();
    found.set(namespace, clusters.set(cluster, (clusters.get(cluster) ?? new Set<string>()).add(name)));
  };
  const known = new Set([...members.map(({ id }) => id), ...left]);
  for (const { cluster, observed } of members) {
    for (const one of observed.exports()) {
      const { namespace = '', name, deletionTimestamp } = one.metadata;
      const validity = validityOf(one, observed.get('Service', { namespace, name }), []);
      if (deletionTimestamp === undefined && validity.valid) add(namespace, cluster, name);
    }
    for (const one of observed.imports()) {
      const { namespace = '', name } = one.metadata;
      if (isPlatformNamespace(namespace)) continue;
      for (const id of sourcesOf(one)) if (!known.has(id)) add(namespace, id, name);
    }
  }
  return found;
}

/** Ids of the clusters that gave to an import: by our own word where it is ours, else by its status. */
function sourcesOf(found: ServiceImport): readonly string[] {
  if (isOurs(found)) return booked(found, SOURCES_ANNOTATION);
  return (found.status?.clusters ?? []).map(({ cluster }) => cluster);
}

function importersOf(members: readonly Member[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { cluster, observed } of members) {
    for (const { metadata } of observed.imports()) {
      const { namespace = '' } = metadata;
      found.set(namespace, (found.get(namespace) ?? new Set<string>()).add(cluster));
    }
  }
  return found;
}
