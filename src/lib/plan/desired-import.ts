import type { OptionalField } from '../api/fields.ts';
import { apiVersionOf } from '../api/kinds.ts';
import {
  DERIVED_SERVICE_ANNOTATION,
  EXPORTED_ANNOTATIONS_ANNOTATION,
  EXPORTED_LABELS_ANNOTATION,
  IMPORT_ANNOTATION,
  MARK,
  SOURCES_ANNOTATION,
  isOurs,
} from '../api/labels.ts';
import type { IPFamily, OwnerReference, Service, ServiceImport, StringMap } from '../api/objects.ts';
import { compact } from '../api/reader.ts';
import { familyOf } from './families.ts';
import type { Member } from './member.ts';
import type { Merged } from './merge.ts';
import { derivedPorts } from './ports.ts';

/** Names around one service. */
export interface Imported {
  readonly namespace: string;
  readonly name: string;
  /** Of its derived Service. */
  readonly derived: string;
  /** Ids of the clusters that give to it, sorted. */
  readonly clusters: readonly string[];
}

/** True when a service gets a derived Service: it has an IP and ports to serve on it (Services cannot be without). */
export function wantsDerived(merged: Merged): boolean {
  return merged.type === 'ClusterSetIP' && merged.ports.length > 0;
}

/**
 * The families an import has in one cluster: the merged ones that the cluster's Services can have, so that
 * `spec.ips` can correspond to `spec.ipFamilies` (KEP-1645). Empty: none of them, the import cannot work there.
 * Undefined: nobody says. A cluster that gives no IPs takes the merged ones as they are.
 */
export function familiesFor(merged: Merged, member: Member): readonly string[] | undefined {
  if (merged.ipFamilies === undefined || member.ipFamilies.length === 0) return merged.ipFamilies;
  return merged.ipFamilies.filter((family) => member.ipFamilies.includes(family as IPFamily));
}

/**
 * The ServiceImport one cluster should hold, without status. Optional fields that its CRD lacks are left out; so is the
 * second IP, which came with the exported labels (mcs-api 0.2: `maxItems` of `spec.ips`).
 * @param ips the derived Service's cluster IPs, in the order of the families
 */
export function desiredImport(
  { namespace, name, derived, clusters }: Imported,
  merged: Merged,
  member: Member,
  ips: readonly string[],
): ServiceImport {
  const serves = (field: OptionalField): boolean => member.fields.has(field);
  const families = familiesFor(merged, member);
  const annotations = {
    ...merged.annotations,
    ...(wantsDerived(merged) ? { [DERIVED_SERVICE_ANNOTATION]: derived } : {}),
    ...keysOf(EXPORTED_LABELS_ANNOTATION, merged.labels),
    ...keysOf(EXPORTED_ANNOTATIONS_ANNOTATION, merged.annotations),
    [SOURCES_ANNOTATION]: clusters.join(','),
  };
  return {
    apiVersion: apiVersionOf('ServiceImport'),
    kind: 'ServiceImport',
    metadata: compact({
      name,
      namespace,
      labels: { ...merged.labels, ...MARK },
      annotations,
    }),
    spec: compact({
      type: merged.type,
      ports: serves('ServiceImport.spec.ports.appProtocol')
        ? merged.ports
        : merged.ports.map(({ appProtocol: _, ...port }) => port),
      ips: ips.length === 0 ? undefined : ips.slice(0, serves('ServiceExport.spec.exportedLabels') ? 2 : 1),
      // An import that no family fits keeps the merged ones, so that its Ready condition can be understood.
      ipFamilies: serves('ServiceImport.spec.ipFamilies')
        ? families?.length === 0
          ? merged.ipFamilies
          : families
        : undefined,
      sessionAffinity: merged.sessionAffinity,
      sessionAffinityConfig: merged.sessionAffinityConfig,
      internalTrafficPolicy: serves('ServiceImport.spec.internalTrafficPolicy')
        ? merged.internalTrafficPolicy
        : undefined,
      trafficDistribution: serves('ServiceImport.spec.trafficDistribution') ? merged.trafficDistribution : undefined,
    }),
  };
}

/**
 * The derived Service: without selector, its cluster IP is the clusterset IP as seen from this cluster (mcs-api
 * `controllers/`). It is never recreated, so a Service that exists keeps its first family, which is immutable.
 */
export function desiredDerived(
  { namespace, name, derived }: Imported,
  merged: Merged,
  member: Member,
  existing: Service | undefined,
  owner: OwnerReference | undefined,
): Service {
  const families = keepFirst(familiesFor(merged, member), existing?.spec.ipFamilies);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: compact({
      name: derived,
      namespace,
      labels: MARK,
      annotations: { [IMPORT_ANNOTATION]: name },
      ownerReferences: owner && [owner],
    }),
    spec: compact({
      type: 'ClusterIP',
      ports: derivedPorts(merged.ports),
      ipFamilies: families,
      ipFamilyPolicy: families && (families.length > 1 ? 'PreferDualStack' : 'SingleStack'),
      sessionAffinity: merged.sessionAffinity ?? 'None',
      sessionAffinityConfig: merged.sessionAffinityConfig,
      internalTrafficPolicy: merged.internalTrafficPolicy ?? 'Cluster',
      trafficDistribution: merged.trafficDistribution,
    }),
  };
}

/** The cluster IPs of a derived Service of ours, in the order of the import's families (KEP-1645: "same order"). */
export function importIPs(derived: Service | undefined, families: readonly string[] | undefined): readonly string[] {
  if (derived === undefined || !isOurs(derived)) return [];
  const { clusterIP, clusterIPs = clusterIP === undefined ? [] : [clusterIP] } = derived.spec;
  const ips = clusterIPs.filter((ip) => ip !== '' && ip !== 'None');
  if (families === undefined) return ips;
  return families.flatMap((family) => ips.filter((ip) => familyOf(ip) === family));
}

/** The owner reference to an import; undefined where it has no uid (directories, or not created yet). */
export function ownerOf(serviceImport: ServiceImport | undefined): OwnerReference | undefined {
  const uid = serviceImport?.metadata.uid;
  if (serviceImport === undefined || uid === undefined) return undefined;
  return { apiVersion: serviceImport.apiVersion, kind: 'ServiceImport', name: serviceImport.metadata.name, uid };
}

function keysOf(annotation: string, map: StringMap): StringMap {
  const keys = Object.keys(map).sort();
  return keys.length === 0 ? {} : { [annotation]: keys.join(',') };
}

/**
 * The first family of a Service is immutable, and a Service is never recreated: one that is not wanted any more stays
 * with its Service, and the import is without IPs until somebody deletes it.
 */
function keepFirst(
  wanted: readonly string[] | undefined,
  existing: readonly string[] | undefined,
): readonly string[] | undefined {
  const first = existing?.[0];
  if (wanted === undefined || first === undefined) return wanted;
  return wanted.includes(first) ? [first, ...wanted.filter((family) => family !== first)] : existing;
}
