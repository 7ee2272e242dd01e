import type { ObjectMeta, StringMap } from './objects.ts';

/** Well-known ClusterProperty names (KEP-2149): the id of a cluster, and the clusterset it is a member of. */
export const CLUSTER_ID_PROPERTY = 'cluster.clusterset.k8s.io';
export const CLUSTERSET_PROPERTY = 'clusterset.k8s.io';

/** Labels of EndpointSlices (KEP-1645, "EndpointSlice"; kube-proxy reads the last). */
export const SERVICE_NAME_LABEL = 'multicluster.kubernetes.io/service-name';
export const SOURCE_CLUSTER_LABEL = 'multicluster.kubernetes.io/source-cluster';
export const SLICE_MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const PROXY_SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Value of `endpointslice.kubernetes.io/managed-by` on the slices mcs writes. */
export const SLICE_MANAGER = 'mcs-reconciler';

/** Our mark: objects without it are never changed or deleted. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'mcs';
export const MARK: StringMap = { [MANAGED_BY_LABEL]: MANAGED_BY };

/** Field manager of every write. */
export const FIELD_MANAGER = 'mcs';

/** Of the reference controllers (mcs-api `controllers/`), also read by Cilium and its Gateway API. */
export const DERIVED_SERVICE_ANNOTATION = 'multicluster.kubernetes.io/derived-service';

/**
 * Names of the labels and annotations on a ServiceImport that come from `spec.exportedLabels/exportedAnnotations`,
 * joined by commas. A key that is no longer exported can so be told from a stranger's, without managedFields.
 */
export const EXPORTED_LABELS_ANNOTATION = 'kubectl-mcs/exported-labels';
export const EXPORTED_ANNOTATIONS_ANNOTATION = 'kubectl-mcs/exported-annotations';

/**
 * On a ServiceImport: ids of the clusters that gave to it, joined by commas. `status.clusters` says the same, but there a
 * stranger's entry could not be told from that of a cluster that cannot be asked.
 */
export const SOURCES_ANNOTATION = 'kubectl-mcs/sources';

/** On a derived Service: the name of its import, so that one whose import is gone is found again. */
export const IMPORT_ANNOTATION = 'kubectl-mcs/import';

/** True when mcs made the object. */
export function isOurs(object: { readonly metadata: ObjectMeta }): boolean {
  return object.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
}
