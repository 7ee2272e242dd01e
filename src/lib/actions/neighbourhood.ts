import type { Cluster } from '../clusters/cluster.ts';
import type { Problem } from '../plan/change.ts';
import type { Member } from '../plan/member.ts';
import { observeToShow } from './observe.ts';
import { problemOf } from './enroll.ts';
import { requireAnswers, survey } from './survey.ts';
import { viewClusters } from './view-clusters.ts';
import { ClusterError } from '../errors.ts';

/** A cluster that is to be written, with what it holds. */
export interface Chosen {
  readonly at: Cluster;
  readonly member: Member;
  /** False when its writes have no effect until it joins. */
  readonly isMember: boolean;
}

/** The clusters to be written among all members of their clusterset, so that effects elsewhere can be told. */
export interface Neighbourhood {
  readonly chosen: readonly Chosen[];
  /** All members that answered, the chosen among them. */
  readonly members: readonly Member[];
  readonly left: readonly string[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

export interface NeighbourhoodOptions {
  readonly concurrency: number;
  readonly clusterset?: string;
  readonly namespace?: string;
}

/**
 * Reads the clusters to write and the others of their clusterset. A neighbour that fails is a warning: the write goes on,
 * only its effect there cannot be told.
 * @throws NothingUsableError when none of the chosen answers; UsageError when the clusterset is not clear
 */
export async function readNeighbourhood(
  targets: readonly Cluster[],
  neighbours: readonly Cluster[],
  options: NeighbourhoodOptions,
): Promise<Neighbourhood> {
  const found = await survey(targets, options);
  requireAnswers(found);
  const clusterset =
    options.clusterset ?? found.clusters.find((cluster) => cluster.clusterset !== undefined)?.clusterset;
  // Who is a member of nothing has no neighbours yet.
  const view = await viewClusters(clusterset === undefined ? targets : [...targets, ...neighbours], {
    ...options,
    ...(clusterset === undefined ? {} : { clusterset }),
  });
  const problems: Problem[] = found.unreachable.map(({ at, error }) => problemOf(at.name, error));
  const chosen: Chosen[] = [];
  for (const surveyed of found.clusters) {
    const member = view.members.find((entry) => view.surveyed.get(entry)?.at === surveyed.at);
    if (member !== undefined) {
      chosen.push({ at: surveyed.at, member, isMember: surveyed.clusterset !== undefined });
      continue;
    }
    try {
      const { fields, ipFamilies } = surveyed.facts;
      const observed = await observeToShow(surveyed.at, options.namespace);
      const id = surveyed.id ?? surveyed.cluster;
      const outsider: Member = { role: 'member', cluster: surveyed.cluster, id, fields, ipFamilies, observed };
      chosen.push({ at: surveyed.at, member: outsider, isMember: false });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      problems.push(problemOf(surveyed.cluster, error));
    }
  }
  const targetNames = new Set(targets.map((cluster) => cluster.name));
  const elsewhere = view.problems.filter((problem) => !targetNames.has(problem.cluster));
  return {
    chosen,
    members: view.members,
    left: view.left,
    problems,
    warnings: [
      ...view.warnings,
      ...elsewhere.map(({ cluster, message }) => `${cluster}: ${message}; effects there cannot be told`),
    ],
  };
}
