import { SLICE_MANAGED_BY_LABEL } from '../../api/labels.ts';
import { keyOf } from '../../api/objects.ts';
import type { EndpointSlice } from '../../api/objects.ts';
import type { FoundController } from '../cluster.ts';

/** Whose EndpointSlices are whose, by the value of `endpointslice.kubernetes.io/managed-by` (their sources, 2026). */
const MANAGERS: Readonly<Record<string, string>> = {
  'lighthouse-agent.submariner.io': 'Submariner',
  'lighthouse-clusterlocal-reflector': 'Submariner',
  'endpointslice-local-mcsapi-controller.cilium.io': 'Cilium',
  'endpointslice-mesh-controller.cilium.io': 'Cilium',
  'aws-cloud-map-mcs-controller-for-k8s': 'AWS Cloud Map MCS controller',
  'endpointslice-controller.karmada.io': 'Karmada',
  'endpointslice-dispatch-controller.karmada.io': 'Karmada',
};

/**
 * Other MCS implementations that were at work where the manifests come from: a directory has no workloads to look at,
 * but their EndpointSlices name them. Each once, with the first slice as evidence.
 */
export function controllersIn(slices: readonly EndpointSlice[]): readonly FoundController[] {
  const found = new Map<string, FoundController>();
  for (const slice of slices) {
    const manager = slice.metadata.labels?.[SLICE_MANAGED_BY_LABEL] ?? '';
    const name = Object.hasOwn(MANAGERS, manager) ? MANAGERS[manager] : undefined;
    if (name === undefined || found.has(name)) continue;
    const evidence = `EndpointSlice ${keyOf(slice.metadata)} is managed by ${manager}`;
    const hazard = 'once these manifests are applied, both would write the same ServiceImports';
    found.set(name, { name, evidence, hazard });
  }
  return [...found.values()];
}
