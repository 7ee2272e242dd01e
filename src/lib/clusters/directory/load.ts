import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kind } from '../../api/kinds.ts';
import { Contents } from './contents.ts';
import type { Entry } from './contents.ts';
import { readDocuments } from './documents.ts';
import { codeOf, describeError } from './failure.ts';
import type { Layer } from './layer.ts';
import { isOwn, ownPath } from './layout.ts';
import { manifestsIn } from './manifest.ts';
import { showPlace } from './place.ts';
import type { Problem } from './place.ts';
import { decode, tooBig } from './text.ts';
import { walk } from './walk.ts';

/** All that was read of a cluster of manifests. */
export interface Loaded {
  readonly contents: Contents;
  /** What keeps it from being used; a list must never be partial. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Absolute paths below the last layer's `mcs/` that hold something mcs did not write. */
  readonly foreign: ReadonlySet<string>;
  /** Absolute paths of what killed runs left in the last layer. */
  readonly temporary: readonly string[];
}

/** Files read between two turns of the event loop, so that requests to other clusters go on meanwhile. */
const FILES_A_TURN = 50;

/**
 * Reads all layers of a cluster. Files are read synchronously: through the thread pool a small file takes four to
 * seven times as long, and the parser has but one thread anyway. Only parsed objects are kept, not the texts.
 */
export async function loadLayers(layers: readonly Layer[]): Promise<Loaded> {
  const reading = new Reading();
  for (const [index, layer] of layers.entries()) {
    if (layer.type === 'stdin') {
      await reading.stdin(layer.read, index);
      continue;
    }
    const last = index === layers.length - 1;
    const found = walk(layer.path, layer.shown);
    reading.problems.push(...found.problems);
    if (last) reading.temporary.push(...found.temporary.map((path) => join(layer.path, path)));
    for (const [count, path] of found.files.entries()) {
      if (count % FILES_A_TURN === FILES_A_TURN - 1) await nextTurn();
      reading.file({ shown: join(layer.shown, path), path, layer: index }, join(layer.path, path), last);
    }
  }
  return reading.result();
}

interface Source {
  /** The file as messages name it. */
  readonly shown: string;
  /** Relative to the layer; empty for standard input. */
  readonly path: string;
  readonly layer: number;
}

/** Collects what the files of a cluster hold. */
class Reading {
  readonly problems: Problem[] = [];
  readonly temporary: string[] = [];
  readonly #warnings: string[] = [];
  readonly #entries: Entry[] = [];
  readonly #namespaces = new Set<string>();
  readonly #foreign = new Set<string>();

  async stdin(read: () => Promise<Buffer>, layer: number): Promise<void> {
    const source: Source = { shown: '<stdin>', path: '', layer };
    try {
      this.bytes(source, await read());
    } catch (error) {
      this.#problem(source, 1, `cannot be read: ${describeError(error)}`);
    }
  }

  file(source: Source, path: string, last: boolean): void {
    const bytes = this.#read(source, path);
    if (bytes === undefined) return;
    const whole = this.bytes(source, bytes);
    if (last && isOwn(source.path) && !whole) this.#foreign.add(path);
  }

  /** @returns true when the bytes are nothing, or one object under the name mcs gives it */
  bytes(source: Source, bytes: Buffer): boolean {
    const refused = tooBig(bytes.length);
    if (refused !== undefined) this.#problem(source, 1, refused);
    const text = refused === undefined ? decode(bytes) : '';
    if (typeof text !== 'string') this.#problem(source, text.line, text.message);
    return typeof text === 'string' && this.#text(source, text);
  }

  result(): Loaded {
    const contents = new Contents(this.#entries, this.#namespaces);
    const warnings = [...this.#warnings, ...contents.duplicates()];
    return { contents, problems: this.problems, warnings, foreign: this.#foreign, temporary: this.temporary };
  }

  #read(source: Source, path: string): Buffer | undefined {
    try {
      const stats = statSync(path);
      // A named pipe or device may never end.
      const refused = stats.isFile() ? tooBig(stats.size) : 'is no regular file';
      if (refused === undefined) return readFileSync(path);
      this.#problem(source, 1, refused);
    } catch (error) {
      // A file that another run has just removed is no fault.
      if (codeOf(error) !== 'ENOENT') this.#problem(source, 1, `cannot be read: ${describeError(error)}`);
    }
    return undefined;
  }

  #text(source: Source, text: string): boolean {
    const below = isOwn(source.path);
    const { documents, problems } = readDocuments(text);
    for (const { line, message } of problems) this.#problem(source, line, message);
    const filled = documents.filter(({ value }) => value !== null && value !== undefined);
    let owned = false;
    for (const document of filled) {
      for (const manifest of manifestsIn(document.value, below)) {
        const place = { file: source.shown, line: document.lineOf(manifest.path) };
        if (manifest.is === 'malformed') this.#problem(source, document.lineOf(manifest.field), manifest.message);
        else if (manifest.is === 'ignored') this.#warnings.push(`${showPlace(place)}: ${manifest.warning}`);
        else if (manifest.is === 'other') this.#exists(below ? undefined : manifest.namespace);
        else {
          const { kind, object, statusOnly } = manifest;
          const own = filled.length === 1 && manifest.path === '' && isOwnPath(source.path, kind, object.metadata);
          if (!below) this.#exists(object.metadata.namespace);
          if (statusOnly && !own) continue;
          owned ||= own;
          this.#entries.push({ kind, object, place, layer: source.layer, own, statusOnly });
        }
      }
    }
    return owned || (filled.length === 0 && problems.length === 0);
  }

  #exists(namespace: string | undefined): void {
    if (namespace !== undefined) this.#namespaces.add(namespace);
  }

  #problem(source: Source, line: number, message: string): void {
    this.problems.push({ place: { file: source.shown, line }, message });
  }
}

function isOwnPath(path: string, kind: Kind, ref: { readonly name: string; readonly namespace?: string }): boolean {
  return path === ownPath(kind, ref);
}
