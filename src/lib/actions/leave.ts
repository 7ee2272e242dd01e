import { isOurs } from '../api/labels.ts';
import { keyOf } from '../api/objects.ts';
import { shellWord } from '../api/shell-word.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError, InterruptedError } from '../errors.ts';
import { clusterFlag } from './cluster-flag.ts';
import { type Elsewhere, type ImportsFrom, importsElsewhere } from './imports-elsewhere.ts';
import { inParallel } from './in-parallel.ts';
import { type LeavePlan, type PlanLeaveOptions, type Removal, isEmpty, planLeave } from './plan-leave.ts';
import { remove, tryToRemove } from './remove.ts';
import type { DryRun } from './settle.ts';
import { type Around, beforeWriting, surveyAround } from './survey-around.ts';
import type { SurveyOptions } from './survey.ts';

export interface LeaveOptions extends SurveyOptions, PlanLeaveOptions {
  readonly dryRun: DryRun;
  readonly signal?: AbortSignal;
  /** Asked before the first write, with what will go; false ends it. */
  readonly confirm?: (preview: readonly LeavingCluster[]) => Promise<boolean>;
}

export interface RemovedObject {
  readonly kind: string;
  /** `namespace/name`, or the name alone */
  readonly object: string;
}

export interface LeavingCluster {
  readonly cluster: string;
  /** URL or path. */
  readonly location: string;
  readonly id?: string;
  /** The clusterset it is still a member of; absent when a run before this one got that far, or it never was one. */
  readonly clusterset?: string;
  /** False when somebody else wrote the membership. */
  readonly joinedByMcs: boolean;
  /** What goes (or went), in order. */
  readonly removed: readonly RemovedObject[];
  /** What other members import from it. */
  readonly importsElsewhere: readonly ImportsFrom[];
  /** The command that removes what is left elsewhere; absent when nothing is known to be. */
  readonly next?: string;
}

export interface LeftCluster extends LeavingCluster {
  /** `none`: it is no member, and nothing is left in it. */
  readonly outcome: 'left' | 'none' | 'failed';
  readonly error?: { readonly message: string; readonly next?: string };
}

export interface LeaveReport {
  readonly dryRun: DryRun;
  /** False when the question was answered with no. */
  readonly confirmed: boolean;
  readonly clusters: readonly LeftCluster[];
  /** Members of which is not known what they import. */
  readonly unchecked: readonly { readonly cluster: string; readonly message: string }[];
  readonly warnings: readonly string[];
}

/**
 * Takes clusters out of their clusterset: exports, then membership, then imports, so that a reconciler at work beside it
 * does not put back what goes. Run again after a break it goes on where it stopped.
 * @param others clusters that stay
 * @throws RefusedError, UsageError, PartialError, NothingUsableError when nothing was written; InterruptedError
 */
export async function leave(
  chosen: readonly Cluster[],
  others: readonly Cluster[],
  options: LeaveOptions,
): Promise<LeaveReport> {
  const { concurrency, dryRun, signal } = options;
  const around = await surveyAround(chosen, others, options);
  const plans = await inParallel(around.chosen, concurrency, async (surveyed) => {
    try {
      const plan = await planLeave(surveyed, options);
      if (dryRun !== 'client') await tryToRemove(surveyed.at, samplesOf(plan), concurrency);
      return plan;
    } catch (error) {
      throw beforeWriting(error, chosen.length === 1, signal);
    }
  });
  const previews = await inParallel(plans, concurrency, (plan) => preview(plan, around, options));
  stopIfAborted(signal);
  const open = previews.filter(({ plan }) => !isEmpty(plan)).map(({ shown }) => shown);
  const confirmed = open.length === 0 || dryRun !== 'none' || ((await options.confirm?.(open)) ?? true);
  stopIfAborted(signal);
  const clusters = await inParallel(confirmed ? previews : [], concurrency, ({ plan, shown }) =>
    leaveOne(plan, shown, options),
  );
  const unchecked = [
    ...around.unknown.map(({ at, error }) => ({ cluster: at.name, message: error.message })),
    ...previews.flatMap(({ unknown }) => unknown),
  ];
  return { dryRun, confirmed, clusters, unchecked: uniqueByCluster(unchecked), warnings: around.warnings };
}

