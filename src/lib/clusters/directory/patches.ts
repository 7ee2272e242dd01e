import type { LeftOut } from './left-out.ts';
import type { Mark } from './mark.ts';

/** The files that a kustomization names, as it does: relative to its folder. */
export interface Kustomization {
  /** Undefined when it will not tell whether the file is still the same. */
  readonly mark: Mark | undefined;
  readonly patches: readonly string[];
  readonly resources: readonly string[];
}

/** The patches of kustomize in a directory: pieces of objects, which would take the place of the whole ones. */
export interface Patches {
  /** By their real paths. */
  readonly kustomizations: ReadonlyMap<string, Kustomization>;
  /** Paths of the patches, with that of the kustomization that names each. */
  readonly namedBy: ReadonlyMap<string, string>;
}

export const NO_PATCHES: Patches = { kustomizations: new Map(), namedBy: new Map() };

/** The files that are patches. */
export function patchesAmong(files: readonly string[], { namedBy }: Patches): readonly LeftOut[] {
  return files.flatMap((path) => {
    const by = namedBy.get(path);
    return by === undefined ? [] : [{ path, why: `a kustomize patch, of ${by}` }];
  });
}

/** The files that are no patches. */
export function withoutPatches(files: readonly string[], { namedBy }: Patches): readonly string[] {
  return namedBy.size === 0 ? files : files.filter((path) => !namedBy.has(path));
}
