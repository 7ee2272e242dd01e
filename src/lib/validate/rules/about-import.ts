import { ref } from '../describe.ts';
import type { Draft } from '../rule.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

/** The import of a service in a cluster, as what a finding is about. */
export function aboutImport(
  { key, name, namespace }: SceneService,
  cluster: SceneCluster,
): Pick<Draft, 'cluster' | 'service' | 'object'> {
  return { cluster: cluster.name, service: key, object: ref('ServiceImport', name, namespace) };
}