/** What is tried beforehand: all that goes first, and of what is many, on a server, one of each kind in each namespace. */
function samplesOf({ surveyed, exports, membership, imported, id }: LeavePlan): readonly Removal[] {
  const first = new Map(imported.map((one) => [`${one.kind} ${one.object.metadata.namespace ?? ''}`, one]));
  return [...exports, ...membership, ...(surveyed.at.type === 'directory' ? imported : first.values()), ...id];
}

interface Previewed {
  readonly plan: LeavePlan;
  readonly shown: LeavingCluster;
  readonly unknown: Elsewhere['unknown'];
}

async function preview(plan: LeavePlan, around: Around, options: LeaveOptions): Promise<Previewed> {
  const { at, cluster, id, clusterset } = plan.surveyed;
  const members = around.others.filter((other) =>
    clusterset === undefined ? other.clusterset !== undefined : other.clusterset === clusterset,
  );
  const { imports, unknown }: Elsewhere =
    id === undefined ? { imports: [], unknown: [] } : await importsElsewhere(id, members, options.concurrency);
  const removed = [...plan.exports, ...plan.membership, ...plan.imported, ...plan.id];
  const elsewhereKnown = members.length > 0 && unknown.length === 0 && around.unknown.length === 0;
  const leftElsewhere = imports.length > 0 || (plan.exports.length > 0 && !elsewhereKnown);
  const shown: LeavingCluster = {
    cluster,
    location: at.location,
    ...(id === undefined ? {} : { id }),
    ...(clusterset === undefined ? {} : { clusterset }),
    joinedByMcs: plan.membership.every(({ object }) => isOurs(object)),
    removed: removed.map(shownObject),
    importsElsewhere: imports,
    ...(leftElsewhere ? { next: reconcileCommand(plan, around, options) } : {}),
  };
  return { plan, shown, unknown };
}

/** Contexts are found by themselves; directories have to be named, and then contexts too. */
function reconcileCommand({ surveyed, id }: LeavePlan, { others }: Around, { forgetID }: LeaveOptions): string {
  const gone = forgetID && id.length > 0 && surveyed.id !== undefined ? [`--gone ${shellWord(surveyed.id)}`] : [];
  const members = others.filter(({ clusterset }) => clusterset !== undefined);
  const all = [surveyed, ...members];
  const named = all.some(({ at }) => at.type === 'directory') ? all.map(({ at }) => clusterFlag(at)) : [];
  const rest = named.length > 0 && members.length === 0 ? ['--dir PATH …'] : [];
  return ['mcs reconcile', ...named, ...rest, ...gone].join(' ');
}

async function leaveOne(plan: LeavePlan, shown: LeavingCluster, options: LeaveOptions): Promise<LeftCluster> {
  if (isEmpty(plan)) return { ...shown, outcome: 'none' };
  const { at } = plan.surveyed;
  const removed: RemovedObject[] = [];
  const of = (kind: string): readonly Removal[] => plan.imported.filter((removal) => removal.kind === kind);
  const stages = [
    plan.exports,
    plan.membership,
    of('ServiceImport'),
    of('Service'),
    of('EndpointSlice'),
    plan.id, // last: by its id a cluster is known to have left
  ];
  try {
    for (const stage of stages) {
      stopIfAborted(options.signal, removed.length);
      await remove(at, stage, options, (removal) => removed.push(shownObject(removal)));
    }
    return { ...shown, removed, outcome: 'left' };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    stopIfAborted(options.signal, removed.length);
    const next = error.next ?? `run it again to go on: mcs leave ${clusterFlag(at)}`;
    return { ...shown, removed, outcome: 'failed', error: { message: error.message, next } };
  }
}

function shownObject({ kind, object }: Removal): RemovedObject {
  return { kind, object: keyOf(object.metadata) };
}

function uniqueByCluster<T extends { readonly cluster: string }>(entries: readonly T[]): readonly T[] {
  return [...new Map(entries.map((entry) => [entry.cluster, entry])).values()];
}

function stopIfAborted(signal: AbortSignal | undefined, removed = 0): void {
  if (signal?.aborted !== true) return;
  if (removed === 0) throw new InterruptedError('interrupted before anything was written');
  throw new InterruptedError(`interrupted after ${removed} objects were removed`, 'run mcs leave again to go on');
}
