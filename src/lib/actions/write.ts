import type { KubeObject } from '../api/objects.ts';
import type { Cluster, WriteOptions } from '../clusters/cluster.ts';
import type { Change } from '../plan/change.ts';
import { mergePatchOf } from '../plan/patch.ts';

/** The part of a cluster that is written to. */
export type Writable = Pick<Cluster, 'apply' | 'patch' | 'delete'>;

/** How a change is written. `apply` first; `patch` when applying it once was not enough. */
export type WriteMode = 'apply' | 'patch';

/**
 * Carries out one change; returns the object as it is afterwards, undefined after a delete.
 * @throws ClusterError
 */
export async function write(
  at: Writable,
  change: Change,
  mode: WriteMode,
  adopt: boolean,
  dryRun: boolean,
): Promise<KubeObject | undefined> {
  if (change.verb === 'delete') {
    const { uid } = change.object.metadata;
    await at.delete(change.kind, change.object.metadata, { dryRun, ...(uid === undefined ? {} : { uid }) });
    return undefined;
  }
  const options: WriteOptions = {
    dryRun,
    // A creation must not take over what a stranger made since we looked.
    force: adopt || change.verb !== 'create',
    ...(change.subresource === undefined ? {} : { subresource: change.subresource }),
  };
  if (mode === 'patch') return at.patch(change.kind, change.object.metadata, mergePatchOf(change), options);
  // One branch a kind, so that kind and object are of one type.
  switch (change.kind) {
    case 'ServiceImport':
      return at.apply('ServiceImport', change.object, options);
    case 'Service':
      return at.apply('Service', change.object, options);
    case 'EndpointSlice':
      return at.apply('EndpointSlice', change.object, options);
    case 'ServiceExport':
      return at.apply('ServiceExport', change.object, options);
  }
}
