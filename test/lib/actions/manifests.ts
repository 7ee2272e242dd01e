import type { Folders } from './folders.ts';
import { membership } from './folders.ts';

/** Manifests by key `namespace/name`. */

export function serviceOf(key: string, spec: object = {}, labels: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...names(key), labels },
    spec: { ports: [{ name: 'http', port: 80 }], ...spec },
  };
}

export function exportOf(key: string, creationTimestamp: string, metadata: object = {}, rest: object = {}): object {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { ...names(key), creationTimestamp, ...metadata },
    ...rest,
  };
}

/** Makes a folder a member of clusterset prod and puts manifests into it. */
export function member(set: Folders, id: string, ...manifests: readonly object[]): void {
  set.write(id, 'cluster.yaml', ...membership(id, 'prod'));
  if (manifests.length > 0) set.write(id, 'all.yaml', ...manifests);
}

function names(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
