import { CLUSTERSET_PROPERTY } from '../api/labels.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import type { Member } from '../plan/member.ts';
import { type LeftOut, membershipOf } from '../plan/membership.ts';
import type { Observed, ObservedKind } from '../plan/observed.ts';
import { problemOf } from './enroll.ts';
import { inParallel } from './in-parallel.ts';
import { observeToShow } from './observe.ts';
import {
  type Survey,
  type SurveyOptions,
  type Surveyed,
  type Unreachable,
  chooseClusterset,
  requireAnswers,
  survey,
} from './survey.ts';

/** A cluster as a report lists it. */
export interface ShownCluster {
  readonly cluster: string;
  readonly id?: string;
  readonly clusterset?: string;
  readonly type: 'context' | 'directory';
  /** URL of the API server, or the path. */
  readonly location: string;
  /** `ok`: read; `left-out`: no part of this clusterset; `unreachable`: did not answer, or not completely. */
  readonly state: 'ok' | 'left-out' | 'unreachable';
  readonly message?: string;
  /** RFC 3339: since when it has not been heard; only a report that is followed knows. */
  readonly unreachableSince?: string;
}

export interface ClustersView {
  readonly clusterset: string | undefined;
  readonly clusters: readonly ShownCluster[];
  readonly members: readonly Member[];
  readonly surveyed: ReadonlyMap<Member, Surveyed>;
  /** Ids known to have left. */
  readonly left: readonly string[];
  readonly problems: readonly Problem[];
  /** By cluster: why it was not read, or not completely. */
  readonly failures: ReadonlyMap<string, ClusterError>;
  /** By cluster: members that take no part because of their id. */
  readonly leftOut: ReadonlyMap<string, LeftOut>;
  readonly warnings: readonly string[];
}

export interface ViewOptions extends SurveyOptions {
  readonly clusterset?: string;
  /** Only this one is read. */
  readonly namespace?: string;
  /** Only these are read; all that a plan looks at when absent. */
  readonly kinds?: readonly ObservedKind[];
}

/**
 * Reads the clusters of one clusterset to show them; nothing is written. Where no cluster is a member of anything, all
 * count as one set under their ids or names: another implementation may be at work that knows no ClusterProperties.
 * @throws UsageError when there are several clustersets and none is named; NothingUsableError when nobody answered
 */
export async function viewClusters(clusters: readonly Cluster[], options: ViewOptions): Promise<ClustersView> {
  const found = await survey(clusters, options);
  requireAnswers(found);
  const clusterset = chooseClusterset(found.clusters, options.clusterset);
  const choice = choose(found, clusterset);
  const read = await inParallel(
    choice.chosen,
    options.concurrency,
    async ({ surveyed: { at } }): Promise<readonly [Cluster, Observed | ClusterError]> => {
      try {
        return [at, await observeToShow(at, options.namespace, options.kinds)];
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        return [at, error];
      }
    },
  );
  return assemble(clusters, found, choice, new Map(read));
}

/**
 * The view of what is known of clusters: pure.
 * @param clusters all, in the order in which they are shown
 * @param held what those that answered hold, or why that cannot be read
 */
export function viewOf(
  clusters: readonly Cluster[],
  found: Survey,
  clusterset: string | undefined,
  held: ReadonlyMap<Cluster, Observed | ClusterError>,
): ClustersView {
  return assemble(clusters, found, choose(found, clusterset), held);
}

function assemble(
  clusters: readonly Cluster[],
  found: Survey,
  { clusterset, chosen, left, leftOut, warnings }: Chosen,
  held: ReadonlyMap<Cluster, Observed | ClusterError>,
): ClustersView {
  const shown = new Map<Cluster, ShownCluster>();
  const members = new Map<Member, Surveyed>();
  const unread: Problem[] = [];
  const problems = leftOut.map(({ problem }) => problem);
  const failures = new Map(found.unreachable.map(({ at, error }) => [at.name, error]));
  for (const { surveyed, id } of chosen) {
    const observed = held.get(surveyed.at);
    if (observed instanceof ClusterError) {
      shown.set(surveyed.at, describe(surveyed, 'unreachable', observed.message));
      unread.push(problemOf(surveyed.cluster, observed));
      failures.set(surveyed.cluster, observed);
    } else if (observed !== undefined) {
      const { fields, ipFamilies } = surveyed.facts;
      members.set({ role: 'member', cluster: surveyed.cluster, id, fields, ipFamilies, observed }, surveyed);
      shown.set(surveyed.at, describe(surveyed, 'ok'));
    }
  }
  for (const entry of found.unreachable) shown.set(entry.at, unreachable(entry));
  for (const surveyed of found.clusters) {
    if (shown.has(surveyed.at)) continue;
    const problem = problems.find((entry) => entry.cluster === surveyed.cluster);
    const other = surveyed.clusterset === undefined ? 'no member of a clusterset' : `member of ${surveyed.clusterset}`;
    shown.set(surveyed.at, describe(surveyed, 'left-out', problem?.message ?? other));
  }
  return {
    clusterset,
    clusters: clusters.flatMap((cluster) => shown.get(cluster) ?? []),
    members: [...members.keys()],
    surveyed: members,
    left,
    problems: [...found.unreachable.map(({ at, error }) => problemOf(at.name, error)), ...problems, ...unread],
    failures,
    leftOut: new Map(leftOut.map((entry) => [entry.identity.cluster, entry])),
    warnings: [...found.warnings, ...warnings],
  };
}

/** Who takes part, of those that answered. */
interface Chosen {
  readonly clusterset: string | undefined;
  readonly chosen: readonly { readonly surveyed: Surveyed; readonly id: string }[];
  readonly left: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
}

function choose(found: Survey, clusterset: string | undefined): Chosen {
  if (clusterset === undefined) {
    return {
      clusterset,
      chosen: found.clusters.map((surveyed) => ({ surveyed, id: surveyed.id ?? surveyed.cluster })),
      left: [],
      leftOut: [],
      warnings:
        found.clusters.length > 1
          ? [`no cluster has ClusterProperty ${CLUSTERSET_PROPERTY}; all are shown as one clusterset`]
          : [],
    };
  }
  const membership = membershipOf(found.clusters, clusterset);
  const byName = new Map(found.clusters.map((surveyed) => [surveyed.cluster, surveyed]));
  return {
    clusterset,
    chosen: membership.members.flatMap(({ cluster, id }) => {
      const surveyed = byName.get(cluster);
      return surveyed === undefined ? [] : [{ surveyed, id }];
    }),
    left: membership.left,
    leftOut: membership.leftOut,
    warnings: membership.warnings,
  };
}

function describe(surveyed: Surveyed, state: ShownCluster['state'], message?: string): ShownCluster {
  const { cluster, id, clusterset, at } = surveyed;
  return {
    cluster,
    ...(id === undefined ? {} : { id }),
    ...(clusterset === undefined ? {} : { clusterset }),
    type: at.type,
    location: at.location,
    state,
    ...(message === undefined ? {} : { message }),
  };
}

function unreachable({ at, error, since }: Unreachable): ShownCluster {
  return {
    cluster: at.name,
    type: at.type,
    location: at.location,
    state: 'unreachable',
    message: error.message,
    ...(since === undefined ? {} : { unreachableSince: since }),
  };
}
