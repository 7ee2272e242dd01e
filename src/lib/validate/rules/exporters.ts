import type { ServiceView } from '../../plan/service-view.ts';
import type { Validity } from '../../plan/validity.ts';
import type { Fix } from '../finding.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

/** A cluster with an export of a service, valid or not. */
export interface SceneExporter {
  readonly cluster: SceneCluster;
  readonly id: string;
  readonly view: ServiceView;
  readonly validity: Validity;
}

/** All exports of a service that are not being deleted. */
export function exportersOf(service: SceneService): readonly SceneExporter[] {
  return service.plan.exporters.flatMap(({ member, view, validity }) => {
    const at = service.at.find((each) => each.member === member);
    return at === undefined ? [] : [{ cluster: at.cluster, id: member.id, view, validity }];
  });
}

/** What ends an export. A file of a user's is the user's to change. */
export function unexportFix({ namespace, name }: SceneService, cluster: SceneCluster): Fix {
  return cluster.type === 'context'
    ? { kind: 'command', text: `mcs unexport svc ${name} -n ${namespace} ${cluster.flag}` }
    : { kind: 'doc', text: `add Service ${namespace}/${name} to ${cluster.location}, or remove its ServiceExport` };
}
