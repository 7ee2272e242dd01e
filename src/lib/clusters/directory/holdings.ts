import { join } from 'node:path';
import type { Kind } from '../../api/kinds.ts';
import type { Changes } from './changes.ts';
import { Contents } from './contents.ts';
import type { Entry } from './entry.ts';
import { type KnownFile, writtenFile } from './known-file.ts';
import type { Layer } from './layer.ts';
import { type FolderNews, LayerFiles } from './layer-files.ts';
import { isOwn } from './layout.ts';
import type { Finding } from './look.ts';
import { markOf } from './mark.ts';
import type { Problem } from './place.ts';

/** A file that there is something to say about. */
interface Noted {
  readonly layer: number;
  readonly path: string;
  readonly file: KnownFile;
}

/** The manifest of an object, as mcs wrote it. */
export interface Written {
  readonly entry: Entry;
  readonly text: string;
}

/** All that is known of a cluster of manifests: its files, and what they hold together. */
export class Holdings {
  readonly contents = new Contents();
  readonly layers: readonly LayerFiles[];
  /** Whether files will be looked at again: what is kept for that takes a third more memory. */
  readonly remembersFiles: boolean;
  /** Paths below the last layer's `mcs/` that hold something mcs did not write. */
  readonly foreign = new Set<string>();
  /** Absolute paths of what killed runs left in the last layer. */
  temporary: readonly string[] = [];
  readonly #noted = new Map<string, Noted>();

  constructor(layers: readonly Layer[], remembersFiles: boolean) {
    this.layers = layers.map((layer, index) => new LayerFiles(layer, index));
    this.remembersFiles = remembersFiles;
  }

  /** What keeps it from being used; a list must never be partial. */
  get problems(): readonly Problem[] {
    return this.layers.flatMap(({ problems, index }) => [
      ...[...problems].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, problem]) => problem),
      ...this.#notedIn(index).flatMap(({ file }) => file.problems),
    ]);
  }

  get warnings(): readonly string[] {
    const ofFiles = this.layers.flatMap(({ index }) => this.#notedIn(index).flatMap(({ file }) => file.warnings));
    return [...ofFiles, ...this.contents.duplicates()];
  }

  /** Absolute paths of what cannot be read. */
  get failing(): ReadonlySet<string> {
    return new Set(
      this.layers.flatMap(({ root, problems, index }) => {
        const files = this.#notedIn(index).filter(({ file }) => file.problems.length > 0);
        return [...problems.keys(), ...files.map(({ path }) => path)].map((path) => join(root, path));
      }),
    );
  }

  /** Takes over what was found in a layer. */
  take(index: number, { trees, files }: Finding, changes: Changes): FolderNews {
    const layer = this.layers[index];
    if (layer === undefined) throw new Error(`defect: no layer ${index}`);
    const news = trees.map((tree) => layer.take(tree));
    for (const [path, file] of files) this.#put(layer, path, file, changes);
    const whole = trees.find(({ path }) => path === '')?.found;
    if (whole !== undefined && this.#isLast(layer)) {
      this.temporary = whole.temporary.map((path) => join(layer.root, path));
    }
    const isElsewhere = (folder: string): boolean => this.layers.some(({ folders }) => folders.has(folder));
    return {
      seen: news.flatMap(({ seen }) => seen),
      gone: news.flatMap(({ gone }) => gone).filter((folder) => !isElsewhere(folder)),
    };
  }

  /** Takes over that mcs wrote (or removed) the manifest of an object in the last layer. */
  wrote(kind: Kind, key: string, path: string, written: Written | undefined): void {
    const layer = this.layers.at(-1);
    if (layer === undefined) return;
    this.contents.replaceOwn(kind, key, layer.index, written?.entry);
    if (!this.remembersFiles) return;
    if (written === undefined) layer.files.delete(path);
    else layer.files.set(path, writtenFile(written.entry, markOf(join(layer.root, path)), written.text));
  }

  #put(layer: LayerFiles, path: string, file: KnownFile | undefined, changes: Changes): void {
    const before = layer.files.get(path);
    // What was written and is the same still gives what it gave.
    if (before?.entries !== file?.entries || before?.namespaces !== file?.namespaces) {
      this.contents.exchange(before, file, changes);
    }
    if (this.remembersFiles) {
      if (file === undefined) layer.files.delete(path);
      else layer.files.set(path, file);
    }
    const key = `${layer.index} ${path}`;
    const isNoted = file !== undefined && (file.problems.length > 0 || file.warnings.length > 0);
    if (isNoted) this.#noted.set(key, { layer: layer.index, path, file });
    else this.#noted.delete(key);
    if (!this.#isLast(layer) || !isOwn(path)) return;
    if (file === undefined || file.whole) this.foreign.delete(path);
    else this.foreign.add(path);
  }

  #isLast(layer: LayerFiles): boolean {
    return layer === this.layers.at(-1);
  }

  #notedIn(layer: number): readonly Noted[] {
    return [...this.#noted.values()]
      .filter((noted) => noted.layer === layer)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
