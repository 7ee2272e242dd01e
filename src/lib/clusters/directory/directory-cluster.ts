import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { ALL_FIELDS } from '../../api/fields.ts';
import { KINDS } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import type { Ref } from '../../api/objects.ts';
import { parseObject } from '../../api/parse.ts';
import { MalformedError } from '../../api/reader.ts';
import { parseSelector } from '../../api/selector.ts';
import { ClusterError } from '../../errors.ts';
import type { Cluster, ClusterFacts, ListOptions, WriteOptions } from '../cluster.ts';
import type { Entry, Stored } from './contents.ts';
import { checkIdentity } from './identity.ts';
import type { Layer } from './layer.ts';
import { ownPath } from './layout.ts';
import type { Loaded } from './load.ts';
import { mergePatch } from './merge-patch.ts';
import { OwnFiles } from './own-files.ts';
import { showPlace, showProblem } from './place.ts';
import { nextObject, nextStatusOf } from './next.ts';

type Any = ObjectOf[Kind];

/** Everything read, and the place to write to. */
interface Open extends Loaded {
  readonly files: OwnFiles | undefined;
}

/**
 * A directory of manifests as a cluster (design, "Directories as clusters"). It is read once, when it is first asked
 * for something. Users' files are never rewritten: what is written goes below `mcs/`, and a change to an object that
 * lives in a user's file is a ClusterError `user-file` with its place.
 */
export class DirectoryCluster implements Cluster {
  readonly type = 'directory';
  readonly name: string;
  readonly location: string;
  readonly #layers: readonly Layer[];
  #opened: Promise<Open> | undefined;

  constructor(name: string, layers: readonly Layer[]) {
    this.name = name;
    this.location = layers.map((layer) => layer.shown).join(', ');
    this.#layers = layers;
  }

  async facts(): Promise<ClusterFacts> {
    const { contents, warnings } = await this.#open();
    const uid = contents.get('Namespace', 'kube-system')?.object.metadata.uid;
    return {
      ...(uid === undefined ? {} : { uid }),
      mcsVersions: ['v1beta1'],
      aboutVersions: ['v1beta1'],
      fields: ALL_FIELDS,
      ipFamilies: [],
      controllers: [],
      warnings,
    };
  }

  async list<K extends Kind>(kind: K, options: ListOptions = {}): Promise<readonly ObjectOf[K][]> {
    const matches = this.#selector(options.labelSelector);
    const { contents } = await this.#open();
    const objects = contents.list(kind) as readonly ObjectOf[K][]; // contents keeps each kind by itself
    if (options.namespace === undefined && matches === undefined) return objects;
    return objects.filter(
      ({ metadata }) =>
        (options.namespace === undefined || metadata.namespace === options.namespace) &&
        (matches === undefined || matches(metadata.labels)),
    );
  }

  async get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined> {
    const { contents } = await this.#open();
    const object = contents.get(kind, keyOf(ref))?.object;
    const found = object ?? (kind === 'Namespace' ? contents.implicitNamespace(ref.name) : undefined);
    return found as ObjectOf[K] | undefined; // contents keeps each kind by itself
  }

  async apply<K extends Kind>(kind: K, object: ObjectOf[K], options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const open = await this.#open();
    const ref = this.#check(kind, object.metadata);
    const before = open.contents.get(kind, keyOf(ref));
    if (options.subresource !== 'status') {
      return this.#writeObject(open, kind, ref, before, object, options) as Promise<ObjectOf[K]>; // same kind
    }
    if (before === undefined) throw this.#missing(kind, ref);
    const next = nextStatusOf(kind, before.object, object);
    return this.#writeStatus(open, kind, ref, before, next, options) as Promise<ObjectOf[K]>; // same kind
  }

  async patch<K extends Kind>(kind: K, ref: Ref, patch: unknown, options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const open = await this.#open();
    this.#check(kind, ref);
    const before = open.contents.get(kind, keyOf(ref));
    if (before === undefined) throw this.#missing(kind, ref);
    const merged = mergePatch(before.object, patch);
    let object: Any;
    try {
      object = parseObject<Kind>(kind, merged);
    } catch (error) {
      throw this.#rejected(kind, ref, error);
    }
    const written =
      options.subresource === 'status'
        ? this.#writeStatus(open, kind, ref, before, object, options)
        : this.#writeObject(open, kind, ref, before, object, options);
    return written as Promise<ObjectOf[K]>; // same kind
  }

  async delete(
    kind: Kind,
    ref: Ref,
    options: { readonly dryRun?: boolean; readonly uid?: string } = {},
  ): Promise<'deleted' | 'absent'> {
    const open = await this.#open();
    this.#check(kind, ref);
    const key = keyOf(ref);
    const before = open.contents.get(kind, key);
    const own = this.#own(open, kind, key);
    if (before !== undefined) {
      if (options.uid !== undefined && options.uid !== before.object.metadata.uid) return 'absent';
      const other = open.contents.entries(kind, key).findLast((entry) => !entry.statusOnly && entry !== own);
      if (other !== undefined) throw this.#inUserFile(kind, ref, other, 'removed');
    }
    if (own !== undefined && options.dryRun !== true) {
      this.#files(open).remove(ownPath(kind, ref));
      open.contents.replaceOwn(kind, key, own.layer, undefined);
    }
    return before === undefined ? 'absent' : 'deleted';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #writeObject(
    open: Open,
    kind: Kind,
    ref: Ref,
    before: Stored | undefined,
    object: Any,
    options: WriteOptions,
  ): Promise<Any> {
    let next: Any;
    try {
      next = nextObject(kind, ref, before?.object, object);
    } catch (error) {
      throw this.#rejected(kind, ref, error);
    }
    if (before !== undefined) {
      if (sameObject(before.object, next)) return before.object;
      if (!before.base.own) throw this.#inUserFile(kind, ref, before.base, 'changed');
    }
    return this.#store(open, kind, ref, next, false, options);
  }

