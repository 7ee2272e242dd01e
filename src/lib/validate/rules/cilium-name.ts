import { SLICE_MANAGED_BY_LABEL, SOURCE_CLUSTER_LABEL } from '../../api/labels.ts';
import type { SceneCluster } from '../scene.ts';

/** The controller of Cilium that makes slices of what a cluster itself exports, and files them under its own name. */
const LOCAL = 'endpointslice-local-mcsapi-controller.cilium.io';

/** What Cilium calls a cluster, by the first of the slices that it makes of local exports, if there are any. */
export function ciliumNameOf({
  slices,
}: SceneCluster): { readonly called: string; readonly evidence: string } | undefined {
  for (const { metadata } of slices) {
    const called = metadata.labels?.[SOURCE_CLUSTER_LABEL];
    if (metadata.labels?.[SLICE_MANAGED_BY_LABEL] !== LOCAL || called === undefined) continue;
    return { called, evidence: `EndpointSlice ${metadata.namespace ?? 'default'}/${metadata.name}` };
  }
  return undefined;
}
