import { type KubeObject, keyOf } from '../api/objects.ts';
import { ClusterError } from '../errors.ts';
import type { Change, Problem } from '../plan/change.ts';
import type { Member, PlanOptions } from '../plan/member.ts';
import type { ObservedKind } from '../plan/observed.ts';
import type { ServiceMemo } from '../plan/service-memo.ts';
import { type ServicePlan, planService } from '../plan/service-plan.ts';
import { simulate } from '../plan/simulate.ts';
import { problemOf } from './enroll.ts';
import { type Writable, type WriteMode, write } from './write.ts';

/** `none` writes; `client` asks nobody; `server` sends the writes through admission without keeping them. */
export type DryRun = 'none' | 'client' | 'server';

/** What settling needs to know beside the members; shared by all services of a run. */
export interface SettleContext {
  readonly members: readonly Member[];
  readonly clusterOf: (member: Member) => Writable;
  readonly options: PlanOptions;
  readonly dryRun: DryRun;
  readonly signal: AbortSignal | undefined;
  /** Write to this member alone; the others are read to know what the service is. */
  readonly only?: Member;
  /** What was computed of services before, where that is kept. */
  readonly memo?: ServiceMemo;
  /** Called for each write that a cluster did not do. */
  readonly onError?: (error: ClusterError) => void;
  /** Clusters that stopped answering in this run; nothing more is sent to them. Filled here. */
  readonly down: Map<string, ClusterError>;
}

export interface Settled {
  readonly plan: ServicePlan;
  /** Changes carried out (or that would be), in order. */
  readonly done: readonly Change[];
  readonly problems: readonly Problem[];
}

/** A new import takes five: create it, its Service, give it the IP, tell its status, tell the exports. The rest put right what others put in. */
const MAX_ROUNDS = 10;

/**
 * Makes every cluster hold one service as planned: writes the changes, plans again with the replies, until nothing is
 * left to do. What cannot be written in one cluster is reported and does not stop the others.
 */
export async function settle(first: ServicePlan, context: SettleContext): Promise<Settled> {
  const state: State = {
    tries: new Map(),
    givenUp: new Set(),
    created: new Set(),
    tried: new Set(),
    done: [],
    problems: [],
  };
  let plan = first;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const open = plan.changes.filter((change) => isOpen(change, state, context));
    if (open.length === 0 || isAborted(context)) break;
    // What exports are told depends on the imports, which may still learn: it is said once, at the end.
    const imports = open.filter((change) => change.kind !== 'ServiceExport');
    const changes = imports.length > 0 ? imports : open;
    await Promise.all(context.members.map((member) => writeAll(changes, member, state, context)));
    plan = planService(plan.namespace, plan.name, context.members, context.options, context.only, context.memo);
  }
  const left = isAborted(context) ? [] : plan.changes.filter((change) => isOpen(change, state, context));
  return { plan, done: state.done, problems: [...plan.problems, ...state.problems, ...left.map(unsettled)] };
}

interface State {
  /** The last write of an object (and subresource), and how often the same was written. */
  readonly tries: Map<string, { readonly change: Change; readonly count: number }>;
  /** Objects that are given up for this run; the rest of the service goes on. */
  readonly givenUp: Set<string>;
  /** Objects that exist in a dry run only. */
  readonly created: Set<string>;
  /** Objects that the server was asked about in a dry run. */
  readonly tried: Set<string>;
  readonly done: Change[];
  readonly problems: Problem[];
}

function isOpen(change: Change, state: State, context: SettleContext): boolean {
  return !state.givenUp.has(objectKey(change)) && !context.down.has(change.cluster);
}

function isAborted(context: SettleContext): boolean {
  return context.signal?.aborted === true;
}

/**
 * One cluster's changes, in order, up to the first whose reply the rest depends on: an import's uid and generation, a
 * Service's IP.
 */
async function writeAll(
  changes: readonly Change[],
  member: Member,
  state: State,
  context: SettleContext,
): Promise<void> {
  for (const change of changes) {
    if (change.cluster !== member.cluster || !isOpen(change, state, context)) continue;
    if (isAborted(context)) return;
    try {
      await writeOne(change, member, state, context);
      if (decidesTheRest(change, member)) return;
    } catch (error) {
      // A request that the signal cut off may have arrived or not; either way the object is whole.
      if (isAborted(context)) return;
      if (!(error instanceof ClusterError)) throw error;
      giveUp(change, error, state, context);
    }
  }
}

