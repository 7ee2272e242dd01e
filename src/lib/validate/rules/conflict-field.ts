import type { ServicePort } from '../../api/objects.ts';
import type { Conflict } from '../../plan/conflicts.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

/** The field of the loser's object that a conflict is about, as near as can be said: a port where one port disagrees. */
export function fieldAt(field: string, service: SceneService, loser: SceneCluster, { winner }: Conflict): string {
  if (field === 'type') return 'spec.clusterIP';
  if (field === 'sessionAffinityConfig') return 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  if (field !== 'ports') return `spec.${field}`;
  const own = service.at.find(({ cluster }) => cluster === loser)?.view.service?.spec.ports ?? [];
  const theirs =
    service.at.find(({ member }) => member.id === winner)?.view.service?.spec.ports ?? service.plan.merged?.ports ?? [];
  for (const [index, port] of own.entries()) {
    const path = `spec.ports[${index}]`;
    if (theirs.some((other) => same(port, other))) continue;
    const near =
      theirs.find((other) => (other.name ?? '') === (port.name ?? '')) ??
      theirs.find((other) => other.port === port.port);
    if (near === undefined) return path;
    for (const key of ['port', 'protocol', 'name', 'appProtocol'] as const) {
      if (port[key] !== near[key] && port[key] !== undefined) return `${path}.${key}`;
    }
    return path;
  }
  return 'spec.ports'; // it lacks one
}

function same(a: ServicePort, b: ServicePort): boolean {
  return a.name === b.name && a.port === b.port && a.protocol === b.protocol && a.appProtocol === b.appProtocol;
}
