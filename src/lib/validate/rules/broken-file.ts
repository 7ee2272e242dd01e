import { pathsIn } from '../../api/location.ts';
import type { Cause } from '../rule.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

/**
 * The files of a cluster that cannot be parsed and may hold what a service lacks: those of its name, those in a folder of
 * its name or namespace, and those beside its other objects unless they have the name of another export. Any other file
 * that is broken explains nothing.
 */
export function brokenFileOf(cluster: SceneCluster, { namespace, name, key }: SceneService): readonly Cause[] {
  return unreadableIn(cluster, (file, path) => {
    if (named(path, name) || path.slice(0, -1).includes(namespace)) return true;
    return isBeside(cluster, file, key) && !isOfAnother(cluster, path);
  });
}

/** The files of a cluster that cannot be parsed and are, or are in a folder, of one of these names. */
export function brokenFileOfNamed(cluster: SceneCluster, names: readonly string[]): readonly Cause[] {
  return unreadableIn(cluster, (_, path) => names.some((name) => named(path, name)));
}

function unreadableIn(
  { name, manifests, location }: SceneCluster,
  mayHold: (file: string, path: readonly string[]) => boolean,
): readonly Cause[] {
  const roots = pathsIn(location);
  return (manifests?.unreadable ?? []).flatMap(({ place: { file } }): Cause[] => {
    const root = roots.find((each) => file.startsWith(each)) ?? '';
    const path = file.slice(root.length).split(/[\\/]/);
    return mayHold(file, path) ? [{ code: 'MCS004', cluster: name, file }] : [];
  });
}

/** `cart` is in `cart.yaml`, and in `cart-service.yaml`. */
function named(path: readonly string[], name: string): boolean {
  const base = (path.at(-1) ?? '').replace(/\.[^.]*$/, '');
  return base === name || base.startsWith(`${name}-`) || base.endsWith(`-${name}`) || path.slice(0, -1).includes(name);
}

function isBeside({ manifests }: SceneCluster, file: string, key: string): boolean {
  return (['ServiceExport', 'Service', 'ServiceImport'] as const).some((kind) => {
    const place = manifests?.manifestOf(kind, key)?.place;
    return place !== undefined && folderOf(place.file) === folderOf(file);
  });
}

function isOfAnother({ observed }: SceneCluster, path: readonly string[]): boolean {
  for (const { metadata } of observed.exports()) if (named(path.slice(-1), metadata.name)) return true;
  return false;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'), 0));
}
