import { CLUSTER_ID_PROPERTY } from '../../api/labels.ts';
import { ref } from '../describe.ts';
import type { Draft } from '../rule.ts';
import type { SceneCluster } from '../scene.ts';

/** The ClusterProperty that holds the id of a cluster, as what a finding is about. */
export function property(cluster: SceneCluster, field: string): Pick<Draft, 'cluster' | 'object' | 'field'> {
  return { cluster: cluster.name, object: ref('ClusterProperty', CLUSTER_ID_PROPERTY), field };
}
