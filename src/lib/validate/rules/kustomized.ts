import { kindOf } from '../../api/kinds.ts';
import type { ObjectRef } from '../finding.ts';
import type { SceneCluster } from '../scene.ts';

/** The namespace that a kustomization beside the file of an object sets for all that it lists, if there is one. */
export function kustomizedNamespace({ manifests }: SceneCluster, object: ObjectRef): string | undefined {
  const kind = kindOf(object.apiVersion, object.kind);
  const manifest = kind && manifests?.manifestOf(kind, `${object.namespace ?? 'default'}/${object.name}`);
  if (manifest === undefined) return undefined;
  const folder = folderOf(manifest.place.file);
  for (const { apiVersion, place, value } of manifests?.all ?? []) {
    const { namespace } = value ?? {};
    if (!apiVersion.startsWith('kustomize.config.k8s.io/') || typeof namespace !== 'string') continue;
    if (folderOf(place.file) === folder) return namespace;
  }
  return undefined;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')));
}
