import { METADATA } from './metadata.ts';
import { ANYTHING, type KindSchema } from './schema.ts';

/** ClusterProfile of cluster-inventory-api v0.1 (KEP-4322), `clusterprofiles.multicluster.x-k8s.io`. */
export const CLUSTER_PROFILE: KindSchema = {
  group: 'multicluster.x-k8s.io',
  versions: ['v1alpha1'],
  schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: METADATA,
      spec: {
        type: 'object',
        required: ['clusterManager'],
        properties: {
          clusterManager: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
          displayName: { type: 'string' },
        },
      },
      status: ANYTHING,
    },
  },
};
