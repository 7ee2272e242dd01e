import { SOURCES_ANNOTATION, SOURCE_CLUSTER_LABEL, isOurs } from '../api/labels.ts';
import { derivedName, isSystemNamespace } from '../api/names.ts';
import { type Change, type Problem } from './change.ts';
import { type Claim, type Witness, booked, claimOf, standIn } from './claim.ts';
import { exportConditions } from './desired-status.ts';
import { exportStatusDifferences } from './differences.ts';
import { changesAt } from './import-plan.ts';
import type { Member, PlanOptions } from './member.ts';
import { type Merged, merge } from './merge.ts';
import type { ServiceView } from './observed.ts';
import { byPrecedence, compareText } from './order.ts';
import { type SourceSlices, slicesOf } from './slices.ts';
import { type Validity, validityOf } from './validity.ts';

/** A cluster's export of one service, valid or not. */
export interface Exporter {
  readonly member: Member;
  readonly view: ServiceView;
  readonly validity: Validity;
}

/** What one service is over the clusterset, and what it takes to make every cluster hold it. */
export interface ServicePlan {
  readonly namespace: string;
  readonly name: string;
  /** Undefined when no valid export is left and nobody absent speaks for it: then its imports go. */
  readonly merged: Merged | undefined;
  /** All exports that are not being deleted, by cluster id. */
  readonly exporters: readonly Exporter[];
  /** Ids whose clusters cannot be asked but which gave to this service; what they gave stays. */
  readonly absent: readonly string[];
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

/**
 * The plan of one service: `Member[] → Change[]`, total, pure and independent of the order of members. A plan that has
 * been carried out plans nothing.
 * @param only plan the changes of this member alone; what the service is does not depend on it
 */
export function planService(
  namespace: string,
  name: string,
  members: readonly Member[],
  options: PlanOptions,
  only?: Member,
): ServicePlan {
  const sorted = members.toSorted((a, b) => compareText(a.id, b.id) || compareText(a.cluster, b.cluster));
  const derived = derivedName(namespace, name);
  const views = new Map(sorted.map((member) => [member, member.observed.view(namespace, name, derived)]));
  const current = sorted.filter((member) => member.role === 'member');
  const exporters = current.flatMap((member) => exporterOf(member, views.get(member), options) ?? []);
  const valid = exporters.filter((exporter) => exporter.validity.valid);
  const allowed = !isSystemNamespace(namespace, options.allowedNamespaces);
  const absent = allowed ? absentSources(current, views, options.gone) : [];
  const merged = allowed ? merge(claimsOf(valid, current, views, absent)) : undefined;
  const sources = merged === undefined ? [] : slicesOfAll(valid, namespace, name, merged);
  const context = {
    namespace,
    name,
    derived,
    merged,
    sources,
    absent,
    clusters: [...valid.map(({ member }) => member.id), ...absent].sort(compareText),
    options,
  };
  const isPlanned = (member: Member): boolean => only === undefined || member === only;
  const perCluster = sorted
    .filter(isPlanned)
    .map((member) => changesAt(member, views.get(member) ?? emptyView, context));
  return {
    namespace,
    name,
    merged,
    exporters,
    absent,
    changes: [
      ...perCluster.flatMap(({ changes }) => changes),
      ...exporters
        .filter(({ member }) => isPlanned(member))
        .flatMap((exporter) => exportStatusChange(exporter, merged, options.now) ?? []),
    ],
    problems: [...droppedAddresses(valid, sources), ...perCluster.flatMap(({ problems }) => problems)],
  };
}

const emptyView: ServiceView = {
  namespace: 'absent',
  export: undefined,
  service: undefined,
  slices: [],
  import: undefined,
  derived: undefined,
  imported: [],
};

/** An export that is being deleted no longer counts. */
function exporterOf(member: Member, view: ServiceView | undefined, options: PlanOptions): Exporter | undefined {
  const serviceExport = view?.export;
  if (view === undefined || serviceExport === undefined || serviceExport.metadata.deletionTimestamp !== undefined)
    return undefined;
  return { member, view, validity: validityOf(serviceExport, view.service, options.allowedNamespaces) };
}

/**
 * Ids named as sources by our imports and slices that belong to no member at hand and are not gone: unreachable, not
 * chosen for this run, or nobody's any more. Unreachable is not unexported (design rule 19). `status.clusters` does not
 * count: what a stranger puts there is put right (rule 17).
 */
function absentSources(
  members: readonly Member[],
  views: ReadonlyMap<Member, ServiceView>,
  gone: ReadonlySet<string>,
): readonly string[] {
  const present = new Set(members.map((member) => member.id));
  const named = new Set<string>();
  for (const member of members) {
    const view = views.get(member);
    if (view?.import !== undefined && isOurs(view.import)) {
      for (const id of booked(view.import, SOURCES_ANNOTATION)) named.add(id);
    }
    for (const slice of view?.imported ?? []) {
      const source = slice.metadata.labels?.[SOURCE_CLUSTER_LABEL];
      if (isOurs(slice) && source !== undefined) named.add(source);
    }
  }
  return [...named].filter((id) => !present.has(id) && !gone.has(id)).sort(compareText);
}

function claimsOf(
  valid: readonly Exporter[],
  members: readonly Member[],
  views: ReadonlyMap<Member, ServiceView>,
  absent: readonly string[],
): readonly Claim[] {
  const own = valid.flatMap(({ member, view }) =>
    view.export === undefined || view.service === undefined ? [] : [claimOf(member.id, view.export, view.service)],
  );
  if (absent.length === 0) return own;
  const [first, ...others] = witnesses(members, views, absent);
  return first === undefined ? own : [standIn([first, ...others], absent, byPrecedence(own)[0]), ...own];
}

/**
 * The imports that can speak for absent sources. One that names fewer of them was written without them or is out of date
 * (its cluster was away), so it does not count; one of an older CRD says less, so it comes later.
 */
function witnesses(
  members: readonly Member[],
  views: ReadonlyMap<Member, ServiceView>,
  absent: readonly string[],
): readonly Witness[] {
  const found = members.flatMap((member) => {
    const { import: held, derived } = views.get(member) ?? emptyView;
    if (held === undefined || !isOurs(held)) return [];
    const named = booked(held, SOURCES_ANNOTATION).filter((id) => absent.includes(id)).length;
    const { fields } = member;
    return [{ held, named, fields, derived: derived !== undefined && isOurs(derived) ? derived : undefined }];
  });
  const most = Math.max(...found.map(({ named }) => named));
  return found.filter(({ named }) => named === most).toSorted((a, b) => b.fields.size - a.fields.size);
}

function slicesOfAll(
  valid: readonly Exporter[],
  namespace: string,
  name: string,
  merged: Merged,
): readonly SourceSlices[] {
  return valid.map(({ member, view }) => slicesOf(member.id, namespace, name, view, merged));
}

function exportStatusChange(exporter: Exporter, merged: Merged | undefined, now: string): Change | undefined {
  const { member, view, validity } = exporter;
  if (view.export === undefined) return undefined;
  const conditions = exportConditions(view.export, validity, merged?.conflicts ?? [], member.fields, now);
  const object = { ...view.export, status: { conditions } };
  const fields = exportStatusDifferences(object, view.export);
  if (fields.length === 0) return undefined;
  return {
    cluster: member.cluster,
    verb: 'update',
    kind: 'ServiceExport',
    object,
    subresource: 'status',
    fields,
    reason: conditions.map((condition) => condition.reason).join(' '),
  };
}

function droppedAddresses(valid: readonly Exporter[], sources: readonly SourceSlices[]): readonly Problem[] {
  return sources.flatMap(({ source, dropped }) =>
    dropped.map((line) => ({
      cluster: valid.find(({ member }) => member.id === source)?.member.cluster ?? source,
      object: line.slice(0, line.indexOf(':')),
      message: line.slice(line.indexOf(':') + 2),
      severity: 'warning' as const,
    })),
  );
}
