import { clusterFlag } from '../actions/cluster-flag.ts';
import { blockedBy, problemOf } from '../actions/enroll.ts';
import type { Cluster, ClusterFacts } from '../clusters/cluster.ts';
import type { ClusterError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import type { Member } from '../plan/member.ts';
import { type Identity, clustersetsOf, membershipOf, withoutTwins } from '../plan/membership.ts';
import type { Observed } from '../plan/observed.ts';

/** What is known of one cluster: of now, or of the time when it was last heard. */
export interface Candidate {
  readonly cluster: Cluster;
  readonly facts: ClusterFacts | undefined;
  readonly identity: Identity | undefined;
  /** It was read completely at least once. */
  readonly known: boolean;
  readonly failure: ClusterError | undefined;
  /** Milliseconds for which it has not been heard; undefined when all is well. */
  readonly lostFor: number | undefined;
  readonly observed: Observed;
}

export interface RosterOptions {
  /** The clusterset to work on; needed only where there are several. */
  readonly clusterset: string | undefined;
  /** Milliseconds after which a cluster that is not heard counts as gone; undefined: never. */
  readonly staleAfter: number | undefined;
  /** Ids said to be gone. */
  readonly gone: readonly string[];
}

/** Who takes part now. */
export interface Roster {
  /** Undefined when nobody is a member of any, or of several and none is named. */
  readonly clusterset: string | undefined;
  readonly members: readonly Member[];
  readonly gone: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/**
 * Divides the clusters by their part in the work, by the rules of the one-shot run. A member that is not heard stays one,
 * with what it last held, until it has been away for too long (`--stale-after`).
 */
export function rosterOf(candidates: readonly Candidate[], options: RosterOptions): Roster {
  const isStale = ({ lostFor }: Candidate): boolean =>
    options.staleAfter !== undefined && lostFor !== undefined && lostFor >= options.staleAfter;
  const stale = candidates.filter(isStale).flatMap(({ identity }) => identity?.id ?? []);
  const problems: Problem[] = candidates.flatMap(({ cluster, failure }) =>
    failure === undefined ? [] : [problemOf(cluster.name, failure)],
  );
  const answered = candidates.filter((candidate) => candidate.identity !== undefined && !isStale(candidate));
  const byName = new Map(answered.map((candidate) => [candidate.cluster.name, candidate]));
  const identities = answered.flatMap(({ identity, cluster }) =>
    identity === undefined ? [] : [{ ...identity, flag: clusterFlag(cluster) }],
  );
  const { kept, warnings } = withoutTwins(identities);
  const sets = clustersetsOf(kept);
  const clusterset = options.clusterset ?? (sets.size === 1 ? [...sets.keys()][0] : undefined);
  const gone = new Set([...options.gone, ...stale]);
  if (clusterset === undefined) {
    const several = `the clusters are members of several clustersets: ${[...sets.keys()].join(', ')}; choose one: --clusterset NAME`;
    return { clusterset, members: [], gone, problems, warnings: sets.size > 1 ? [...warnings, several] : warnings };
  }
  const membership = membershipOf(kept, clusterset);
  const members: Member[] = [];
  const enter = (identity: Identity, role: Member['role']): void => {
    const candidate = byName.get(identity.cluster);
    if (candidate?.facts === undefined) return;
    const { cluster, facts, known, observed } = candidate;
    if (role === 'former' && facts.aboutVersions.length === 0) return;
    const blocked = role === 'member' ? blockedBy({ cluster: cluster.name, facts, at: cluster }) : undefined;
    if (blocked !== undefined) problems.push(blocked);
    else if (known) {
      const { fields, ipFamilies } = facts;
      members.push({ role, cluster: cluster.name, id: identity.id ?? '', fields, ipFamilies, observed });
    }
  };
  for (const identity of membership.members) enter(identity, 'member');
  for (const identity of membership.former) enter(identity, 'former');
  for (const { problem } of membership.leftOut) problems.push(problem);
  for (const id of membership.left) gone.add(id);
  return { clusterset, members, gone, problems, warnings: [...warnings, ...membership.warnings] };
}

/** The same part, with the same cache. */
export function isSameMember(a: Member, b: Member): boolean {
  return (
    a.cluster === b.cluster &&
    a.role === b.role &&
    a.id === b.id &&
    a.observed === b.observed &&
    [...a.fields].join() === [...b.fields].join() &&
    a.ipFamilies.join() === b.ipFamilies.join()
  );
}

/** The same members, and the same ids gone. */
export function isSameRoll(a: Roster, b: Roster): boolean {
  return (
    a.members.length === b.members.length &&
    a.members.every((member) => b.members.includes(member)) &&
    [...a.gone].sort().join() === [...b.gone].sort().join()
  );
}
