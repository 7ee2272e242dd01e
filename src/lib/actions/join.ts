import { CLUSTERSET_PROPERTY, CLUSTER_ID_PROPERTY, isOurs } from '../api/labels.ts';
import type { ClusterProperty } from '../api/objects.ts';
import type { Cluster } from '../clusters/cluster.ts';
import type { OurCRD } from '../clusters/crd-manifests.ts';
import { ClusterError, InterruptedError, RefusedError } from '../errors.ts';
import { clusterFlag } from './cluster-flag.ts';
import { type CRDState, crdStates } from './crd-states.ts';
import { inParallel } from './in-parallel.ts';
import { type InstalledCRD, installCRDs } from './install-crds.ts';
import { type JoinPlan, checkJoinWords, planJoin } from './plan-join.ts';
import { type PropertyWrite, writeProperties } from './properties.ts';
import type { DryRun } from './settle.ts';
import { type Around, beforeWriting, surveyAround } from './survey-around.ts';
import type { SurveyOptions } from './survey.ts';

export interface JoinOptions extends SurveyOptions {
  readonly clusterset: string;
  /** For one cluster; without it the id it had before, else its name. */
  readonly id?: string | undefined;
  /** The CRDs mcs brings along; absent: none is looked at. */
  readonly crds: readonly OurCRD[] | undefined;
  readonly dryRun: DryRun;
  /** RFC 3339: since when the new members are members, where no server says it. */
  readonly now: string;
  readonly signal?: AbortSignal;
}

export interface JoinedCluster {
  readonly cluster: string;
  readonly id: string;
  /** `member`: it was one already, as it was asked for. */
  readonly outcome: 'joined' | 'member' | 'failed';
  readonly crds: readonly InstalledCRD[];
  readonly error?: { readonly message: string; readonly next?: string };
}

export interface JoinReport {
  readonly clusterset: string;
  readonly dryRun: DryRun;
  readonly clusters: readonly JoinedCluster[];
  /** Clusters that did not answer: whether an id is theirs too is not known. */
  readonly unchecked: readonly { readonly cluster: string; readonly message: string }[];
  readonly warnings: readonly string[];
}

/** One cluster, all reading done. */
interface Prepared extends JoinPlan {
  readonly crds: readonly CRDState[];
  /** In the order of writing: the id first, so that a half-joined cluster never counts as a member. */
  readonly properties: readonly PropertyWrite[];
  readonly notes: readonly string[];
}

/**
 * Makes clusters members of a clusterset. Everything is checked in all of them before anything is written; a cluster
 * that then fails is left as it was, but for CRDs, which may be in use by then.
 * @param others clusters that are not to join, but whose ids count
 * @throws UsageError, RefusedError, PartialError, NothingUsableError when nothing was written; InterruptedError
 */
