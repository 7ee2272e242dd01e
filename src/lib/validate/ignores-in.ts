import { apiVersionOf, kindOf } from '../api/kinds.ts';
import type { KubeObject } from '../api/objects.ts';
import { keyOf } from '../api/objects.ts';
import { OBSERVED_KINDS } from '../plan/observed.ts';
import { IGNORE_ANNOTATION, type IgnoreAnnotation } from './ignore-annotation.ts';
import type { Scene, SceneCluster } from './scene.ts';

/** Every annotation that says what is not to be reported of its object. */
export function ignoresIn({ clusters }: Scene): readonly IgnoreAnnotation[] {
  return clusters.flatMap((cluster) => {
    const objects = function* (): Generator<KubeObject> {
      for (const kind of OBSERVED_KINDS) if (kind !== 'EndpointSlice') yield* cluster.observed.all(kind);
      yield* cluster.slices;
      yield* cluster.properties;
    };
    return [...objects()].flatMap((object) => ignoreOf(cluster, object) ?? []);
  });
}

function ignoreOf(cluster: SceneCluster, { apiVersion, kind, metadata }: KubeObject): IgnoreAnnotation | undefined {
  const text = metadata.annotations?.[IGNORE_ANNOTATION];
  const known = kindOf(apiVersion, kind);
  if (text === undefined || known === undefined) return undefined;
  const manifest = cluster.manifests?.manifestOf(known, keyOf(metadata));
  const { name, namespace } = metadata;
  return {
    cluster: cluster.name,
    object: { apiVersion: apiVersionOf(known), kind, ...(namespace === undefined ? {} : { namespace }), name },
    text,
    ...(manifest === undefined ? {} : manifest.place),
  };
}
