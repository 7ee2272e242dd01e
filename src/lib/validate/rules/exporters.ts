import type { ServiceView } from '../../plan/service-view.ts';
import type { Validity } from '../../plan/validity.ts';
import type { Fix } from '../finding.ts';
import type { Draft } from '../rule.ts';
import type { Scene, SceneCluster, SceneService } from '../scene.ts';

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

/** What a rule says of one export: the cluster and the service are known. */
export type ExportDraft = Omit<Draft, 'cluster' | 'service'>;

/** A rule about each export, by itself. */
export function eachExport(
  check: (exporter: SceneExporter, service: SceneService, scene: Scene) => ExportDraft | undefined,
): (scene: Scene) => Generator<Draft> {
  return function* (scene) {
    for (const { services } of scene.sets) {
      for (const service of services) {
        for (const exporter of exportersOf(service)) {
          const draft = check(exporter, service, scene);
          if (draft !== undefined) yield { ...draft, cluster: exporter.cluster.name, service: service.key };
        }
      }
    }
  };
}
