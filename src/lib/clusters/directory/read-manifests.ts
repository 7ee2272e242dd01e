import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { KINDS, type Kind, type ObjectOf } from '../../api/kinds.ts';
import type { Manifest, ManifestFault, Manifests, Place } from '../../api/manifests.ts';
import { keyOf } from '../../api/objects.ts';
import { Contents } from './contents.ts';
import { type Document, readDocuments } from './documents.ts';
import type { Entry } from './entry.ts';
import { describeError } from './failure.ts';
import { keptValue } from './kept-value.ts';
import { readPatches } from './kustomization.ts';
import type { Layer } from './layer.ts';
import { isOwn, ownPath } from './layout.ts';
import { ENCRYPTED } from './left-out.ts';
import { manifestsIn } from './manifest.ts';
import { patchesAmong, withoutPatches } from './patches.ts';
import { readFile } from './read-file.ts';
import { ReadFiles } from './read-files.ts';
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
export async function readManifests(layers: readonly Layer[]): Promise<Manifests> {
  const reading = new Reading();
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
    for (const [count, path] of withoutPatches(found.files, patches).entries()) {
      if (count % FILES_A_TURN === FILES_A_TURN - 1) await nextTurn();
      const file = join(layer.path, path);
      reading.file({ shown: join(layer.shown, path), path, file, layer: index }, file);
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
    const { documents, problems } = readDocuments(text);
    for (const { line, message } of problems) this.fault(source, line, message);
    for (const [index, document] of documents.entries()) this.#document(source, index, document, documents.length);
  }

  fault(source: Source, line: number, message: string): void {
    this.unreadable.push({ place: { file: source.shown, line }, message });
  }

  #document(source: Source, index: number, document: Document, count: number): void {
    const below = isOwn(source.path);
    for (const read of manifestsIn(document.value, below)) {
      if (read.is === 'encrypted') {
        if (!below && read.namespace !== undefined) this.#namespaces.add(read.namespace);
        this.leftOut.set(source.shown, ENCRYPTED);
        continue;
      }
      const manifest = this.#manifest(source, index, document, read);
      if (read.is === 'malformed') {
        const field = read.field.slice(read.path.length).replace(/^\./, '');
        this.#malformed.push({ manifest, field, message: messageOf(read.message, read.path) });
      } else if (read.is === 'ignored') {
        this.#misplaced.push({ manifest, field: 'apiVersion', message: read.warning });
      }
      const namespace = read.is === 'object' ? read.object.metadata.namespace : manifest.namespace;
      if (!below && namespace !== undefined && read.is !== 'malformed') this.#namespaces.add(namespace);
      if (read.is !== 'object') {
        this.#all.push(manifest);
        continue;
      }
      const { kind, object, statusOnly } = read;
      const own = count === 1 && read.path === '' && source.path === ownPath(kind, object.metadata);
      if (statusOnly && !own) continue;
      const entry = { kind, object, place: manifest.place, layer: source.layer, own, statusOnly };
      this.#entries.push(entry);
      if (statusOnly) continue;
      this.#all.push(manifest);
      this.#manifests.set(entry, manifest);
    }
  }

  #manifest(
    source: Source,
    index: number,
    document: Document,
    read: ReturnType<typeof manifestsIn> extends Generator<infer M> ? M : never,
  ): Manifest {
    const { value, path } = read;
    const metadata: Readonly<Record<string, unknown>> =
      typeof value.metadata === 'object' && value.metadata !== null ? { ...value.metadata } : {};
    const text = (field: unknown): string => (typeof field === 'string' ? field : '');
    const namespace = read.is === 'object' ? read.object.metadata.namespace : text(metadata.namespace);
    const kept = keptValue(value);
    return {
      apiVersion: text(value.apiVersion),
      kind: text(value.kind),
      ...(namespace === undefined || namespace === '' ? {} : { namespace }),
      name: text(metadata.name),
      place: { file: source.shown, line: document.lineOf(path) },
      layer: source.layer,
      document: index,
      path,
      ...(kept === undefined ? {} : { value: kept }),
    };
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
