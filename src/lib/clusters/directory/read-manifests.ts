import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { KINDS, type Kind, type ObjectOf } from '../../api/kinds.ts';
import type { Manifest, ManifestFault, Manifests, Place } from '../../api/manifests.ts';
import { keyOf } from '../../api/objects.ts';
import { Contents } from './contents.ts';
import type { Entry } from './entry.ts';
import { describeError } from './failure.ts';
import type { KnownTexts } from './known-texts.ts';
import { readPatches } from './kustomization.ts';
import type { Layer } from './layer.ts';
import { isOwn, ownPath } from './layout.ts';
import { ENCRYPTED } from './left-out.ts';
import { patchesAmong, withoutPatches } from './patches.ts';
import { prefixOf } from './prefix.ts';
import { readFile } from './read-file.ts';
import { ReadFiles } from './read-files.ts';
import { type TextManifest, readText } from './read-text.ts';
import { decode, tooBig } from './text.ts';
import { walk } from './walk.ts';

/** Files read between two turns of the event loop, so that requests to other clusters go on meanwhile. */
const FILES_A_TURN = 50;

/** One file of a layer. */
interface Source {
  readonly shown: string;
  /** Relative to the layer; empty for standard input. */
  readonly path: string;
  /** Absolute; undefined for standard input. */
  readonly file: string | undefined;
  readonly layer: number;
}

/** Reads all layers of a cluster so that what is wrong hides nothing else: for validation. Never throws for a file. */
export async function readManifests(layers: readonly Layer[], texts: KnownTexts): Promise<Manifests> {
  const reading = new Reading(texts);
  for (const [index, layer] of layers.entries()) {
    if (layer.type === 'stdin') {
      const source = { shown: '<stdin>', path: '', file: undefined, layer: index };
      await layer.read().then(
        (bytes) => {
          reading.bytes(source, bytes);
        },
        (error: unknown) => {
          reading.fault(source, 1, `cannot be read: ${describeError(error)}`);
        },
      );
      continue;
    }
    const found = walk(layer.path, layer.shown);
    reading.unreadable.push(...found.problems.values());
    const patches = readPatches(found.kustomizations);
    for (const { path, why } of [...found.leftOut, ...patchesAmong(found.files, patches)]) {
      reading.leftOut.set(join(layer.shown, path), why);
    }
    const [shown, real] = [prefixOf(layer.shown), prefixOf(layer.path)];
    for (const [count, path] of withoutPatches(found.files, patches).entries()) {
      if (count % FILES_A_TURN === FILES_A_TURN - 1) await nextTurn();
      const file = real + path;
      reading.file({ shown: shown + path, path, file, layer: index }, file);
    }
  }
  return reading.done();
}

class Reading {
  readonly unreadable: { readonly place: Place; readonly message: string }[] = [];
  /** What looks like manifests and is none. */
  readonly leftOut = new Map<Place['file'], string>();
  readonly #all: Manifest[] = [];
  readonly #malformed: ManifestFault[] = [];
  readonly #misplaced: ManifestFault[] = [];
  readonly #entries: Entry[] = [];
  readonly #manifests = new Map<Entry, Manifest>();
  readonly #namespaces = new Set<string>();
  readonly #files = new ReadFiles();
  readonly #texts: KnownTexts;

  constructor(texts: KnownTexts) {
    this.#texts = texts;
  }

  file(source: Source, path: string): void {
    const read = readFile(path);
    if (read.is === 'refused') this.fault(source, 1, read.message);
    else if (read.is === 'file') this.bytes(source, read.bytes);
  }

  bytes(source: Source, bytes: Buffer): void {
    const refused = tooBig(bytes.length);
    if (refused !== undefined) {
      this.fault(source, 1, refused);
      return;
    }
    const text = decode(bytes);
    if (typeof text !== 'string') {
      this.fault(source, text.line, text.message);
      return;
    }
    this.#files.add(source.shown, source.file ?? { text });
    const { manifests, problems, documents } = this.#texts.read(text, isOwn(source.path), readText);
    for (const { line, message } of problems) this.fault(source, line, message);
    for (const manifest of manifests) this.#manifest(source, manifest, documents);
  }

  fault(source: Source, line: number, message: string): void {
    this.unreadable.push({ place: { file: source.shown, line }, message });
  }

  /** @param documents how many there are in the file */
  #manifest(source: Source, { reading, head, document, line }: TextManifest, documents: number): void {
    const below = isOwn(source.path);
    if (reading.is === 'encrypted') {
      if (!below && reading.namespace !== undefined) this.#namespaces.add(reading.namespace);
      this.leftOut.set(source.shown, ENCRYPTED);
      return;
    }
    const place = { file: source.shown, line };
    const manifest: Manifest = { ...head, place, layer: source.layer, document, path: reading.path };
    if (reading.is === 'malformed') {
      const field = reading.field.slice(reading.path.length).replace(/^\./, '');
      this.#malformed.push({ manifest, field, message: messageOf(reading.message, reading.path) });
    } else if (reading.is === 'ignored') {
      this.#misplaced.push({ manifest, field: 'apiVersion', message: reading.warning });
    }
    if (!below && head.namespace !== undefined && reading.is !== 'malformed') this.#namespaces.add(head.namespace);
    if (reading.is !== 'object') {
      this.#all.push(manifest);
      return;
    }
    const { kind, object, statusOnly } = reading;
    const own = documents === 1 && reading.path === '' && source.path === ownPath(kind, object.metadata);
    if (statusOnly && !own) return;
    const entry = { kind, object, place, layer: source.layer, own, statusOnly };
    this.#entries.push(entry);
    if (statusOnly) return;
    this.#all.push(manifest);
    this.#manifests.set(entry, manifest);
  }

  done(): Manifests {
    const contents = new Contents();
    contents.exchange(undefined, { entries: this.#entries, namespaces: [...this.#namespaces] });
    const manifestOf = (kind: Kind, key: string): Manifest | undefined => {
      const base = contents.get(kind, key)?.base;
      return base === undefined ? undefined : this.#manifests.get(base);
    };
    const objects = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, contents.list(kind as Kind)])); // keys of KINDS
    return {
      all: this.#all,
      objects: objects as unknown as { readonly [K in Kind]: readonly ObjectOf[K][] }, // contents keeps each kind by itself
      manifestOf,
      lineOf: (manifest, field) => this.#files.lineOf(manifest, field),
      unreadable: this.unreadable,
      malformed: this.#malformed,
      misplaced: this.#misplaced,
      twice: this.#twice(contents),
      leftOut: [...this.leftOut].map(([file, why]) => ({ file, why })).sort((a, b) => (a.file < b.file ? -1 : 1)),
    };
  }

  #twice(contents: Contents): Manifests['twice'] {
    return this.#entries.flatMap((entry) => {
      const base = contents.get(entry.kind, keyOf(entry.object.metadata))?.base;
      if (base === undefined || entry === base || entry.statusOnly || entry.layer !== base.layer) return [];
      const [used, other] = [this.#manifests.get(base), this.#manifests.get(entry)];
      if (used === undefined || other === undefined || this.#files.isSame(used, other)) return [];
      return [{ used, other }];
    });
  }
}

/** What a field is not, without the way to the object in its document: `items[3].spec: …`. */
function messageOf(message: string, path: string): string {
  return path !== '' && message.startsWith(`${path}.`) ? message.slice(path.length + 1) : message;
}
