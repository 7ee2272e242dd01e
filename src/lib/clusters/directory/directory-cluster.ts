import { ALL_FIELDS } from '../../api/fields.ts';
import { KINDS } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import type { EndpointSlice, ObjectMeta, Ref } from '../../api/objects.ts';
import { MalformedError } from '../../api/reader.ts';
import { parseSelector } from '../../api/selector.ts';
import { ClusterError } from '../../errors.ts';
import type { Cluster, ClusterFacts, ListOptions, WriteOptions } from '../cluster.ts';
import type { Contents } from './contents.ts';
import { controllersIn } from './controllers.ts';
import type { Layer } from './layer.ts';
import { showPlace, showProblem } from './place.ts';
import type { Problem } from './place.ts';
import { Writer } from './writer.ts';

/** A cluster that has been read. */
interface Opened {
  readonly contents: Contents;
  /** Loaded at the first write: reading alone does not pay for it. */
  readonly writer: () => Writer;
  readonly warnings: readonly string[];
}

/**
 * A directory of manifests as a cluster (design, "Directories as clusters"). It is read once, when it is first asked
 * for something. A document that cannot be read makes every call fail, since a list must never be partial. Users' files
 * are never rewritten; what is written goes below `mcs/` (`writer.ts`).
 */
export class DirectoryCluster implements Cluster {
  readonly type = 'directory';
  readonly name: string;
  readonly location: string;
  readonly access: string;
  readonly #layers: readonly Layer[];
  #opened: Promise<Opened> | undefined;

  constructor(name: string, layers: readonly Layer[]) {
    this.name = name;
    this.location = layers.map((layer) => layer.shown).join(', ');
    this.access = this.location;
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
      controllers: controllersIn(contents.list('EndpointSlice') as readonly EndpointSlice[]), // of that kind only
      warnings,
    };
  }

  async list<K extends Kind>(kind: K, options: ListOptions = {}): Promise<readonly ObjectOf[K][]> {
    const { labelSelector } = options;
    const namespace = KINDS[kind].namespaced ? options.namespace : undefined;
    const matches = labelSelector === undefined ? undefined : this.#selector(labelSelector);
    const { contents } = await this.#open();
    const objects = contents.list(kind) as readonly ObjectOf[K][]; // contents keeps each kind by itself
    if (namespace === undefined && matches === undefined) return objects;
    return objects.filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) && (matches?.(metadata.labels) ?? true),
    );
  }

  async get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined> {
    const { contents } = await this.#open();
    const { name, namespace = 'default' } = ref;
    const object = contents.get(kind, KINDS[kind].namespaced ? keyOf({ name, namespace }) : name)?.object;
    const found = object ?? (kind === 'Namespace' ? contents.implicitNamespace(ref.name) : undefined);
    return found as ObjectOf[K] | undefined; // contents keeps each kind by itself
  }

  async apply<K extends Kind>(kind: K, object: ObjectOf[K], options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const writer = await this.#writer();
    return writer.apply(kind, object, options) as ObjectOf[K]; // an object comes back in its own kind
  }

  async patch<K extends Kind>(kind: K, ref: Ref, patch: unknown, options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const writer = await this.#writer();
    return writer.patch(kind, ref, patch, options) as ObjectOf[K]; // an object comes back in its own kind
  }

  async delete(
    kind: Kind,
    ref: Ref,
    options: { readonly dryRun?: boolean; readonly uid?: string } = {},
  ): Promise<'deleted' | 'absent'> {
    const writer = await this.#writer();
    return writer.delete(kind, ref, options);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#load();
    return this.#opened;
  }

  async #load(): Promise<Opened> {
    // Here, and not above, since it brings js-yaml along, which a call that reads no directory must not pay for.
    const { loadLayers } = await import('./load.ts');
    const loaded = await loadLayers(this.#layers);
    if (loaded.problems.length > 0) throw this.#malformed(loaded.problems);
    let writer: Writer | undefined;
    return {
      contents: loaded.contents,
      writer: () => (writer ??= new Writer(this.name, this.#layers, loaded)),
      warnings: loaded.warnings,
    };
  }

  async #writer(): Promise<Writer> {
    return (await this.#open()).writer();
  }

  /** The first place in full, the next two as places, all others as a number. */
  #malformed(problems: readonly Problem[]): ClusterError {
    const [first, ...others] = problems.map((problem) => ({
      place: showPlace(problem.place),
      text: showProblem(problem),
    }));
    const places = others.slice(0, 2).map(({ place }) => place);
    if (others.length > places.length) places.push('…');
    const more = others.length === 0 ? '' : ` (and ${others.length} more: ${places.join(', ')})`;
    const next = `correct ${first?.place ?? ''}, or move the file out of the directory`;
    return new ClusterError(this.name, 'malformed', `${first?.text ?? ''}${more}`, next);
  }

  #selector(text: string): (labels: ObjectMeta['labels']) => boolean {
    try {
      return parseSelector(text);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new ClusterError(this.name, 'rejected', error.message, undefined, { cause: error });
    }
  }
}