export async function join(
  chosen: readonly Cluster[],
  others: readonly Cluster[],
  options: JoinOptions,
): Promise<JoinReport> {
  const { clusterset, id, concurrency, signal } = options;
  checkJoinWords(clusterset, id, chosen.length);
  const around = await surveyAround(chosen, others, options);
  const plans = planJoin(around, clusterset, id);
  const prepared = await inParallel(plans, concurrency, async (plan) => {
    try {
      return await prepare(plan, options);
    } catch (error) {
      throw beforeWriting(error, plans.length === 1, signal);
    }
  });
  if (isAborted(signal)) throw new InterruptedError('interrupted before anything was written');
  const clusters = await inParallel(prepared, concurrency, (one) => joinOne(one, options));
  if (isAborted(signal)) throw interrupted(clusters);
  return {
    clusterset,
    dryRun: options.dryRun,
    clusters,
    unchecked: around.unknown.map(({ at, error }) => ({ cluster: at.name, message: error.message })),
    warnings: [...warningsOf(around), ...prepared.flatMap(({ notes }) => notes)],
  };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function prepare(plan: JoinPlan, options: JoinOptions): Promise<Prepared> {
  const { at, cluster, facts } = plan.surveyed;
  const notes: string[] = [];
  const crds = await readCRDs(plan, options, notes);
  const willServe = crds.some(({ name, action }) => name.startsWith('clusterproperties.') && action === 'install');
  if (facts.aboutVersions.length === 0 && !willServe) {
    throw new RefusedError(
      `${cluster} does not serve ClusterProperty, which holds id and membership`,
      `mcs crds install ${clusterFlag(at)}`,
    );
  }
  notes.push(...crds.flatMap(({ name, note }) => (note === undefined ? [] : [`${cluster}: CRD ${name}: ${note}`])));
  const properties: PropertyWrite[] = [];
  if (plan.writesID) {
    const before =
      plan.surveyed.id === undefined ? undefined : await at.get('ClusterProperty', { name: CLUSTER_ID_PROPERTY });
    if (before !== undefined && !isOurs(before)) throw foreignID(plan, before);
    properties.push({ name: CLUSTER_ID_PROPERTY, value: plan.id, before });
  }
  if (plan.writesMembership)
    properties.push({ name: CLUSTERSET_PROPERTY, value: options.clusterset, before: undefined });
  return { ...plan, crds, properties, notes };
}

/** Who may not look at CRDs can still join where they are there. */
async function readCRDs(plan: JoinPlan, options: JoinOptions, notes: string[]): Promise<readonly CRDState[]> {
  const { at, cluster, facts } = plan.surveyed;
  if (options.crds === undefined) return [];
  try {
    return await crdStates(at, facts.controllers, options.crds);
  } catch (error) {
    const served = facts.aboutVersions.length > 0 && facts.mcsVersions.length > 0;
    if (!(error instanceof ClusterError) || error.reason !== 'forbidden' || !served) throw error;
    notes.push(`${cluster}: whether its CRDs are up to date is unknown: ${error.message}`);
    return [];
  }
}

async function joinOne(one: Prepared, options: JoinOptions): Promise<JoinedCluster> {
  const { at, cluster, facts } = one.surveyed;
  const crds: InstalledCRD[] = [];
  const result = { cluster, id: one.id, crds };
  try {
    await installCRDs(at, one.crds, options.crds ?? [], options.dryRun, (crd) => crds.push(crd));
    // A server that does not serve the kind yet cannot try the write either.
    const dryRun = options.dryRun === 'server' && facts.aboutVersions.length === 0 ? 'client' : options.dryRun;
    await writeProperties(at, one.properties, dryRun, options.now);
    return { ...result, outcome: one.properties.length === 0 ? 'member' : 'joined' };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const next = error.next === undefined ? {} : { next: error.next };
    return { ...result, outcome: 'failed', error: { message: error.message, ...next } };
  }
}

function foreignID({ surveyed, id }: JoinPlan, before: ClusterProperty): RefusedError {
  return new RefusedError(
    `${surveyed.cluster} has the id ${before.spec.value}, which mcs did not write; it is not changed to ${id}`,
    `leave --id out to join as ${before.spec.value}, or remove it: mcs leave ${clusterFlag(surveyed.at)} --forget-id`,
  );
}

function warningsOf(around: Around): readonly string[] {
  const controllers = around.chosen.flatMap(({ cluster, facts }) =>
    facts.controllers.map(
      ({ name, evidence }) =>
        `${cluster}: ${name} is at work there (${evidence}): mcs reconcile will leave this cluster alone`,
    ),
  );
  const dotted = around.chosen.flatMap(({ cluster, id, clusterset }) =>
    clusterset !== undefined && id?.includes('.') === true
      ? [`${cluster}: id "${id}" has a dot; CoreDNS cannot resolve the names of its endpoints`]
      : [],
  );
  return [...around.warnings, ...controllers, ...dotted];
}

function interrupted(clusters: readonly JoinedCluster[]): InterruptedError {
  const joined = clusters.filter(({ outcome }) => outcome !== 'failed').map(({ cluster }) => cluster);
  const done = joined.length === 0 ? 'no cluster has joined' : `joined: ${joined.join(', ')}`;
  return new InterruptedError(`interrupted; ${done}`, 'run mcs join again to go on');
}
