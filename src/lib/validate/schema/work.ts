import { METADATA } from './metadata.ts';
import { ANYTHING, type KindSchema } from './schema.ts';

const HEAD = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: METADATA } as const;

/** Work of the Work API (sigs.k8s.io/work-api, v1alpha1), `works.multicluster.x-k8s.io`. */
export const WORK: KindSchema = {
  group: 'multicluster.x-k8s.io',
  versions: ['v1alpha1'],
  schema: {
    type: 'object',
    properties: {
      ...HEAD,
      spec: {
        type: 'object',
        properties: {
          workload: {
            type: 'object',
            properties: {
              manifests: {
                type: 'array',
                // In the CRD `x-kubernetes-embedded-resource`: a whole object, of whatever kind.
                items: {
                  type: 'object',
                  required: ['apiVersion', 'kind'],
                  properties: { apiVersion: { type: 'string', minLength: 1 }, kind: { type: 'string', minLength: 1 } },
                  'x-kubernetes-preserve-unknown-fields': true,
                },
              },
            },
          },
        },
      },
      status: ANYTHING,
    },
  },
};

/** AppliedWork of the Work API: what an agent made of a Work, in the cluster it is for. */
export const APPLIED_WORK: KindSchema = {
  group: 'multicluster.x-k8s.io',
  versions: ['v1alpha1'],
  schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      ...HEAD,
      spec: {
        type: 'object',
        required: ['workName', 'workNamespace'],
        properties: { workName: { type: 'string' }, workNamespace: { type: 'string' } },
      },
      status: ANYTHING,
    },
  },
};
