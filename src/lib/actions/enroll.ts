import { ClusterError, NothingUsableError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import type { Member } from '../plan/member.ts';
import { type Identity, membershipOf } from '../plan/membership.ts';
import { clusterFlag } from './cluster-flag.ts';
import { inParallel } from './in-parallel.ts';
import { observe, observeOurs } from './observe.ts';
import { type Survey, type Surveyed, chooseClusterset } from './survey.ts';

/** The clusters that take part in a pass, read completely. */
export interface Enrolled {
  readonly clusterset: string;
  readonly members: readonly Member[];
  readonly surveyed: ReadonlyMap<Member, Surveyed>;
  /** Ids of clusters that are known to have left. */
  readonly left: readonly string[];
  /** Clusters that should have taken part and could not. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/**
 * From those that answered, the members of one clusterset and the clusters of none, each with what it holds.
 * @throws UsageError when there are several clustersets and none is named; NothingUsableError when there is no member
 */
export async function enroll(found: Survey, named: string | undefined, concurrency: number): Promise<Enrolled> {
  const clusterset = chooseClusterset(found.clusters, named);
  if (clusterset === undefined) {
    const [first] = found.clusters;
    const next = first === undefined ? undefined : `mcs join CLUSTERSET ${clusterFlag(first.at)}`;
    const causes = found.unreachable.map(({ error }) => error);
    throw new NothingUsableError('no cluster that answered is a member of a clusterset', next, { causes });
  }
  const membership = membershipOf(found.clusters, clusterset);
  const byName = new Map(found.clusters.map((surveyed) => [surveyed.cluster, surveyed]));
  // A cluster that does not serve the About API cannot say that it is no member, so nothing is removed there.
  const isKnown = ({ cluster }: Identity): boolean => byName.get(cluster)?.facts.aboutVersions.length !== 0;
  const wanted = [
    ...membership.members.map((identity) => ({ identity, role: 'member' as const, id: identity.id })),
    ...membership.former
      .filter(isKnown)
      .map((identity) => ({ identity, role: 'former' as const, id: identity.id ?? '' })),
  ];
  const problems: Problem[] = [
    ...found.unreachable.map(({ at, error }) => problemOf(at.name, error)),
    ...membership.leftOut.map(({ problem }) => problem),
  ];
  const surveyedOf = new Map<Member, Surveyed>();
  const results = await inParallel(wanted, concurrency, async ({ identity, role, id }) => {
    const surveyed = byName.get(identity.cluster);
    if (surveyed === undefined) return undefined;
    const blocked = role === 'member' ? blockedBy(surveyed) : undefined;
    if (blocked !== undefined) return blocked;
    try {
      const observed = role === 'member' ? await observe(surveyed.at) : await observeOurs(surveyed.at);
      const { fields, ipFamilies } = surveyed.facts;
      const member: Member = { role, cluster: identity.cluster, id, fields, ipFamilies, observed };
      surveyedOf.set(member, surveyed);
      return member;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      // Nothing can be cleaned up where nothing may be read; a cluster that never was a member owes us no answer.
      return role === 'member' ? problemOf(identity.cluster, error) : undefined;
    }
  });
  const members: Member[] = [];
  for (const result of results) {
    if (result === undefined) continue;
    if ('observed' in result) members.push(result);
    else problems.push(result);
  }
  return {
    clusterset,
    members,
    surveyed: surveyedOf,
    left: membership.left,
    problems,
    warnings: membership.warnings,
  };
}

/** A cluster's failure as a problem of the run. */
export function problemOf(cluster: string, error: ClusterError): Problem {
  return {
    cluster,
    object: '',
    message: error.message,
    ...(error.next === undefined ? {} : { next: error.next }),
    severity: 'partial',
  };
}

/** Why a member cannot be reconciled although it answers (design rules 4 and 21). */
export function blockedBy({ cluster, facts, at }: Pick<Surveyed, 'cluster' | 'facts' | 'at'>): Problem | undefined {
  const [controller] = facts.controllers;
  if (controller !== undefined) {
    return {
      cluster,
      object: controller.evidence,
      message: `${controller.name} is at work here, so this cluster is not reconciled: ${controller.hazard}`,
      severity: 'partial',
    };
  }
  if (facts.mcsVersions.length === 0) {
    return {
      cluster,
      object: 'CustomResourceDefinition serviceexports.multicluster.x-k8s.io',
      message: 'the MCS API is not installed',
      next: `mcs crds install ${clusterFlag(at)}`,
      severity: 'partial',
    };
  }
  return undefined;
}
