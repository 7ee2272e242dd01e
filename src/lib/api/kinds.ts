import type { ClusterProperty, EndpointSlice, Namespace, Service, ServiceExport, ServiceImport } from './objects.ts';

/** Group of the MCS API (KEP-1645). */
export const MCS_GROUP = 'multicluster.x-k8s.io';
/** Group of the About API (KEP-2149). */
export const ABOUT_GROUP = 'about.k8s.io';

/** The kinds mcs reads or writes, each with its type. */
export interface ObjectOf {
  Namespace: Namespace;
  Service: Service;
  EndpointSlice: EndpointSlice;
  ServiceExport: ServiceExport;
  ServiceImport: ServiceImport;
  ClusterProperty: ClusterProperty;
}
export type Kind = keyof ObjectOf;

/** Where a kind lives. `versions` is in order of preference: the first one a cluster serves is used. */
export interface KindInfo {
  readonly group: string;
  readonly versions: readonly [string, ...string[]];
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * MCS and About objects prefer v1beta1 and fall back to v1alpha1; the schemas are the same (mcs-api v0.5, about-api).
 * There is no v1 of either, whatever examples say.
 */
export const KINDS: { readonly [K in Kind]: KindInfo } = {
  Namespace: { group: '', versions: ['v1'], plural: 'namespaces', namespaced: false },
  Service: { group: '', versions: ['v1'], plural: 'services', namespaced: true },
  EndpointSlice: { group: 'discovery.k8s.io', versions: ['v1'], plural: 'endpointslices', namespaced: true },
  ServiceExport: { group: MCS_GROUP, versions: ['v1beta1', 'v1alpha1'], plural: 'serviceexports', namespaced: true },
  ServiceImport: { group: MCS_GROUP, versions: ['v1beta1', 'v1alpha1'], plural: 'serviceimports', namespaced: true },
  ClusterProperty: {
    group: ABOUT_GROUP,
    versions: ['v1beta1', 'v1alpha1'],
    plural: 'clusterproperties',
    namespaced: false,
  },
};

/** `group/version`, or the bare version for the core group. */
export function apiVersionOf(kind: Kind, version: string = KINDS[kind].versions[0]): string {
  const { group } = KINDS[kind];
  return group === '' ? version : `${group}/${version}`;
}

/** The kind that an `apiVersion` and `kind` of a manifest mean to mcs, in whatever version; undefined for all others. */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  if (!Object.hasOwn(KINDS, kind)) return undefined;
  const known = kind as Kind; // checked by hasOwn above
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return KINDS[known].group === group ? known : undefined;
}
