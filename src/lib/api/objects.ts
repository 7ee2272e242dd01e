/**
 * The Kubernetes, MCS (KEP-1645) and About (KEP-2149) objects, cut down to the fields mcs reads or writes.
 * Values of these types have been parsed (`parse.ts`) and are frozen: nobody changes them in place.
 */

export type StringMap = Readonly<Record<string, string>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface ObjectMeta {
  readonly name: string;
  /** Absent on cluster-scoped objects. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339, seconds. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export type IPFamily = 'IPv4' | 'IPv6';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** May be empty or comma-joined when another implementation wrote it. */
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

export interface SessionAffinityConfig {
  readonly clientIP?: { readonly timeoutSeconds?: number };
}

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly status?: { readonly phase?: string };
}

export interface ServicePort {
  readonly name?: string;
  /** TCP when unset, as the API server defaults it. */
  readonly protocol: string;
  readonly port: number;
  readonly appProtocol?: string;
}

export interface ServiceSpec {
  /** ClusterIP when unset. */
  readonly type: string;
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ipFamilies?: readonly string[];
  readonly ipFamilyPolicy?: string;
  readonly ports: readonly ServicePort[];
  readonly selector?: StringMap;
  /** None when unset. */
  readonly sessionAffinity: string;
  readonly sessionAffinityConfig?: SessionAffinityConfig;
  readonly internalTrafficPolicy?: string;
  readonly trafficDistribution?: string;
  readonly publishNotReadyAddresses?: boolean;
}

export interface Service extends KubeObject {
  readonly kind: 'Service';
  readonly spec: ServiceSpec;
}

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly hostname?: string;
  readonly zone?: string;
}

export interface EndpointPort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly appProtocol?: string;
}

export interface EndpointSlice extends KubeObject {
  readonly kind: 'EndpointSlice';
  /** IPv4, IPv6 or FQDN. */
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
  /** Absent or empty means all ports. */
  readonly ports?: readonly EndpointPort[];
}

export interface ServiceExport extends KubeObject {
  readonly kind: 'ServiceExport';
  readonly spec?: { readonly exportedLabels?: StringMap; readonly exportedAnnotations?: StringMap };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export type ImportType = 'ClusterSetIP' | 'Headless';

export interface ServiceImportSpec {
  readonly type: ImportType;
  readonly ports: readonly ServicePort[];
  readonly ips?: readonly string[];
  readonly ipFamilies?: readonly string[];
  readonly sessionAffinity?: string;
  readonly sessionAffinityConfig?: SessionAffinityConfig;
  readonly internalTrafficPolicy?: string;
  readonly trafficDistribution?: string;
}

export interface ServiceImportStatus {
  readonly clusters?: readonly { readonly cluster: string }[];
  readonly conditions?: readonly Condition[];
  readonly endpointSliceObjects?: string;
}

export interface ServiceImport extends KubeObject {
  readonly kind: 'ServiceImport';
  readonly spec: ServiceImportSpec;
  readonly status?: ServiceImportStatus;
}

export interface ClusterProperty extends KubeObject {
  readonly kind: 'ClusterProperty';
  readonly spec: { readonly value: string };
}

/** Names one object of a known kind. */
export interface Ref {
  readonly name: string;
  readonly namespace?: string;
}

/** `namespace/name`, or the bare name of a cluster-scoped object. */
export function keyOf(ref: Ref): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}