  async #writeStatus(open: Open, kind: Kind, ref: Ref, before: Stored, next: Any, options: WriteOptions): Promise<Any> {
    if (sameObject(before.object, next)) return before.object;
    const own = this.#own(open, kind, keyOf(ref));
    return this.#store(open, kind, ref, next, before.base !== own, options);
  }

  /** Writes a file below `mcs/` and takes it into what is known. @returns the object as it is afterwards */
  async #store(
    open: Open,
    kind: Kind,
    ref: Ref,
    object: Any,
    statusOnly: boolean,
    options: WriteOptions,
  ): Promise<Any> {
    const files = this.#files(open);
    const layer = this.#layers.length - 1;
    const last = this.#layers[layer];
    const path = ownPath(kind, ref);
    if (last?.type === 'directory' && open.foreign.has(join(last.path, path))) {
      const shown = join(last.shown, path);
      const next = `move what is in ${shown} to a file of your own`;
      throw new ClusterError(this.name, 'user-file', `${shown} holds something that mcs did not write`, next);
    }
    if (options.dryRun === true) return object;
    const { renderObject, renderStatus } = await import('./render.ts');
    files.write(path, statusOnly ? renderStatus(kind, object) : renderObject(kind, object));
    const place = { file: join(last?.shown ?? '', path), line: 1 };
    open.contents.replaceOwn(kind, keyOf(ref), layer, { kind, object, place, layer, own: true, statusOnly });
    return open.contents.get(kind, keyOf(ref))?.object ?? object;
  }

  /** The manifest of an object below the `mcs/` that is written to. */
  #own(open: Open, kind: Kind, key: string): Entry | undefined {
    return open.contents.entries(kind, key).find((entry) => entry.own && entry.layer === this.#layers.length - 1);
  }

  #files(open: Open): OwnFiles {
    if (open.files !== undefined) return open.files;
    const next = 'give a directory last: --dir ID=PATH';
    throw new ClusterError(this.name, 'rejected', 'standard input can be read but not written', next);
  }

  async #open(): Promise<Open> {
    this.#opened ??= this.#load();
    const open = await this.#opened;
    const [first, ...more] = open.problems;
    if (first !== undefined) {
      const others =
        more.length === 0
          ? ''
          : ` (and ${more.length} more: ${more
              .slice(0, 2)
              .map(({ place }) => showPlace(place))
              .join(', ')}${more.length > 2 ? ', …' : ''})`;
      const next = `correct ${showPlace(first.place)}, or move the file out of the directory`;
      throw new ClusterError(this.name, 'malformed', showProblem(first) + others, next);
    }
    return open;
  }

  async #load(): Promise<Open> {
    const { loadLayers } = await import('./load.ts');
    const loaded = await loadLayers(this.#layers);
    const last = this.#layers.at(-1);
    const files =
      last?.type === 'directory' ? new OwnFiles(this.name, last.path, last.shown, loaded.temporary) : undefined;
    return { ...loaded, files };
  }

  #selector(text: string | undefined): ((labels: Any['metadata']['labels']) => boolean) | undefined {
    if (text === undefined) return undefined;
    try {
      return parseSelector(text);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new ClusterError(this.name, 'rejected', error.message, undefined, { cause: error });
    }
  }

  /** The identity to write to; it becomes part of a path, so it must be what an API server would take. */
  #check(kind: Kind, ref: Ref): Ref {
    const { name, namespace = 'default' } = ref;
    const whole: Ref = KINDS[kind].namespaced ? { name, namespace } : { name };
    try {
      checkIdentity(kind, whole);
    } catch (error) {
      throw this.#rejected(kind, whole, error);
    }
    return whole;
  }

  #rejected(kind: Kind, ref: Ref, error: unknown): unknown {
    if (!(error instanceof MalformedError)) return error;
    return new ClusterError(
      this.name,
      'rejected',
      `${kind} ${JSON.stringify(keyOf(ref))}: ${error.message}`,
      undefined,
      {
        cause: error,
      },
    );
  }

  #missing(kind: Kind, ref: Ref): ClusterError {
    return new ClusterError(this.name, 'rejected', `there is no ${kind} ${keyOf(ref)}`);
  }

  #inUserFile(kind: Kind, ref: Ref, entry: Entry, what: 'changed' | 'removed'): ClusterError {
    const where = showPlace(entry.place);
    const message = `${kind} ${keyOf(ref)} is in ${where}, a file that mcs does not rewrite; it would have to be ${what}`;
    const next = what === 'changed' ? `change it in ${where}, or remove it there` : `remove it from ${where}`;
    return new ClusterError(this.name, 'user-file', message, next);
  }
}

/** True when nothing would change; the version an object was written in does not matter. */
function sameObject(a: Any, b: Any): boolean {
  return isDeepStrictEqual({ ...a, apiVersion: '' }, { ...b, apiVersion: '' });
}
