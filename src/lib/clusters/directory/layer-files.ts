import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { KnownFile } from './known-file.ts';
import type { Layer } from './layer.ts';
import { isOwn } from './layout.ts';
import { isSteering } from './left-out.ts';
import { markOf } from './mark.ts';
import { NO_PATCHES, type Patches } from './patches.ts';
import type { Problem } from './place.ts';
import { prefixOf } from './prefix.ts';
import type { Found } from './walk.ts';

/** A part of a layer that was walked: what is at and below a path. */
export interface Tree {
  /** Empty for the whole layer. */
  readonly path: string;
  /** Undefined when nothing is there any more. */
  readonly found: Found | undefined;
  /** Of the whole layer. */
  readonly patches?: Patches;
}

/** Real paths of folders. */
export interface FolderNews {
  /** Those that were looked at; some may be new, or others of the same name. */
  readonly seen: readonly string[];
  readonly gone: readonly string[];
}

/** The files of one layer, as they were read last or written since. Paths are relative to it, with `/`. */
export class LayerFiles {
  readonly layer: Layer;
  /** Among the layers of the cluster. */
  readonly index: number;
  /** What stands before a path of this layer: in messages, and on the disk. */
  readonly prefix: { readonly shown: string; readonly real: string };
  readonly files = new Map<string, KnownFile>();
  /** Real paths. */
  readonly folders = new Set<string>();
  /** What of the layer cannot be walked, by path. */
  readonly problems = new Map<string, Problem>();
  #linked: ReadonlyMap<string, string> = new Map();
  /** Paths that a link leads to or through. */
  #throughLinks: ReadonlySet<string> = new Set();
  #links = false;
  #patches = NO_PATCHES;

  constructor(layer: Layer, index: number) {
    this.layer = layer;
    this.index = index;
    this.prefix = { shown: prefixOf(layer.shown), real: prefixOf(this.root) };
  }

  /** Empty for standard input. */
  get root(): string {
    return this.layer.type === 'directory' ? this.layer.path : '';
  }

  /** Whether links are in it: then only a walk tells what a file or folder that comes or goes means. */
  get links(): boolean {
    return this.#links;
  }

  /** What is left out of what was walked. */
  get patches(): Patches {
    return this.#patches;
  }

  /** The path of what is below the root; undefined for all else. */
  below(real: string): string | undefined {
    const { root } = this;
    if (this.layer.type === 'stdin') return undefined;
    if (real === root) return '';
    return real.startsWith(root) && real[root.length] === '/' ? real.slice(root.length + 1) : undefined;
  }

  /** The path of a file that was read, by its real one. */
  pathOf(real: string): string | undefined {
    const linked = this.#linked.get(real);
    if (linked !== undefined) return linked;
    const path = this.below(real);
    return path !== undefined && this.files.has(path) && !this.#throughLinks.has(path) ? path : undefined;
  }

  /** Whether what others are may be otherwise since something happened to a file: a chart's, or a kustomization. */
  maySteer(real: string): boolean {
    const known = this.#patches.kustomizations.get(real);
    if (known !== undefined) return known.mark === undefined || known.mark !== markOf(real);
    return isSteering(real) && (this.#links || this.below(real) !== undefined);
  }

  /** Whether a folder holds a file that says which others are patches. */
  hasKustomization(path: string): boolean {
    const real = join(this.root, path);
    return [...this.#patches.kustomizations.keys()].some((kustomization) => isAtOrBelow(kustomization, real));
  }

  /** Whether something that is said to have happened to a file can be of no interest here. */
  isNothingNew(real: string): boolean {
    if (this.#patches.kustomizations.has(real) && this.maySteer(real)) return false;
    const path = this.pathOf(real);
    const mark = path === undefined ? undefined : this.files.get(path)?.mark;
    if (path !== undefined) return mark !== undefined && mark === markOf(real);
    const below = this.below(real);
    // Where there are links, one may have led here. None of ours does.
    if (this.#links && (below === undefined || !isOwn(below))) return false;
    return !this.folders.has(real) && statsOf(real) === undefined;
  }

  /** Takes over the folders and links that were found. */
  take({ path, found, patches }: Tree): FolderNews {
    const seen = found === undefined ? [] : [...found.folders];
    const gone = this.#folders(path).filter((folder) => !found?.folders.has(folder));
    for (const folder of gone) this.folders.delete(folder);
    for (const folder of seen) this.folders.add(folder);
    for (const known of [...this.problems.keys()]) if (isAtOrBelow(known, path)) this.problems.delete(known);
    for (const [at, problem] of found?.problems ?? []) this.problems.set(at, problem);
    if (path === '') {
      this.#linked = found?.linked ?? new Map();
      this.#throughLinks = new Set(this.#linked.values());
      this.#links = found?.links ?? false;
      this.#patches = patches ?? NO_PATCHES;
    }
    return { seen, gone };
  }

  /** Paths of all files at or below a path. */
  filesAt(path: string): readonly string[] {
    return [...this.files.keys()].filter((file) => isAtOrBelow(file, path));
  }

  /** Real paths of the folders at or below a path; the whole layer has those that links lead to, too. */
  #folders(path: string): readonly string[] {
    if (path === '') return [...this.folders];
    const real = join(this.root, path);
    return this.folders.has(real) ? [...this.folders].filter((folder) => isAtOrBelow(folder, real)) : [];
  }
}

/** Whether something is a path, or below it; all is below the empty one. */
export function isAtOrBelow(path: string, top: string): boolean {
  return top === '' || path === top || (path.startsWith(top) && path[top.length] === '/');
}

/** What is at a path, links not followed; undefined when there is nothing, or it cannot be looked at. */
export function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
