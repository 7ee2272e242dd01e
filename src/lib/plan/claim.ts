import type { ServedFields } from '../api/fields.ts';
import {
  DERIVED_SERVICE_ANNOTATION,
  EXPORTED_ANNOTATIONS_ANNOTATION,
  EXPORTED_LABELS_ANNOTATION,
  MANAGED_BY_LABEL,
  SOURCES_ANNOTATION,
} from '../api/labels.ts';
import type {
  ImportType,
  Service,
  ServiceExport,
  ServiceImport,
  ServicePort,
  SessionAffinityConfig,
  StringMap,
} from '../api/objects.ts';

/** What one cluster says a service is: the input of the merge, free of where it was read. */
export interface Claim {
  /** Cluster id. */
  readonly cluster: string;
  /** `creationTimestamp` of the ServiceExport; undefined when nobody knows it (directories). */
  readonly created: string | undefined;
  /** Ids of the unreachable clusters for which an existing import speaks; empty for a cluster's own word. */
  readonly standsInFor: readonly string[];
  readonly type: ImportType;
  readonly ports: readonly ServicePort[];
  readonly sessionAffinity: string;
  readonly sessionAffinityConfig: SessionAffinityConfig | undefined;
  readonly internalTrafficPolicy: string | undefined;
  readonly trafficDistribution: string | undefined;
  /** Undefined when the manifests do not say (directories). */
  readonly ipFamilies: readonly string[] | undefined;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** Import type of a Service: headless Services are Headless, all other exportable ones ClusterSetIP (KEP-1645, "Service Types"). */
export function importTypeOf(service: Service): ImportType {
  return service.spec.clusterIP === 'None' || service.spec.clusterIPs?.[0] === 'None' ? 'Headless' : 'ClusterSetIP';
}

/** The word of a cluster with a valid export. Metadata of Service and ServiceExport is never exported. */
export function claimOf(cluster: string, serviceExport: ServiceExport, service: Service): Claim {
  const { spec } = service;
  return {
    cluster,
    created: serviceExport.metadata.creationTimestamp,
    standsInFor: [],
    type: importTypeOf(service),
    ports: spec.ports,
    sessionAffinity: spec.sessionAffinity,
    sessionAffinityConfig: spec.sessionAffinityConfig,
    internalTrafficPolicy: spec.internalTrafficPolicy,
    trafficDistribution: spec.trafficDistribution,
    ipFamilies: spec.ipFamilies,
    labels: exportable(serviceExport.spec?.exportedLabels),
    annotations: exportable(serviceExport.spec?.exportedAnnotations),
  };
}

/** Keys of an import that are ours alone, so that an export of them would never be seen: it is no disagreement either. */
const RESERVED: ReadonlySet<string> = new Set([
  MANAGED_BY_LABEL,
  DERIVED_SERVICE_ANNOTATION,
  EXPORTED_LABELS_ANNOTATION,
  EXPORTED_ANNOTATIONS_ANNOTATION,
  SOURCES_ANNOTATION,
]);

function exportable(map: StringMap = {}): StringMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !RESERVED.has(key)));
}

/** An import of ours that speaks for absent sources, with what else its cluster knows of the service. */
export interface Witness {
  readonly held: ServiceImport;
  readonly fields: ServedFields;
  /** Its derived Service, if that is ours. */
  readonly derived: Service | undefined;
}

/**
 * The word of the clusters that cannot be asked: what the existing imports say (design rule 19). All imports of a
 * service say the same but for what their clusters can hold: the first speaks, for the families the one with most. On a
 * field that its CRD lacks its derived Service speaks, which has them all, else the oldest cluster that can be asked.
 * @param witnesses those that know and hold most first; at least one
 * @param absent ids of the sources that cannot be asked, sorted
 * @param oldest the oldest claim of those that can
 */
export function standIn(
  witnesses: readonly [Witness, ...Witness[]],
  absent: readonly string[],
  oldest: Claim | undefined,
): Claim {
  const [{ held: first, fields, derived }, ...others] = witnesses;
  const { spec } = first;
  const beside = derived?.spec ?? oldest;
  const ipFamilies = others.reduce(
    (most, { held }) => ((held.spec.ipFamilies?.length ?? 0) > (most?.length ?? 0) ? held.spec.ipFamilies : most),
    spec.ipFamilies,
  );
  const from = (field: 'internalTrafficPolicy' | 'trafficDistribution'): string | undefined =>
    (fields.has(`ServiceImport.spec.${field}`) ? spec : beside)?.[field];
  return {
    cluster: absent.join(','),
    created: undefined,
    standsInFor: absent,
    type: spec.type,
    ports: fields.has('ServiceImport.spec.ports.appProtocol') ? spec.ports : withAppProtocol(spec.ports, beside?.ports),
    sessionAffinity: spec.sessionAffinity ?? 'None',
    sessionAffinityConfig: spec.sessionAffinityConfig,
    internalTrafficPolicy: from('internalTrafficPolicy'),
    trafficDistribution: from('trafficDistribution'),
    ipFamilies,
    labels: exportedKeys(first, EXPORTED_LABELS_ANNOTATION, first.metadata.labels),
    annotations: exportedKeys(first, EXPORTED_ANNOTATIONS_ANNOTATION, first.metadata.annotations),
  };
}

/** By protocol and number: a derived Service may call a port otherwise. */
function withAppProtocol(ports: readonly ServicePort[], beside: readonly ServicePort[] = []): readonly ServicePort[] {
  return ports.map((port) => {
    const appProtocol = beside.find(
      (other) => other.protocol === port.protocol && other.port === port.port,
    )?.appProtocol;
    return appProtocol === undefined ? port : { ...port, appProtocol };
  });
}

/** What a bookkeeping annotation of an import lists: the keys that were exported to it, or its sources. */
export function booked(serviceImport: ServiceImport, annotation: string): readonly string[] {
  const list = serviceImport.metadata.annotations?.[annotation];
  return list === undefined || list === '' ? [] : list.split(',');
}

function exportedKeys(serviceImport: ServiceImport, annotation: string, map: StringMap | undefined): StringMap {
  const out: Record<string, string> = {};
  for (const key of booked(serviceImport, annotation)) {
    const value = map?.[key];
    if (value !== undefined) out[key] = value;
  }
  return exportable(out);
}
