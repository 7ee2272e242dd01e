import { secondsBetween } from '../../explain/duration.ts';
import type { Claim } from '../../plan/claim.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

/** The cluster whose id stands in a claim; undefined for one that cannot be asked. */
export function clusterOf(service: SceneService, id: string): SceneCluster | undefined {
  return service.at.find(({ member }) => member.id === id)?.cluster;
}

/** The id under which a cluster makes its claims. */
export function idOf(service: SceneService, cluster: SceneCluster): string | undefined {
  return service.at.find((each) => each.cluster === cluster)?.member.id;
}

/** Names of the clusters of ids joined by commas, as those are that an import stands in for. */
export function nameOf(service: SceneService, ids: string): string {
  return ids
    .split(',')
    .map((id) => clusterOf(service, id)?.name ?? id)
    .join(', ');
}

/** Seconds by which the oldest is older than the next; undefined when an age is unknown or there is but one. */
export function marginOf([oldest, next]: readonly [Claim, ...Claim[]]): number | undefined {
  if (oldest.created === undefined || next?.created === undefined) return undefined;
  return secondsBetween(oldest.created, next.created);
}
