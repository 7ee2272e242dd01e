import { pathsIn } from '../../api/location.ts';
import type { Manifest } from '../../api/manifests.ts';
import { type Json, isRecord } from '../../api/reader.ts';
import { shellWord } from '../../api/shell-word.ts';
import type { SceneCluster } from '../scene.ts';

const RENDERERS: readonly (readonly [kind: string, group: string])[] = [
  ['HelmRelease', 'helm.toolkit.fluxcd.io/'],
  ['HelmChart', 'helm.cattle.io/'],
  ['Application', 'argoproj.io/'],
  ['ApplicationSet', 'argoproj.io/'],
  ['Kustomization', 'kustomize.toolkit.fluxcd.io/'],
];

/** Objects of a cluster that bring others which stand in no file here. */
export function renderersIn({
  manifests,
  location,
}: Pick<SceneCluster, 'manifests' | 'location'>): readonly Manifest[] {
  return (manifests?.all ?? []).filter(
    (manifest) =>
      RENDERERS.some(([renderer, group]) => manifest.kind === renderer && manifest.apiVersion.startsWith(group)) &&
      !bringsItself(manifest, location),
  );
}

/** What a user types to see what one of these brings. */
export function renderCommand({ kind, value }: Manifest): string {
  const spec = inner(value, 'spec');
  const { path } = kind === 'Application' ? inner(spec, 'source') : spec;
  if (kind === 'Kustomization') return `kustomize build ${typeof path === 'string' ? shellWord(path) : '…'}`;
  if (kind === 'ApplicationSet') return 'argocd appset generate …';
  return kind === 'Application' && typeof path === 'string' ? `kustomize build ${shellWord(path)}` : 'helm template …';
}

/** Of these, what creates a namespace when it is installed. */
export function makersOf(cluster: SceneCluster, namespace: string): readonly Manifest[] {
  return renderersIn(cluster).filter(({ kind, value }) => {
    const spec = inner(value, 'spec');
    if (kind === 'HelmRelease') {
      return spec.targetNamespace === namespace && inner(spec, 'install').createNamespace === true;
    }
    if (kind === 'HelmChart') return spec.targetNamespace === namespace && spec.createNamespace === true;
    if (kind !== 'Application' || inner(spec, 'destination').namespace !== namespace) return false;
    const { syncOptions } = inner(spec, 'syncPolicy');
    return Array.isArray(syncOptions) && syncOptions.includes('CreateNamespace=true');
  });
}

/**
 * A Flux Kustomization of this very directory, or of a folder in it: all that it brings is here. Its path counts from the
 * root of the repository, so that the directory ends as the path begins.
 */
function bringsItself({ kind, value }: Manifest, location: string): boolean {
  const { path } = inner(value, 'spec');
  if (kind !== 'Kustomization' || typeof path !== 'string') return false;
  const wanted = path.split('/').filter((part) => part !== '' && part !== '.');
  const places = pathsIn(location).map((place) => place.split(/[\\/]/).filter((part) => part !== ''));
  return wanted.some((_, index) => {
    const head = wanted.slice(0, index + 1);
    return places.some((here) => head.join('/') === here.slice(-head.length).join('/'));
  });
}

function inner(value: Json | undefined, field: string): Json {
  const found = value?.[field];
  return isRecord(found) ? found : {};
}
