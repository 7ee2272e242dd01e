import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Removal } from './plan-leave.ts';
import type { DryRun } from './settle.ts';

/**
 * Deletes objects, each only if it is still the one that was seen. All are tried; then the first failure is thrown.
 * @param done told of each as soon as it is gone
 * @throws ClusterError
 */
export async function remove(
  at: Cluster,
  removals: readonly Removal[],
  { dryRun, concurrency }: { readonly dryRun: DryRun; readonly concurrency: number },
  done: (removal: Removal) => void,
): Promise<void> {
  const failures = await inParallel(removals, concurrency, async (removal) => {
    try {
      if (dryRun !== 'client') await deleteOne(at, removal, dryRun === 'server');
      done(removal);
      return undefined;
    } catch (error) {
      if (error instanceof ClusterError) return error;
      throw error;
    }
  });
  const failed = failures.find((failure) => failure !== undefined);
  if (failed !== undefined) throw failed;
}

/**
 * Finds out, before anything is written, what may not be deleted: for want of rights, or because it is in a user's file.
 * @throws ClusterError `forbidden` or `user-file`
 */
export async function tryToRemove(at: Cluster, removals: readonly Removal[], concurrency: number): Promise<void> {
  await inParallel(removals, concurrency, async (removal) => {
    try {
      await deleteOne(at, removal, true);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason === 'forbidden' || error.reason === 'user-file') throw error;
    }
  });
}

async function deleteOne(at: Cluster, { kind, object }: Removal, dryRun: boolean): Promise<void> {
  const { uid } = object.metadata;
  await at.delete(kind, object.metadata, { dryRun, ...(uid === undefined ? {} : { uid }) });
}
