import type { Kind, ObjectOf } from '../api/kinds.ts';
import type { Manifests } from '../api/manifests.ts';
import type { ClusterFacts } from '../clusters/cluster.ts';
import type { Applied, Failure, SceneCRD } from '../validate/scene.ts';

/** What was read of one cluster; each part that failed is known to have failed. */
export interface Scanned {
  readonly facts: ClusterFacts;
  readonly failure?: Failure;
  readonly unlisted: Map<string, Failure>;
  readonly objects: Map<Kind, readonly ObjectOf[Kind][]>;
  readonly crds: readonly SceneCRD[] | undefined;
  readonly manifests?: Manifests;
  /** Where manifests were laid over a live cluster. */
  readonly applied?: Applied;
}
