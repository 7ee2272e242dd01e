import type { ClusterProperty } from '../api/objects.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { identityOf } from '../plan/membership.ts';
import { laidOver } from './lay-over.ts';
import type { Scanned } from './scanned.ts';

/** A cluster that was read, and the live one that its manifests are to be laid over. */
export interface ReadCluster {
  readonly cluster: Cluster;
  readonly scanned: Scanned;
  readonly over?: Scanned;
}

/**
 * Lays directories over live clusters: over the context of their name, which is `over`, or else over the one context
 * whose cluster id is their name, since names of contexts are often long, and may hold a `/`.
 * @param now RFC 3339: when the manifests would be applied
 */
export function withOverlays(all: readonly ReadCluster[], now: string): readonly Omit<ReadCluster, 'over'>[] {
  const below = new Map<ReadCluster, ReadCluster>();
  const contexts = all.filter(({ cluster }) => cluster.type === 'context');
  for (const each of all) {
    if (each.cluster.type !== 'directory' || each.over !== undefined) continue;
    const [context, ...others] = contexts.filter(({ scanned }) => idOf(scanned) === each.cluster.name);
    if (context !== undefined && others.length === 0) below.set(each, context);
  }
  const covered = new Set(below.values());
  return all.flatMap((each) => {
    if (covered.has(each)) return [];
    const { cluster, scanned } = each;
    const over = each.over ?? below.get(each)?.scanned;
    return [{ cluster, scanned: over === undefined ? scanned : laidOver(over, scanned, now) }];
  });
}

function idOf({ objects }: Scanned): string | undefined {
  const properties = (objects.get('ClusterProperty') ?? []) as readonly ClusterProperty[]; // of that kind only
  return identityOf('', undefined, properties).id;
}
