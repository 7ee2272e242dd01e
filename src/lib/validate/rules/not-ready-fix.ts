import type { KubeObject } from '../../api/objects.ts';
import type { Fix } from '../finding.ts';
import type { Scene, SceneCluster, SceneService } from '../scene.ts';
import { reconcileFix } from './reconcile-fix.ts';

/** What helps an import that is not ready: where its cluster lacks the family, no controller can give an IP. */
export function notReadyFix(
  scene: Scene,
  { key, status }: SceneService,
  cluster: SceneCluster,
  reason: string | undefined,
  held: KubeObject | undefined,
): Fix {
  if (reason !== 'IPFamilyNotSupported') return reconcileFix(scene, cluster, held);
  const where = status.exportedBy.join(', ');
  return {
    kind: 'doc',
    text: `give Service ${key}${where === '' ? '' : ` of ${where}`} an IP family that ${cluster.name} has, or ${cluster.name} that family`,
  };
}
