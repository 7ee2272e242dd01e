import type { Manifest } from '../../api/manifests.ts';
import type { SceneCluster } from '../scene.ts';

const RENDERERS: readonly (readonly [kind: string, group: string])[] = [
  ['HelmRelease', 'helm.toolkit.fluxcd.io/'],
  ['HelmChart', 'helm.cattle.io/'],
  ['Application', 'argoproj.io/'],
  ['ApplicationSet', 'argoproj.io/'],
  ['Kustomization', 'kustomize.toolkit.fluxcd.io/'],
];

/** Objects of a cluster that bring others which stand in no file here. */
export function renderersIn({ manifests }: SceneCluster): readonly Manifest[] {
  return (manifests?.all ?? []).filter(({ kind, apiVersion }) =>
    RENDERERS.some(([renderer, group]) => kind === renderer && apiVersion.startsWith(group)),
  );
}
