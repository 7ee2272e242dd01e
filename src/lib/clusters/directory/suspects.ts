import { join } from 'node:path';
import { type LayerFiles, statsOf } from './layer-files.ts';
import { isPassedOver } from './walk.ts';

/** Real paths of files and folders that may have changed since they were looked at; a folder means all that is below. */
export type Suspects = ReadonlySet<string> | 'all';

/** Where to look in a layer; paths are relative to it. */
export interface Places {
  /** Files that were read before, and are files still. */
  readonly files: ReadonlySet<string>;
  /** Whatever is there now: a file, a folder with all that is below, or nothing. None is below another. */
  readonly others: ReadonlySet<string>;
}

/**
 * Where to look in a layer; `all` when only a walk through the whole can tell.
 * @param layers of the cluster: what is the content of a file in one of them is no news to the links of another
 */
export function placesIn(known: LayerFiles, suspects: Suspects, layers: readonly LayerFiles[]): Places | 'all' {
  if (suspects === 'all') return 'all';
  const files = new Set<string>();
  const others = new Set<string>();
  for (const real of suspects) {
    if (known.maySteer(real)) return 'all';
    const file = known.pathOf(real);
    const isContent = layers.some((layer) => layer.pathOf(real) !== undefined) && statsOf(real)?.isFile() === true;
    if (isContent) {
      if (file !== undefined) files.add(file);
    } else if (known.links) {
      return 'all';
    } else {
      const path = known.below(real);
      if (path !== undefined && !path.split('/').some(isPassedOver)) others.add(firstUnknown(known, path));
    }
  }
  if (others.has('')) return 'all';
  return { files, others: new Set([...others].filter((path) => !isBelowAny(path, others))) };
}

/** The path, or the highest folder above it that was not read yet. */
function firstUnknown(known: LayerFiles, path: string): string {
  let first = path;
  for (let folder = above(path); folder !== ''; folder = above(folder)) {
    if (!known.folders.has(join(known.root, folder))) first = folder;
  }
  return first;
}

function isBelowAny(path: string, others: ReadonlySet<string>): boolean {
  for (let folder = above(path); folder !== ''; folder = above(folder)) if (others.has(folder)) return true;
  return false;
}

function above(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
