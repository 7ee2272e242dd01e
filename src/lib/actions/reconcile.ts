import type { Cluster } from '../clusters/cluster.ts';
import { type ClusterError, InterruptedError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import type { Member, PlanOptions } from '../plan/member.ts';
import { compareText } from '../plan/order.ts';
import { type ServicePlan, planService } from '../plan/service-plan.ts';
import { type Enrolled, enroll } from './enroll.ts';
import { inParallel } from './in-parallel.ts';
import { type ReportedChange, reportChanges } from './report-change.ts';
import { type DryRun, type SettleContext, settle } from './settle.ts';
import { type SurveyOptions, requireAnswers, survey } from './survey.ts';

export interface ReconcileOptions extends SurveyOptions {
  /** Needed only when the clusters are members of several. */
  readonly clusterset?: string;
  /** Ids said to be gone: what they gave is removed. */
  readonly gone: readonly string[];
  /** Take over objects without our mark. */
  readonly adopt: boolean;
  /** System namespaces allowed by name. */
  readonly allowedNamespaces: readonly string[];
  readonly dryRun: DryRun;
  /** RFC 3339: the time of conditions that change in this pass. */
  readonly now: string;
  readonly signal?: AbortSignal;
  /** Asked before the first write, with what the first round would write; false ends the pass. */
  readonly confirm?: (preview: Preview) => Promise<boolean>;
  /** Called for each change once it is made. */
  readonly onChange?: (change: ReportedChange) => void;
}

export interface Preview {
  readonly clusterset: string;
  /** Names of the clusters that would be written. */
  readonly clusters: readonly string[];
  readonly services: number;
}

/** A source that could not be asked: what it gave stays. */
export interface AbsentSource {
  readonly id: string;
  readonly services: number;
}

export interface ReconcileResult {
  readonly clusterset: string;
  readonly dryRun: DryRun;
  /** Names of the members that took part, by id. */
  readonly members: readonly { readonly cluster: string; readonly id: string }[];
  readonly services: number;
  readonly changes: readonly ReportedChange[];
  readonly problems: readonly Problem[];
  readonly absent: readonly AbsentSource[];
  readonly warnings: readonly string[];
  /** False when the question before the first write was answered with no. */
  readonly confirmed: boolean;
}

/**
 * One pass: observe → merge → desire → diff → apply. A pass over an unchanged clusterset writes nothing.
 * @throws UsageError, NothingUsableError when it cannot begin; InterruptedError when the signal ended it, with whole
 *   objects written so far
 */
export async function reconcile(clusters: readonly Cluster[], options: ReconcileOptions): Promise<ReconcileResult> {
  const found = await survey(clusters, options);
  stopIfAborted(options.signal);
  requireAnswers(found);
  const enrolled = await enroll(found, options.clusterset, options.concurrency);
  stopIfAborted(options.signal);
  const planOptions = planOptionsOf(enrolled, options);
  const { open, outlook } = openPlans(enrolled.members, planOptions);
  const confirmed = await mayWrite(open, enrolled, options);
  const unsettled = confirmed ? [] : open.flatMap((plan) => plan.problems);
  const down = new Map<string, ClusterError>();
  const context: SettleContext = {
    members: enrolled.members,
    clusterOf: (member) => clusterOf(enrolled, member),
    options: planOptions,
    dryRun: options.dryRun,
    signal: options.signal,
    down,
  };
  const settled = await inParallel(confirmed ? drain(open) : [], SERVICES_AT_A_TIME, async (plan) => {
    const result = await settle(plan, context);
    const changes = reportChanges(result.done);
    for (const change of changes) options.onChange?.(change);
    return { changes, problems: result.problems };
  });
  const changes = settled.flatMap((result) => result.changes);
  if (options.signal?.aborted === true) {
    throw new InterruptedError(
      `interrupted after ${changes.length} changes; every object written is whole`,
      'run mcs reconcile again to go on',
    );
  }
  return {
    clusterset: enrolled.clusterset,
    dryRun: options.dryRun,
    members: enrolled.members.filter(isMember).map(({ cluster, id }) => ({ cluster, id })),
    services: outlook.services,
    changes,
    problems: [
      ...enrolled.problems,
      ...outlook.problems,
      ...unsettled,
      ...settled.flatMap((result) => result.problems),
    ],
    absent: [...outlook.absent].sort(([a], [b]) => compareText(a, b)).map(([id, services]) => ({ id, services })),
    warnings: [...found.warnings, ...enrolled.warnings, ...outlook.warnings],
    confirmed,
  };
}

/** Services settled side by side; each cluster limits its own requests. */
const SERVICES_AT_A_TIME = 32;

function isMember(member: Member): boolean {
  return member.role === 'member';
}

function planOptionsOf(enrolled: Enrolled, options: ReconcileOptions): PlanOptions {
  return {
    now: options.now,
    gone: new Set([...options.gone, ...enrolled.left]),
    adopt: options.adopt,
    allowedNamespaces: options.allowedNamespaces,
  };
}

/** What is known of all services before anything is written. */
interface Outlook {
  /** Services that somebody exports, or somebody absent did. */
  services: number;
  /** Of services with nothing to write; the others' come with their settling. */
  readonly problems: Problem[];
  /** Services by the id of an absent source that gave to them. */
  readonly absent: Map<string, number>;
  readonly warnings: string[];
}

/** The plans that have something to write. The others are not kept: a plan holds every object it is about. */
function openPlans(members: readonly Member[], options: PlanOptions): { open: ServicePlan[]; outlook: Outlook } {
  const outlook: Outlook = { services: 0, problems: [], absent: new Map(), warnings: [] };
  const open: ServicePlan[] = [];
  for (const plan of eachPlan(members, options)) {
    const { namespace, name, merged } = plan;
    if (merged !== undefined) outlook.services++;
    for (const id of plan.absent) outlook.absent.set(id, (outlook.absent.get(id) ?? 0) + 1);
    if (merged !== undefined && !merged.agesKnown && merged.conflicts.length > 0) {
      outlook.warnings.push(
        `${namespace}/${name}: the age of an export is unknown, so precedence goes by cluster id; set metadata.creationTimestamp on the ServiceExports to decide it`,
      );
    }
    if (plan.changes.length > 0) open.push(plan);
    else outlook.problems.push(...plan.problems);
  }
  return { open, outlook };
}

/** The plans of all services that any cluster knows, in the order of their keys. */
export function planAll(members: readonly Member[], options: PlanOptions): readonly ServicePlan[] {
  return [...eachPlan(members, options)];
}

function* eachPlan(members: readonly Member[], options: PlanOptions): Generator<ServicePlan> {
  const keys = new Set(members.flatMap((member) => [...member.observed.keys()]));
  for (const key of [...keys].sort(compareText)) {
    const slash = key.indexOf('/');
    yield planService(key.slice(0, slash), key.slice(slash + 1), members, options);
  }
}

/** The items of a list, which is empty in the end: a plan is let go once it is settled. */
function* drain<T>(list: T[]): Generator<T> {
  list.reverse();
  for (let item = list.pop(); item !== undefined; item = list.pop()) yield item;
}

async function mayWrite(open: readonly ServicePlan[], enrolled: Enrolled, options: ReconcileOptions): Promise<boolean> {
  if (open.length === 0 || options.dryRun !== 'none' || options.confirm === undefined) return true;
  const clusters = new Set(open.flatMap((plan) => plan.changes.map((change) => change.cluster)));
  return options.confirm({
    clusterset: enrolled.clusterset,
    clusters: [...clusters].sort(compareText),
    services: open.length,
  });
}

function clusterOf(enrolled: Enrolled, member: Member): Cluster {
  const surveyed = enrolled.surveyed.get(member);
  if (surveyed === undefined) throw new Error(`defect: ${member.cluster} was enrolled without having been surveyed`);
  return surveyed.at;
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new InterruptedError('interrupted before anything was written');
}
