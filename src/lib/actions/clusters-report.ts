import { isDNSLabel } from '../api/names.ts';
import type { Cluster, FoundController } from '../clusters/cluster.ts';
import { ClusterError, type ClusterErrorReason } from '../errors.ts';
import { clustersetsOf, identityOf, membershipOf, type Identity } from '../plan/membership.ts';
import { clusterFlag } from './cluster-flag.ts';
import { inParallel } from './in-parallel.ts';
import type { SurveyOptions } from './survey.ts';

/** What is known of one cluster. */
export interface ClusterReport {
  readonly cluster: string;
  readonly type: Cluster['type'];
  /** URL of the API server, or the path. */
  readonly location: string;
  /** False when it did not answer, or not to us. */
  readonly reachable: boolean;
  readonly id?: string;
  readonly clusterset?: string;
  /** RFC 3339: since when it is a member. */
  readonly since?: string;
  readonly kubernetesVersion?: string;
  /** UID of kube-system. */
  readonly uid?: string;
  /** Served versions, best first; absent when unknown. */
  readonly mcsVersions?: readonly string[];
  readonly aboutVersions?: readonly string[];
  /** Other MCS controllers at work there. */
  readonly controllers: readonly FoundController[];
  /** The cluster listed before that this one is too. */
  readonly sameAs?: string;
  readonly warnings: readonly string[];
  readonly error?: { readonly reason: ClusterErrorReason; readonly message: string; readonly next?: string };
}

export interface ClustersReport {
  readonly clusters: readonly ClusterReport[];
  /** What is wrong with the membership as a whole: one line each. */
  readonly notes: readonly string[];
}

interface Answer {
  readonly report: ClusterReport;
  readonly identity: Identity | undefined;
}

/** Says of every cluster who it is and what it serves. One that fails is a row of its own. */
export async function reportClusters(clusters: readonly Cluster[], options: SurveyOptions): Promise<ClustersReport> {
  const answers = await inParallel(clusters, options.concurrency, async (at) => {
    const answer = await ask(at);
    options.onCluster?.(at, undefined);
    return answer;
  });
  const first = new Map<string, string>();
  const reports = answers.map(({ report }): ClusterReport => {
    const twin = report.uid === undefined ? undefined : first.get(report.uid);
    if (report.uid !== undefined && twin === undefined) first.set(report.uid, report.cluster);
    return twin === undefined ? report : { ...report, sameAs: twin };
  });
  const twins = new Set(reports.filter(({ sameAs }) => sameAs !== undefined).map(({ cluster }) => cluster));
  const identities = answers.flatMap(({ identity }) =>
    identity === undefined || twins.has(identity.cluster) ? [] : [identity],
  );
  return { clusters: reports, notes: notesOn(identities, clusters) };
}

async function ask(at: Cluster): Promise<Answer> {
  const { name: cluster, type, location } = at;
  const base = { cluster, type, location, reachable: false, controllers: [], warnings: [] };
  let report: ClusterReport = base;
  try {
    const facts = await at.facts();
    const { uid, kubernetesVersion, mcsVersions, aboutVersions, controllers, warnings } = facts;
    report = {
      ...base,
      reachable: true,
      ...(uid === undefined ? {} : { uid }),
      ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
      mcsVersions,
      aboutVersions,
      controllers,
      warnings,
    };
    const properties = aboutVersions.length === 0 ? [] : await at.list('ClusterProperty');
    const identity = identityOf(cluster, uid, properties);
    const { id, clusterset, since } = identity;
    return {
      report: {
        ...report,
        ...(id === undefined ? {} : { id }),
        ...(clusterset === undefined ? {} : { clusterset }),
        ...(since === undefined ? {} : { since }),
      },
      identity,
    };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const { reason, message, next } = error;
    return {
      report: { ...report, error: { reason, message, ...(next === undefined ? {} : { next }) } },
      identity: undefined,
    };
  }
}

function notesOn(identities: readonly Identity[], clusters: readonly Cluster[]): readonly string[] {
  const clustersets = clustersetsOf(identities);
  const notes = [...clustersets.keys()].flatMap((clusterset) => {
    const { leftOut, warnings } = membershipOf(identities, clusterset);
    return [...leftOut.map(({ problem }) => `${problem.cluster}: ${problem.object} ${problem.message}`), ...warnings];
  });
  const dotted = identities.filter(
    ({ id, clusterset }) => clusterset === undefined && id !== undefined && !isDNSLabel(id),
  );
  for (const { cluster, id = '' } of dotted) {
    const at = clusters.find(({ name }) => name === cluster);
    const flag = at === undefined ? cluster : clusterFlag(at);
    notes.push(`${cluster}: id "${id}" is no label; to join it needs another: mcs join CLUSTERSET ${flag} --id ID`);
  }
  if (clustersets.size > 1) {
    const shown = [...clustersets].map(([name, members]) => `${name} (${members.join(', ')})`).join('; ');
    notes.push(`several clustersets: ${shown}; choose one with --clusterset NAME`);
  }
  return notes;
}
