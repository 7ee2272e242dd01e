import { collectionPath } from './reset.ts';

/** Where API servers have the kinds that tests make. */
export const KINDS = {
  Namespace: ['', 'v1', 'namespaces'],
  Service: ['', 'v1', 'services'],
  EndpointSlice: ['discovery.k8s.io', 'v1', 'endpointslices'],
  ServiceExport: ['multicluster.x-k8s.io', 'v1beta1', 'serviceexports'],
  ServiceImport: ['multicluster.x-k8s.io', 'v1beta1', 'serviceimports'],
  ClusterProperty: ['about.k8s.io', 'v1beta1', 'clusterproperties'],
  Deployment: ['apps', 'v1', 'deployments'],
  Lease: ['coordination.k8s.io', 'v1', 'leases'],
  Event: ['events.k8s.io', 'v1', 'events'],
  CustomResourceDefinition: ['apiextensions.k8s.io', 'v1', 'customresourcedefinitions'],
} as const;

export type Kind = keyof typeof KINDS;

/** @throws Error when no path is known for it */
export function kindOf(object: { readonly kind: string }): Kind {
  if (Object.hasOwn(KINDS, object.kind)) return object.kind as Kind;
  throw new Error(`no path is known for ${object.kind}`);
}

/** Of all objects of a kind, in a namespace or everywhere. */
export function pathOf(kind: Kind, namespace: string | undefined): string {
  const [group, version, plural] = KINDS[kind];
  return collectionPath(group, version, plural, namespace);
}