/** A directory's reply holds nothing new: all that depends on it is planned already. */
function decidesTheRest(change: Change, member: Member): boolean {
  if (member.ipFamilies.length === 0) return false;
  if (change.verb === 'delete' || change.subresource !== undefined) return false;
  return change.kind === 'ServiceImport' || change.kind === 'Service';
}

async function writeOne(change: Change, member: Member, state: State, context: SettleContext): Promise<void> {
  const key = `${change.cluster} ${change.kind} ${keyOf(change.object.metadata)} ${change.subresource ?? ''}`;
  const before = state.tries.get(key);
  const tries = before !== undefined && wantedBy(before.change) === wantedBy(change) ? before.count + 1 : 1;
  state.tries.set(key, { change, count: tries });
  const mode = modeOf(change, tries);
  if (mode === undefined) {
    state.givenUp.add(objectKey(change));
    state.problems.push(contested(change));
    return;
  }
  const after = await carryOut(change, mode, member, state, context);
  if (after === undefined) member.observed.remove(change.kind, change.object.metadata);
  else putInto(member, change, after);
  if (change.verb === 'create') state.created.add(objectKey(change));
  state.done.push(change);
}

/** What a change wants, without what the server alone decides: in a long run it may be another thing in each round. */
function wantedBy({ object, subresource }: Change): string {
  const { resourceVersion, generation, uid, creationTimestamp, ...metadata } = object.metadata;
  return JSON.stringify(subresource === 'status' && 'status' in object ? object.status : { ...object, metadata });
}

/**
 * An import is expected to be written twice, since it learns its IPs late, and so is an export's status: an import that
 * was just created may speak for an absent source, which changes who is named in a conflict. One more write means that
 * applying did not help, so the field belongs to somebody else too: it is then set by a patch, and after that given up.
 */
function modeOf(change: Change, tries: number): WriteMode | undefined {
  if (change.verb !== 'update') return tries > 2 ? undefined : 'apply';
  const expected =
    change.kind === 'ServiceExport' || (change.kind === 'ServiceImport' && change.subresource === undefined) ? 2 : 1;
  if (tries <= expected) return 'apply';
  return tries === expected + 1 && change.kind !== 'ServiceExport' ? 'patch' : undefined;
}

async function carryOut(
  change: Change,
  mode: WriteMode,
  member: Member,
  state: State,
  context: SettleContext,
): Promise<KubeObject | undefined> {
  const key = objectKey(change);
  // What a dry run created is not there to be written again.
  const local = context.dryRun === 'client' || (context.dryRun === 'server' && state.created.has(key));
  const reply = local
    ? undefined
    : await write(context.clusterOf(member), change, mode, context.options.adopt, context.dryRun === 'server');
  if (change.verb === 'delete') return undefined;
  // Nor does the server know, at the second write, what the first would have made of the object.
  const onTop = context.dryRun === 'server' && state.tried.has(key);
  state.tried.add(key);
  return local || onTop ? simulate(change, member) : reply;
}

function putInto(member: Member, change: Change, object: KubeObject): void {
  const kind: ObservedKind = change.kind;
  member.observed.put(kind, object as never); // the reply to a write of this kind is of this kind
}

function giveUp(change: Change, error: ClusterError, state: State, context: SettleContext): void {
  // The namespace began to go after it was read: nothing is created there any more, which is as it should be.
  state.givenUp.add(objectKey(change));
  if (error.reason === 'terminating') return;
  context.onError?.(error);
  if (error.reason === 'unreachable' || error.reason === 'timeout' || error.reason === 'unauthorized') {
    if (!context.down.has(change.cluster)) {
      context.down.set(change.cluster, error);
      state.problems.push(problemOf(change.cluster, error));
    }
    return;
  }
  state.problems.push({
    ...problemOf(change.cluster, error),
    object: `${change.kind} ${keyOf(change.object.metadata)}`,
  });
}

function contested(change: Change): Problem {
  const fields = change.fields.length > 0 ? ` (${change.fields.join(', ')})` : '';
  return {
    cluster: change.cluster,
    object: `${change.kind} ${keyOf(change.object.metadata)}`,
    message: `does not stay as mcs writes it${fields}: an admission webhook or another controller changes it`,
    next: 'find who: kubectl get --show-managed-fields -o yaml',
    severity: 'partial',
  };
}

function unsettled(change: Change): Problem {
  return {
    cluster: change.cluster,
    object: `${change.kind} ${keyOf(change.object.metadata)}`,
    message: `still differs after ${MAX_ROUNDS} rounds`,
    next: 'run mcs reconcile again',
    severity: 'partial',
  };
}

function objectKey(change: Change): string {
  return `${change.cluster} ${change.kind} ${keyOf(change.object.metadata)}`;
}
