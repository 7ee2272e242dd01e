import { apiVersionOf } from '../api/kinds.ts';
import { MARK, isOurs } from '../api/labels.ts';
import type { ClusterProperty } from '../api/objects.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError, type ClusterErrorReason } from '../errors.ts';
import { clusterFlag } from './cluster-flag.ts';
import type { DryRun } from './settle.ts';

/** One ClusterProperty to write. */
export interface PropertyWrite {
  readonly name: string;
  readonly value: string;
  /** As it was; undefined when it is to be created. */
  readonly before: ClusterProperty | undefined;
}

/**
 * Writes ClusterProperties one after the other; when one fails, those before it are put back, so that all or none is there.
 * @param now RFC 3339: creation time of the new ones, where no server gives it
 * @throws ClusterError of the write that failed; its message says so when putting back failed too
 */
export async function writeProperties(
  at: Cluster,
  writes: readonly PropertyWrite[],
  dryRun: DryRun,
  now: string,
): Promise<void> {
  if (dryRun === 'client') return;
  const tried: PropertyWrite[] = [];
  for (const write of writes) {
    tried.push(write);
    try {
      // A creation must not take over what somebody else made since we looked.
      const options = { dryRun: dryRun === 'server', force: write.before !== undefined };
      await at.apply('ClusterProperty', objectOf(write, now), options);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      // The server refused it, or perhaps took it without our hearing of that.
      const written = MAYBE_WRITTEN.has(error.reason) ? tried : tried.slice(0, -1);
      if (dryRun === 'none') await putBack(at, written.toReversed(), error);
      throw error;
    }
  }
}

const MAYBE_WRITTEN: ReadonlySet<ClusterErrorReason> = new Set(['unreachable', 'timeout', 'failed', 'malformed']);

async function putBack(at: Cluster, writes: readonly PropertyWrite[], cause: ClusterError): Promise<void> {
  for (const { name, before } of writes) {
    try {
      const there = await at.get('ClusterProperty', { name });
      if (there === undefined || !isOurs(there)) continue;
      if (before !== undefined) await at.apply('ClusterProperty', before);
      else await at.delete('ClusterProperty', { name }, uidOf(there));
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      throw new ClusterError(
        cause.cluster,
        cause.reason,
        `${cause.message}; ClusterProperty ${name} may be left: ${error.message}`,
        `once it answers: mcs leave ${clusterFlag(at)}`,
        { cause },
      );
    }
  }
}

function uidOf({ metadata: { uid } }: ClusterProperty): { readonly uid?: string } {
  return uid === undefined ? {} : { uid };
}

function objectOf({ name, value, before }: PropertyWrite, now: string): ClusterProperty {
  return {
    apiVersion: apiVersionOf('ClusterProperty'),
    kind: 'ClusterProperty',
    metadata: { name, creationTimestamp: before?.metadata.creationTimestamp ?? now, labels: MARK },
    spec: { value },
  };
}
