import { SOURCES_ANNOTATION, isOurs } from '../api/labels.ts';
import { derivedName, isSystemNamespace } from '../api/names.ts';
import type { Problem } from './change.ts';
import { type Claim, type Witness, booked, claimOf, standIn } from './claim.ts';
import type { Member, PlanOptions } from './member.ts';
import { type Merged, merge } from './merge.ts';
import { Quiet } from './quiet.ts';
import { byPrecedence, compareText } from './order.ts';
import type { ServiceView } from './service-view.ts';
import { type SourceSlices, slicesOf } from './slices.ts';
import { type Validity, validityOf } from './validity.ts';

/** What a member holds of one service. */
export interface MemberView {
  readonly member: Member;
  readonly view: ServiceView;
}

/** A cluster's export of one service, valid or not. */
export interface Exporter extends MemberView {
  readonly validity: Validity;
}

/** What one service is over the clusterset: the same for every cluster that imports it. */
export interface ServiceSources {
  /** What all members hold of it, by cluster id. */
  readonly views: readonly MemberView[];
  /** Name of its derived Service. */
  readonly derived: string;
  /** Undefined when no valid export is left and nobody absent speaks for it. */
  readonly merged: Merged | undefined;
  /** All exports that are not being deleted, by cluster id. */
  readonly exporters: readonly Exporter[];
  readonly sources: readonly SourceSlices[];
  /** Ids whose clusters cannot be asked but which gave to this service. */
  readonly absent: readonly string[];
  /** Ids of the clusters that give to it, sorted. */
  readonly clusters: readonly string[];
  /** What of its endpoints cannot be used elsewhere. */
  readonly dropped: readonly Problem[];
  /** Where its imports are as they should be. */
  readonly quiet: Quiet;
}

/** What a service is, by what all members hold of it. The order of members does not matter. */
export function sourcesAmong(
  namespace: string,
  name: string,
  members: readonly Member[],
  options: PlanOptions,
): ServiceSources {
  const derived = derivedName(namespace, name);
  const views = members
    .toSorted((a, b) => compareText(a.id, b.id) || compareText(a.cluster, b.cluster))
    .map((member) => ({ member, view: member.observed.view(namespace, name, derived) }));
  const current = views.filter(({ member }) => member.role === 'member');
  const exporters = current.flatMap((at) => exporterOf(at, options) ?? []);
  const valid = exporters.filter((exporter) => exporter.validity.valid);
  const allowed = !isSystemNamespace(namespace, options.allowedNamespaces);
  const absent = allowed ? absentSources(views, options.gone) : [];
  const merged = allowed ? merge(claimsOf(valid, current, absent)) : undefined;
  const clusters = [...valid.map(({ member }) => member.id), ...absent].sort(compareText);
  return withSlices(namespace, name, { views, derived, merged, exporters, absent, clusters, quiet: new Quiet() });
}

/** The service with the slices that its exporters have. */
export function withSlices(
  namespace: string,
  name: string,
  service: Omit<ServiceSources, 'sources' | 'dropped'>,
): ServiceSources {
  const { merged, exporters } = service;
  const valid = exporters.filter((exporter) => exporter.validity.valid);
  const sources =
    merged === undefined ? [] : valid.map(({ member, view }) => slicesOf(member.id, namespace, name, view, merged));
  return { ...service, sources, dropped: droppedAddresses(valid, sources) };
}

/** An export that is being deleted no longer counts. */
function exporterOf({ member, view }: MemberView, options: PlanOptions): Exporter | undefined {
  const serviceExport = view.export;
  if (serviceExport === undefined || serviceExport.metadata.deletionTimestamp !== undefined) return undefined;
  return { member, view, validity: validityOf(serviceExport, view.service, options.allowedNamespaces) };
}

/**
 * Ids named as sources by our imports and slices that belong to no member at hand and are not gone: unreachable, not
 * chosen for this run, or nobody's any more. Unreachable is not unexported (design rule 19). `status.clusters` does not
 * count: what a stranger puts there is put right (rule 17).
 */
export function absentSources(views: readonly MemberView[], gone: ReadonlySet<string>): readonly string[] {
  const current = views.filter(({ member }) => member.role === 'member');
  const present = new Set(current.map(({ member }) => member.id));
  const named = new Set<string>();
  for (const { view } of current) for (const id of view.sources) if (!present.has(id)) named.add(id);
  return [...named].filter((id) => !gone.has(id)).sort(compareText);
}

function claimsOf(
  valid: readonly Exporter[],
  current: readonly MemberView[],
  absent: readonly string[],
): readonly Claim[] {
  const own = valid.flatMap(({ member, view }) =>
    view.export === undefined || view.service === undefined ? [] : [claimOf(member.id, view.export, view.service)],
  );
  if (absent.length === 0) return own;
  const [first, ...others] = witnesses(current, absent);
  return first === undefined ? own : [standIn([first, ...others], absent, byPrecedence(own)[0]), ...own];
}

/**
 * The imports that can speak for absent sources. One that names fewer of them was written without them or is out of date
 * (its cluster was away), so it does not count; one of an older CRD says less, so it comes later.
 */
function witnesses(current: readonly MemberView[], absent: readonly string[]): readonly Witness[] {
  const found = current.flatMap(({ member, view }) => {
    const { import: held, derived } = view;
    if (held === undefined || !isOurs(held)) return [];
    const named = booked(held, SOURCES_ANNOTATION).filter((id) => absent.includes(id)).length;
    const { fields } = member;
    return [{ held, named, fields, derived: derived !== undefined && isOurs(derived) ? derived : undefined }];
  });
  const most = Math.max(...found.map(({ named }) => named));
  return found.filter(({ named }) => named === most).toSorted((a, b) => b.fields.size - a.fields.size);
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
