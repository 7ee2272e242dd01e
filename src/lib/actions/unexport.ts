import { isOurs } from '../api/labels.ts';
import { sameJSON } from '../api/same-json.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import type { Merged } from '../plan/merge.ts';
import { planService } from '../plan/service-plan.ts';
import { showPorts } from '../plan/ports.ts';
import { problemOf } from './enroll.ts';
import { checkMatch, oneNamespace, splitName } from './match-services.ts';
import { type Chosen, type Neighbourhood, readNeighbourhood } from './neighbourhood.ts';
import type { DryRun } from './settle.ts';

export interface UnexportOptions {
  /** `NAME` or `NAMESPACE/NAME`. */
  readonly names: readonly string[];
  readonly namespace: string;
  readonly clusterset?: string;
  readonly concurrency: number;
  readonly now: string;
}

/** A value that another cluster decides from now on. */
export interface ValueChange {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** One export that is to go, and what that does to the service. */
export interface PlannedUnexport {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly action: 'delete' | 'absent';
  /** False when somebody else made the export, and may make it again. */
  readonly ours: boolean;
  /** Nobody else exports the service: its import disappears in `importedBy`. */
  readonly last: boolean;
  readonly importedBy: readonly string[];
  /** The cluster whose values decide afterwards, when this one's decided so far. */
  readonly successor?: string;
  readonly changes: readonly ValueChange[];
}

export interface UnexportPlan {
  readonly unexports: readonly PlannedUnexport[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly targets: ReadonlyMap<string, Cluster>;
}

/** What an unexport would remove and do, before anything is removed. @throws UsageError, NothingUsableError */
export async function planUnexport(
  targets: readonly Cluster[],
  neighbours: readonly Cluster[],
  options: UnexportOptions,
): Promise<UnexportPlan> {
  checkMatch({ names: options.names });
  const namespace = oneNamespace({ ...options, allNamespaces: false });
  const around = await readNeighbourhood(targets, neighbours, {
    concurrency: options.concurrency,
    ...(options.clusterset === undefined ? {} : { clusterset: options.clusterset }),
    ...(namespace === undefined ? {} : { namespace }),
  });
  const unexports = options.names.flatMap((text) => {
    const key = splitName(text, options.namespace);
    return planOne(around, key.namespace, key.name, options.now);
  });
  return {
    unexports,
    problems: around.problems,
    warnings: around.warnings,
    targets: new Map(around.chosen.map(({ at, member }) => [member.cluster, at])),
  };
}

export interface UnexportReport {
  readonly dryRun: DryRun;
  readonly unexports: readonly PlannedUnexport[];
  readonly problems: readonly Problem[];
}

/** Carries a plan out. One cluster that fails does not stop the others. */
export async function applyUnexport(plan: UnexportPlan, dryRun: DryRun): Promise<UnexportReport> {
  const problems: Problem[] = [...plan.problems];
  const done: PlannedUnexport[] = [];
  for (const planned of plan.unexports) {
    const { cluster, namespace, name, action } = planned;
    try {
      if (action === 'delete' && dryRun !== 'client') {
        await plan.targets.get(cluster)?.delete('ServiceExport', { namespace, name }, { dryRun: dryRun === 'server' });
      }
      done.push(planned);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      problems.push({ ...problemOf(cluster, error), object: `ServiceExport ${namespace}/${name}` });
    }
  }
  return { dryRun, unexports: done, problems };
}

/** All chosen clusters' exports of one service go together, so their effect is told together. */
function planOne(around: Neighbourhood, namespace: string, name: string, now: string): readonly PlannedUnexport[] {
  const members = [...new Set([...around.members, ...around.chosen.map(({ member }) => member)])];
  const merge = (): Merged | undefined =>
    planService(namespace, name, members, { now, gone: new Set(around.left), adopt: false, allowedNamespaces: [] })
      .merged;
  const before = merge();
  const existing = new Map(
    around.chosen.map((chosen) => [chosen, chosen.member.observed.view(namespace, name).export] as const),
  );
  for (const { member } of around.chosen) member.observed.remove('ServiceExport', { namespace, name });
  const after = merge();
  const importedBy = members
    .filter((member) => member.observed.view(namespace, name).import !== undefined)
    .map((member) => member.cluster);
  return around.chosen.map((chosen) => {
    const found = existing.get(chosen);
    return {
      cluster: chosen.member.cluster,
      namespace,
      name,
      action: found === undefined ? ('absent' as const) : ('delete' as const),
      ours: found !== undefined && isOurs(found),
      last: found !== undefined && after === undefined,
      importedBy,
      ...succession(chosen, members, before, after),
    };
  });
}

function succession(
  chosen: Chosen,
  members: readonly { readonly id: string; readonly cluster: string }[],
  before: Merged | undefined,
  after: Merged | undefined,
): Pick<PlannedUnexport, 'successor' | 'changes'> {
  const heir = after?.claims[0].cluster;
  if (before === undefined || after === undefined || before.claims[0].cluster !== chosen.member.id)
    return { changes: [] };
  const changes = DECIDED.flatMap((field) =>
    sameJSON(before[field], after[field]) ? [] : [{ field, from: show(before, field), to: show(after, field) }],
  );
  return { successor: members.find((member) => member.id === heir)?.cluster ?? heir ?? '', changes };
}

/** What the oldest export decides, or has a part in. */
const DECIDED = [
  'type',
  'ports',
  'sessionAffinity',
  'sessionAffinityConfig',
  'internalTrafficPolicy',
  'trafficDistribution',
  'ipFamilies',
  'labels',
  'annotations',
] as const satisfies readonly (keyof Merged)[];

function show(merged: Merged, field: (typeof DECIDED)[number]): string {
  if (field === 'ports') return showPorts(merged.ports);
  const value: unknown = merged[field];
  if (value === undefined) return 'unset';
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
