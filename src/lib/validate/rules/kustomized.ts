import { kindOf } from '../../api/kinds.ts';
import type { Manifest, Manifests } from '../../api/manifests.ts';
import { ref } from '../describe.ts';
import type { ObjectRef } from '../finding.ts';
import type { SceneCluster, SceneService } from '../scene.ts';
import { exportersOf } from './exporters.ts';

/** The namespace that a kustomization beside the file of an object sets for all that it lists, if there is one. */
export function kustomizedNamespace({ manifests }: SceneCluster, object: ObjectRef): string | undefined {
  const kind = kindOf(object.apiVersion, object.kind);
  const manifest = kind && manifests?.manifestOf(kind, `${object.namespace ?? 'default'}/${object.name}`);
  return manifests === undefined || manifest === undefined ? undefined : namespaceSetFor(manifest, manifests);
}

/** The same of a manifest. */
export function namespaceSetFor({ place: at }: Manifest, { all }: Manifests): string | undefined {
  const folder = folderOf(at.file);
  for (const { apiVersion, place, value } of all) {
    const { namespace } = value ?? {};
    if (!apiVersion.startsWith('kustomize.config.k8s.io/') || typeof namespace !== 'string') continue;
    if (folderOf(place.file) === folder) return namespace;
  }
  return undefined;
}

/** Exports without namespace that kustomizations put into different ones are of different services. */
export function areSetApart(service: SceneService): boolean {
  if (service.namespace !== 'default') return false;
  const object = ref('ServiceExport', service.name, 'default');
  return new Set(exportersOf(service).map(({ cluster }) => kustomizedNamespace(cluster, object))).size > 1;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')));
}
