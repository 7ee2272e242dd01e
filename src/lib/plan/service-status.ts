import { CONFLICT, READY, VALID, findCondition } from '../api/conditions.ts';
import { SOURCE_CLUSTER_LABEL, isOurs } from '../api/labels.ts';
import type { EndpointSlice, ImportType, ServicePort } from '../api/objects.ts';
import type { Member } from './member.ts';
import type { ServiceView } from './service-view.ts';
import { compareText } from './order.ts';
import type { ServicePlan } from './service-plan.ts';

/** States from worst to best; a service is in the first that holds. UNKNOWN is never OK. */
export const SERVICE_STATES = ['NOT EXPORTED', 'CONFLICT', 'MISSING', 'PENDING', 'UNKNOWN', 'OK'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

export interface SourceEndpoints {
  readonly cluster: string;
  readonly ready: number;
  readonly total: number;
}

export interface StatusConflict {
  readonly field: string;
  readonly reason: string;
  readonly used: string;
  /** What those who disagree have to say to end it. */
  readonly wanted: string;
  readonly winner: string;
  readonly disagree: readonly string[];
}

/** A ServiceExport, valid or not. */
export interface ShownExport {
  readonly cluster: string;
  /** `creationTimestamp`, RFC 3339; absent when nobody knows it (directories). */
  readonly created?: string;
}

/** A cluster and why something is not as it should be there. */
export interface Remark {
  readonly cluster: string;
  readonly reason: string;
}

/** One service over all clusters, by the clusters' own objects; clusters by the name shown, absent ones by id. */
export interface ServiceStatus {
  readonly namespace: string;
  readonly name: string;
  /** Absent when no valid export decides it. */
  readonly type?: ImportType;
  readonly ports: readonly ServicePort[];
  readonly state: ServiceState;
  readonly exportedBy: readonly string[];
  readonly exports: readonly ShownExport[];
  readonly importedBy: readonly string[];
  /** Clusters that have the namespace and should have the import. */
  readonly missingIn: readonly string[];
  /** Clusters without the namespace: nothing is imported there, by design of the KEP. */
  readonly noNamespaceIn: readonly string[];
  readonly ips: readonly { readonly cluster: string; readonly ips: readonly string[] }[];
  readonly endpoints: readonly SourceEndpoints[];
  readonly conflicts: readonly StatusConflict[];
  /** Exports that are not valid. */
  readonly invalid: readonly Remark[];
  /** Imports that do not work yet, or are not what the exports make of them now. */
  readonly pending: readonly Remark[];
  /** Ids of sources that cannot be asked. */
  readonly unreachable: readonly string[];
  /** Conditions in the clusters that say something else than the objects do. */
  readonly contradictions: readonly Remark[];
}

/** Computes the state of one service from its plan: pure, from objects and not only from conditions. */
export function serviceStatus(plan: ServicePlan, members: readonly Member[]): ServiceStatus {
  const { namespace, name, merged } = plan;
  const current = members
    .filter((member) => member.role === 'member')
    .toSorted((a, b) => compareText(a.cluster, b.cluster));
  const views = current.map((member) => ({ member, view: member.observed.view(namespace, name) }));
  const nameOf = (id: string): string => current.find((member) => member.id === id)?.cluster ?? id;
  const importing = views.filter(({ view }) => view.import !== undefined);
  const wanted = merged === undefined ? [] : views.filter(({ view }) => view.namespace === 'active');
  const missingIn = wanted.filter(({ view }) => view.import === undefined).map(({ member }) => member.cluster);
  const invalid = plan.exporters
    .filter(({ validity }) => !validity.valid)
    .map(({ member, validity }) => ({ cluster: member.cluster, reason: validity.reason }));
  const conflicts = (merged?.conflicts ?? []).map(({ field, reason, used, wanted, winner, disagree }) => ({
    field,
    reason,
    used,
    wanted,
    winner: winner.split(',').map(nameOf).join(','),
    disagree: disagree
      .flatMap((id) => id.split(','))
      .map(nameOf)
      .sort(compareText),
  }));
  const pending =
    merged === undefined ? [] : importing.flatMap(({ member, view }) => pendingAt(member, view, plan) ?? []);
  const status = {
    namespace,
    name,
    ...(merged === undefined ? {} : { type: merged.type }),
    ports: merged?.ports ?? [],
    exportedBy: plan.exporters
      .filter(({ validity }) => validity.valid)
      .map(({ member }) => member.cluster)
      .sort(compareText),
    exports: exportsOf(plan),
    importedBy: importing.map(({ member }) => member.cluster),
    missingIn,
    noNamespaceIn: views.filter(({ view }) => view.namespace === 'absent').map(({ member }) => member.cluster),
    ips: importing.flatMap(({ member, view }) => {
      const ips = view.import?.spec.ips ?? [];
      return ips.length === 0 ? [] : [{ cluster: member.cluster, ips }];
    }),
    endpoints: endpointsOf(
      plan,
      views.map(({ view }) => view),
    ),
    conflicts,
    invalid,
    pending,
    unreachable: plan.absent,
    contradictions: contradictionsOf(plan),
  };
  return { ...status, state: stateOf(status, merged !== undefined) };
}

function exportsOf({ exporters }: ServicePlan): readonly ShownExport[] {
  return exporters
    .map(({ member, view }) => {
      const created = view.export?.metadata.creationTimestamp;
      return { cluster: member.cluster, ...(created === undefined ? {} : { created }) };
    })
    .sort((a, b) => compareText(a.cluster, b.cluster));
}

function stateOf(status: Omit<ServiceStatus, 'state'>, exported: boolean): ServiceState {
  if (!exported) return 'NOT EXPORTED';
  if (status.conflicts.length > 0) return 'CONFLICT';
  // Nobody holds it yet: that is a reconciler which has not run, not a hole in one cluster.
  if (status.missingIn.length > 0) return status.importedBy.length === 0 ? 'PENDING' : 'MISSING';
  if (status.pending.length > 0) return 'PENDING';
  return status.unreachable.length > 0 ? 'UNKNOWN' : 'OK';
}

/** Why an import does not serve what the exports say, if so. */
function pendingAt(member: Member, view: ServiceView, plan: ServicePlan): Remark | undefined {
  const found = view.import;
  if (found === undefined) return undefined;
  const stale = plan.changes.some(
    (change) =>
      change.cluster === member.cluster && change.kind !== 'ServiceExport' && change.subresource === undefined,
  );
  if (isOurs(found) && stale) return { cluster: member.cluster, reason: 'not reconciled since the last change' };
  // A directory has no API server that could give an IP: that is its nature, not a state to wait out of.
  if (found.spec.type === 'Headless' || member.ipFamilies.length === 0) return undefined;
  if ((found.spec.ips?.length ?? 0) > 0) return undefined;
  const ready = findCondition(found.status?.conditions, READY);
  return {
    cluster: member.cluster,
    reason: ready?.reason === undefined || ready.reason === '' ? 'no IP' : ready.reason,
  };
}

/** Endpoints per source: of exporters by their own slices, of absent sources by what was imported from them. */
function endpointsOf(plan: ServicePlan, views: readonly ServiceView[]): readonly SourceEndpoints[] {
  const own = plan.exporters
    .filter(({ validity }) => validity.valid)
    .map(({ member, view }) => ({ cluster: member.cluster, ...count(view.slices) }));
  const absent = plan.absent.map((id) => {
    const from = (view: ServiceView): readonly EndpointSlice[] =>
      view.imported.filter((slice) => slice.metadata.labels?.[SOURCE_CLUSTER_LABEL] === id);
    const holder = views.find((view) => from(view).length > 0);
    return { cluster: id, ...count(holder === undefined ? [] : from(holder)) };
  });
  return [...own, ...absent].sort((a, b) => compareText(a.cluster, b.cluster));
}

/** Pods of a dual-stack Service stand in slices of both families: the family with more of them counts. */
function count(slices: readonly EndpointSlice[]): { ready: number; total: number } {
  const families = new Map<string, { ready: number; total: number }>();
  for (const { addressType, endpoints } of slices) {
    const sum = families.get(addressType) ?? { ready: 0, total: 0 };
    sum.total += endpoints.length;
    // Unset means ready (discovery.k8s.io/v1).
    sum.ready += endpoints.filter((endpoint) => endpoint.conditions?.ready !== false).length;
    families.set(addressType, sum);
  }
  return [...families.values()].sort((a, b) => b.total - a.total)[0] ?? { ready: 0, total: 0 };
}

/** Conditions that were written and say otherwise; a condition nobody wrote contradicts nothing. */
function contradictionsOf(plan: ServicePlan): readonly Remark[] {
  const inConflict = (plan.merged?.conflicts.length ?? 0) > 0;
  return plan.exporters.flatMap(({ member, view, validity }) => {
    const expected = [[VALID, validity.valid], ...(validity.valid ? [[CONFLICT, inConflict] as const] : [])] as const;
    return expected.flatMap(([type, value]) => {
      const says = findCondition(view.export?.status?.conditions, type)?.status;
      if (says === undefined || says === (value ? 'True' : 'False')) return [];
      return [
        {
          cluster: member.cluster,
          reason: `its ServiceExport says ${type}=${says}; by the objects it is ${value ? 'True' : 'False'}`,
        },
      ];
    });
  });
}
