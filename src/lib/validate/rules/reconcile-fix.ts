import { overSame } from '../../explain/fixes.ts';
import { isOurs } from '../../api/labels.ts';
import type { KubeObject } from '../../api/objects.ts';
import type { Fix } from '../finding.ts';
import type { Scene, SceneCluster } from '../scene.ts';

/**
 * What brings a cluster to what the exports call for: mcs, or the implementation that is at work there. What does not
 * carry the mark of mcs, mcs leaves alone (rule 17), so that its controller has to be looked at, whoever that is.
 * @param held the object that is wrong; absent: one that is to be made, as the imports that are there were
 */
export function reconcileFix(
  scene: Pick<Scene, 'clusters'>,
  { facts, name, observed }: SceneCluster,
  held?: KubeObject,
): Fix {
  const [controller] = facts.controllers;
  if (controller !== undefined)
    return { kind: 'doc', text: `look at ${controller.name} in ${name}: ${controller.evidence}` };
  const [other] = observed.imports();
  const kept = held ?? other;
  if (kept !== undefined && !isOurs(kept))
    return { kind: 'doc', text: `look at the controller that keeps the imports of ${name}: they are not of mcs` };
  return mcs(scene, 'mcs reconcile');
}

/** A command of mcs over the clusters that are validated. */
export function mcs({ clusters }: Pick<Scene, 'clusters'>, text: string): Fix {
  return overSame({ subjects: clusters }, text);
}
