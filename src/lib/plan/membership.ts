import { CLUSTERSET_PROPERTY, CLUSTER_ID_PROPERTY } from '../api/labels.ts';
import { isDNSLabel, isDNSSubdomain } from '../api/names.ts';
import type { ClusterProperty } from '../api/objects.ts';
import type { Problem } from './change.ts';
import { compareText } from './order.ts';

/** Who a cluster says it is, by its ClusterProperties (KEP-2149). */
export interface Identity {
  /** The name shown. */
  readonly cluster: string;
  /** UID of kube-system: the same for two contexts of one cluster. */
  readonly uid: string | undefined;
  readonly id: string | undefined;
  readonly clusterset: string | undefined;
  /** `creationTimestamp` of its `clusterset.k8s.io` property: since when it is a member. */
  readonly since: string | undefined;
  /** How the user names it to a command, e.g. `--dir clusters/east`; default: as a context. */
  readonly flag?: string;
}

export type NamedIdentity = Identity & { readonly id: string };

/** A member that takes no part, and what is wrong with its id. */
export interface LeftOut {
  readonly identity: Identity;
  readonly wrong: 'missing' | 'invalid' | 'duplicate';
  readonly problem: Problem;
}

/** Who takes part in the work on one clusterset. */
export interface Membership {
  /** Members with an id of their own. */
  readonly members: readonly NamedIdentity[];
  /** Clusters of no clusterset. */
  readonly former: readonly Identity[];
  /** Members that are left out, each with its problem. */
  readonly leftOut: readonly LeftOut[];
  /** Ids of clusters that are known to have left: reachable, with an id, without membership. */
  readonly left: readonly string[];
  readonly warnings: readonly string[];
}

export function identityOf(cluster: string, uid: string | undefined, properties: readonly ClusterProperty[]): Identity {
  const byName = new Map(properties.map((property) => [property.metadata.name, property]));
  const clusterset = byName.get(CLUSTERSET_PROPERTY);
  return {
    cluster,
    uid,
    id: byName.get(CLUSTER_ID_PROPERTY)?.spec.value,
    clusterset: clusterset?.spec.value,
    since: clusterset?.metadata.creationTimestamp,
  };
}

/** Names of the clustersets that the clusters are members of, sorted, each with its members' names. */
export function clustersetsOf(identities: readonly Identity[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { clusterset, cluster } of identities) {
    if (clusterset !== undefined) found.set(clusterset, [...(found.get(clusterset) ?? []), cluster]);
  }
  return new Map([...found].sort(([a], [b]) => compareText(a, b)));
}

/** Drops every context but the first of one and the same cluster, with a warning (design rule 3). */
export function withoutTwins<T extends Identity>(
  identities: readonly T[],
): { readonly kept: readonly T[]; readonly warnings: readonly string[] } {
  const first = new Map<string, T>();
  const kept: T[] = [];
  const warnings: string[] = [];
  for (const identity of identities) {
    const twin = identity.uid === undefined ? undefined : first.get(identity.uid);
    if (twin !== undefined) {
      warnings.push(`${identity.cluster} and ${twin.cluster} are the same cluster; ${identity.cluster} is left out`);
      continue;
    }
    if (identity.uid !== undefined) first.set(identity.uid, identity);
    kept.push(identity);
  }
  return { kept, warnings };
}

/**
 * Divides clusters by their part in one clusterset (design rules 2 and 19). Of two members with one id the one that has
 * been a member for longer stays, then the one with the lower kube-system UID.
 */
export function membershipOf(identities: readonly Identity[], clusterset: string): Membership {
  const leftOut: LeftOut[] = [];
  const warnings: string[] = [];
  const members = new Map<string, NamedIdentity>();
  const own = identities.filter((identity) => identity.clusterset === clusterset).toSorted(bySeniority);
  for (const identity of own) {
    const faulty = idProblem(identity, members);
    if (faulty !== undefined) {
      leftOut.push({ identity, ...faulty });
      continue;
    }
    const id = identity.id ?? '';
    members.set(id, { ...identity, id });
    if (!isDNSLabel(id)) {
      warnings.push(`${identity.cluster}: id "${id}" has a dot; CoreDNS cannot resolve the names of its endpoints`);
    }
  }
  const former = identities.filter((identity) => identity.clusterset === undefined);
  return {
    members: [...members.values()].sort((a, b) => compareText(a.id, b.id)),
    former,
    leftOut,
    left: former.flatMap(({ id }) => (id === undefined || own.some((member) => member.id === id) ? [] : [id])),
    warnings,
  };
}

function idProblem(
  identity: Identity,
  members: ReadonlyMap<string, Identity>,
): Pick<LeftOut, 'wrong' | 'problem'> | undefined {
  const { cluster, id, clusterset = '', flag = `--context ${cluster}` } = identity;
  const base = { cluster, object: `ClusterProperty ${CLUSTER_ID_PROPERTY}`, severity: 'partial' as const };
  const anotherID = `mcs leave ${flag} --forget-id && mcs join ${clusterset} ${flag} --id ID`;
  if (id === undefined) {
    const message = `is missing: a member without an id is left out`;
    return { wrong: 'missing', problem: { ...base, message, next: `mcs join ${clusterset} ${flag} --id ID` } };
  }
  if (!isDNSSubdomain(id) || id.length > 63) {
    const message = `"${id}" is no RFC 1123 label of at most 63 characters, so it is left out`;
    return { wrong: 'invalid', problem: { ...base, message, next: anotherID } };
  }
  const other = members.get(id);
  if (other !== undefined) {
    const message = `"${id}" is also the id of ${other.cluster}, which has been a member for longer; ${cluster} is left out`;
    return { wrong: 'duplicate', problem: { ...base, message, next: anotherID } };
  }
  return undefined;
}

/** Unknown ages go last: who can show its age stays in. */
function bySeniority(a: Identity, b: Identity): number {
  const time = (identity: Identity): number =>
    identity.since === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(identity.since);
  return time(a) - time(b) || compareText(a.uid ?? '', b.uid ?? '') || compareText(a.cluster, b.cluster);
}
