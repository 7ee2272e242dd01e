import type { Fix } from '../finding.ts';
import type { SceneCluster } from '../scene.ts';

/** What brings a cluster to what the exports call for: mcs, or the implementation that is at work there. */
export function reconcileFix({ facts, name }: SceneCluster): Fix {
  const [controller] = facts.controllers;
  if (controller !== undefined)
    return { kind: 'doc', text: `look at ${controller.name} in ${name}: ${controller.evidence}` };
  return { kind: 'command', text: 'mcs reconcile' };
}
