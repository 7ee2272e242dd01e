// Made of crds/ by `npm run schemas`.
import { METADATA } from './metadata.ts';
import { ANYTHING, type KindSchema } from './schema.ts';

/** By kind; all versions of a kind have the same schema. */
export const FROM_CRDS: Readonly<Record<string, KindSchema>> = {
  ClusterProperty: {
    group: 'about.k8s.io',
    versions: ['v1alpha1', 'v1beta1'],
    schema: {
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: METADATA,
        spec: { type: 'object', required: ['value'], properties: { value: { type: 'string', minLength: 1 } } },
        status: ANYTHING,
      },
    },
  },
  ServiceExport: {
    group: 'multicluster.x-k8s.io',
    versions: ['v1alpha1', 'v1beta1'],
    schema: {
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: METADATA,
        spec: {
          type: 'object',
          properties: {
            exportedAnnotations: { type: 'object', additionalProperties: { type: 'string' } },
            exportedLabels: { type: 'object', additionalProperties: { type: 'string' } },
          },
        },
        status: ANYTHING,
      },
    },
  },
  ServiceImport: {
    group: 'multicluster.x-k8s.io',
    versions: ['v1alpha1', 'v1beta1'],
    schema: {
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: METADATA,
        spec: {
          type: 'object',
          required: ['ports', 'type'],
          properties: {
            internalTrafficPolicy: { type: 'string' },
            ipFamilies: { type: 'array', maxItems: 2, items: { type: 'string' } },
            ips: { type: 'array', maxItems: 2, items: { type: 'string' } },
            ports: {
              type: 'array',
              'x-kubernetes-list-type': 'atomic',
              items: {
                type: 'object',
                required: ['port'],
                properties: {
                  appProtocol: { type: 'string' },
                  name: { type: 'string' },
                  port: { type: 'integer', format: 'int32' },
                  protocol: { type: 'string' },
                },
              },
            },
            sessionAffinity: { type: 'string' },
            sessionAffinityConfig: {
              type: 'object',
              properties: {
                clientIP: { type: 'object', properties: { timeoutSeconds: { type: 'integer', format: 'int32' } } },
              },
            },
            trafficDistribution: { type: 'string' },
            type: { type: 'string', enum: ['ClusterSetIP', 'Headless'] },
          },
        },
        status: ANYTHING,
      },
    },
  },
};
