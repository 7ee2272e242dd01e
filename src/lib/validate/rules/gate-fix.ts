import { kubectl } from '../../explain/fixes.ts';
import type { Fix } from '../finding.ts';
import type { Scene, SceneCluster } from '../scene.ts';
import { reconcileFix } from './reconcile-fix.ts';

/** By this Cilium tells which namespaces may share anything, where not all may. */
export const GLOBAL_ANNOTATION = 'clustermesh.cilium.io/global';

/** What makes a controller look at an export that it leaves out: Cilium takes those of global namespaces only. */
export function gateFix(scene: Scene, cluster: SceneCluster, namespace: string): Fix {
  const hasCilium = cluster.facts.controllers.some(({ name }) => name === 'Cilium');
  if (!hasCilium || isGlobal(cluster, namespace)) return reconcileFix(scene, cluster);
  const why = 'Cilium exports out of global namespaces only';
  return cluster.type === 'context'
    ? {
        kind: 'command',
        text: `${kubectl({ cluster: cluster.name })} annotate namespace ${namespace} ${GLOBAL_ANNOTATION}=true   # ${why}`,
      }
    : {
        kind: 'doc',
        text: `give Namespace ${namespace} of ${cluster.name} annotation ${GLOBAL_ANNOTATION}: "true": ${why}`,
      };
}

/** What to think of where nobody knows whose conditions those are. */
export function gateHint(cluster: SceneCluster, namespace: string): readonly string[] {
  if (cluster.facts.controllers.length > 0 || isGlobal(cluster, namespace)) return [];
  return [`Cilium leaves out namespaces without annotation ${GLOBAL_ANNOTATION}: "true", where not all are global`];
}

function isGlobal({ observed }: SceneCluster, namespace: string): boolean {
  return observed.get('Namespace', { name: namespace })?.metadata.annotations?.[GLOBAL_ANNOTATION] === 'true';
}
