import { SOURCE_CLUSTER_LABEL, isOurs } from '../../api/labels.ts';
import type { Change } from '../../plan/change.ts';
import { ref } from '../describe.ts';
import type { Draft } from '../rule.ts';
import type { Scene, SceneService } from '../scene.ts';
import { reconcileFix } from './reconcile-fix.ts';

/** What a pass would change of the slices that mcs imported: one finding a cluster. */
export function* importedOtherwise(service: SceneService, scene: Scene): Generator<Draft> {
  for (const { cluster, view } of service.at) {
    if (view.import === undefined || !isOurs(view.import) || !cluster.generated.importedSlices) continue;
    const changes = service.plan.changes.filter(
      ({ cluster: name, kind }) => name === cluster.name && kind === 'EndpointSlice',
    );
    const [change] = changes;
    if (change === undefined) continue;
    const held = changes.find(({ verb }) => verb !== 'create');
    yield {
      cluster: cluster.name,
      service: service.key,
      object: ref('EndpointSlice', change.object.metadata.name, service.namespace),
      ...(held === undefined ? { isAbsent: true } : {}),
      message: `imported slices of ${service.key} in ${cluster.name} are not what the exporters have now`,
      evidence: changes
        .slice(0, 5)
        .map(({ verb, object, reason }) => `${verb} EndpointSlice ${object.metadata.name}: ${reason}`),
      fix: reconcileFix(scene, cluster, view.import),
      causes: [
        ...sourcesOf(changes).map((id) => ({ code: 'MCS601', about: id })),
        { code: 'MCS603', service: service.key },
        { code: 'MCS414', cluster: cluster.name, service: service.key },
      ],
    };
  }
}

/** Ids of the clusters that slices to be changed are of. */
function sourcesOf(changes: readonly Change[]): readonly string[] {
  return [...new Set(changes.flatMap(({ object }) => object.metadata.labels?.[SOURCE_CLUSTER_LABEL] ?? []))];
}
