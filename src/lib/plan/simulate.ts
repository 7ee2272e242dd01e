import { EXPORT_CONDITIONS } from '../api/conditions.ts';
import type { KubeObject, ObjectMeta, Service, ServiceExport, ServiceImport, StringMap } from '../api/objects.ts';
import { compact } from '../api/reader.ts';
import type { Change } from './change.ts';
import { familyOf } from './families.ts';
import type { Member } from './member.ts';

/** Stands for a value that only an API server gives. */
export const ASSIGNED = '(assigned by the server)';

/**
 * The object as it would be after a change, for a dry run: what the cluster keeps of the object that is there (status,
 * IPs, labels of others), and uids, generations and cluster IPs as an API server gives them, so that what depends on
 * them is planned as it would be in earnest.
 */
export function simulate(change: Exclude<Change, { verb: 'delete' }>, member: Member): KubeObject {
  const { metadata } = change.object;
  const view = member.observed;
  switch (change.kind) {
    case 'ServiceExport':
      return withOthersConditions(change.object, view.get('ServiceExport', metadata));
    case 'ServiceImport': {
      if (change.subresource === 'status') return change.object;
      const before: ServiceImport | undefined = view.get('ServiceImport', metadata);
      return compact({
        ...change.object,
        metadata: nextMeta(change, before, member),
        status: before?.status ?? change.object.status,
      });
    }
    case 'Service': {
      const before = view.get('Service', metadata);
      return withIPs({ ...change.object, metadata: nextMeta(change, before, member) }, before, member);
    }
    case 'EndpointSlice':
      return { ...change.object, metadata: nextMeta(change, view.get('EndpointSlice', metadata), member) };
  }
}

function withOthersConditions(next: ServiceExport, before: ServiceExport | undefined): ServiceExport {
  const theirs = (before?.status?.conditions ?? []).filter(({ type }) => !EXPORT_CONDITIONS.includes(type));
  return { ...next, status: { conditions: [...theirs, ...(next.status?.conditions ?? [])] } };
}

function nextMeta(change: Change, before: KubeObject | undefined, member: Member): ObjectMeta {
  const { metadata } = change.object;
  const kept = { ...before?.metadata, ...metadata };
  const merged = compact({
    ...kept,
    labels: nextMap('metadata.labels', before?.metadata.labels, metadata.labels, change.fields),
    annotations: nextMap('metadata.annotations', before?.metadata.annotations, metadata.annotations, change.fields),
  });
  if (givesNothing(member)) return merged;
  // An API server counts changes of the spec, not of metadata.
  const step = before === undefined || change.fields.some((path) => path.startsWith('spec')) ? 1 : 0;
  const generation = (before?.metadata.generation ?? 0) + step;
  return { ...merged, uid: before?.metadata.uid ?? ASSIGNED, generation };
}

/** Keys of others stay; those that differ and are not wanted go. */
function nextMap(
  path: string,
  before: StringMap | undefined,
  wanted: StringMap | undefined,
  fields: readonly string[],
): StringMap | undefined {
  const kept = Object.entries(before ?? {}).filter(([key]) => !fields.includes(`${path}[${key}]`));
  const map = { ...Object.fromEntries(kept), ...wanted };
  return Object.keys(map).length === 0 ? undefined : map;
}

/** Directories have no API server behind them. */
function givesNothing(member: Member): boolean {
  return member.ipFamilies.length === 0;
}

/** An IP stays for the life of a Service; a family that joins gets one, a family that goes takes its own with it. */
function withIPs(service: Service, before: Service | undefined, member: Member): Service {
  const { clusterIP, clusterIPs = clusterIP === undefined ? [] : [clusterIP] } = before?.spec ?? {};
  if (givesNothing(member)) return service;
  const families = service.spec.ipFamilies ?? before?.spec.ipFamilies ?? member.ipFamilies.slice(0, 1);
  // Marked by family so that they sort as addresses do.
  const assigned = (family: string): string => (family === 'IPv6' ? `::${ASSIGNED}` : ASSIGNED);
  const next = families.map((family) => clusterIPs.find((ip) => familyOf(ip) === family) ?? assigned(family));
  return { ...service, spec: { ...service.spec, ipFamilies: families, clusterIPs: next } };
}
