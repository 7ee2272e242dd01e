import { join } from 'node:path';
import { KINDS } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import { locationOf } from '../../api/location.ts';
import type { ObjectMeta, Ref } from '../../api/objects.ts';
import { MalformedError } from '../../api/reader.ts';
import { parseSelector } from '../../api/selector.ts';
import { ClusterError } from '../../errors.ts';
import type {
  Cluster,
  ClusterFacts,
  ListOptions,
  ManifestAccess,
  WatchOptions,
  Watcher,
  WriteOptions,
} from '../cluster.ts';
import { EventStorm } from './event-storm.ts';
import { factsOf } from './facts.ts';
import { KnownTexts } from './known-texts.ts';
import type { Layer } from './layer.ts';
import { showPlace, showProblem } from './place.ts';
import type { Problem } from './place.ts';
import { Stock } from './stock.ts';
import { within } from './within.ts';
import { WATCH_TIMES, Watching, type WatchTimes } from './watching.ts';

/**
 * A directory of manifests as a cluster (design, "Directories as clusters"). It is read once, when it is first asked
 * for something; while it is watched, what changes is read again. A document that cannot be read makes every call fail, since
 * a list must never be partial. Users' files are never rewritten; what is written goes below `mcs/` (`writer.ts`).
 */
export class DirectoryCluster implements Cluster {
  readonly type = 'directory';
  readonly name: string;
  readonly location: string;
  readonly access: string;
  readonly manifests: ManifestAccess;
  /** The directories, as problems name them. */
  readonly #roots: ReadonlySet<string>;
  readonly #stock: Stock;
  readonly #watching: Watching;

  /** @param storm shared, as `texts` is, by all directories of a process */
  constructor(
    name: string,
    layers: readonly Layer[],
    times: WatchTimes = WATCH_TIMES,
    storm: EventStorm = new EventStorm(),
    texts: KnownTexts = new KnownTexts(),
  ) {
    this.name = name;
    this.location = locationOf(layers.map((layer) => layer.shown));
    this.access = this.location;
    this.#roots = new Set(layers.map(({ shown }) => join(shown)));
    this.manifests = {
      read: async () => {
        const manifests = await (await import('./read-manifests.ts')).readManifests(layers, texts);
        return { manifests, facts: factsOf((kind) => manifests.objects[kind], []) };
      },
    };
    this.#stock = new Stock(name, layers, texts, (problems) => this.#malformed(problems));
    this.#watching = new Watching(times, this.#stock, storm);
  }

  /** Who waits for a directory to be mended asks for this, again and again: so it is read again after a failure. */
  async facts(): Promise<ClusterFacts> {
    this.#stock.tryAgain();
    return this.#stock.use(({ contents, warnings }) => factsOf((kind) => contents.list(kind), warnings));
  }

  async list<K extends Kind>(kind: K, options: ListOptions = {}): Promise<readonly ObjectOf[K][]> {
    const { labelSelector } = options;
    const namespace = KINDS[kind].namespaced ? options.namespace : undefined;
    const matches = labelSelector === undefined ? undefined : this.#selector(labelSelector);
    const all = await this.#stock.use(({ contents }) => contents.list(kind));
    const objects = all as readonly ObjectOf[K][]; // contents keeps each kind by itself
    if (namespace === undefined && matches === undefined) return objects;
    return objects.filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) && (matches?.(metadata.labels) ?? true),
    );
  }

  async get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined> {
    const { name, namespace = 'default' } = ref;
    const key = KINDS[kind].namespaced ? keyOf({ name, namespace }) : name;
    const found = await this.#stock.use(
      ({ contents }) =>
        contents.get(kind, key)?.object ?? (kind === 'Namespace' ? contents.implicitNamespace(name) : undefined),
    );
    return found as ObjectOf[K] | undefined; // contents keeps each kind by itself
  }

  async apply<K extends Kind>(kind: K, object: ObjectOf[K], options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const applied = await this.#stock.use(({ writer }) => writer().apply(kind, object, options));
    return applied as ObjectOf[K]; // an object comes back in its own kind
  }

  async patch<K extends Kind>(kind: K, ref: Ref, patch: unknown, options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const patched = await this.#stock.use(({ writer }) => writer().patch(kind, ref, patch, options));
    return patched as ObjectOf[K]; // an object comes back in its own kind
  }

  async delete(
    kind: Kind,
    ref: Ref,
    options: { readonly dryRun?: boolean; readonly uid?: string } = {},
  ): Promise<'deleted' | 'absent'> {
    return this.#stock.use(({ writer }) => writer().delete(kind, ref, options));
  }

  watch<K extends Kind>(kind: K, watcher: Watcher<K>, { namespace }: WatchOptions = {}): () => void {
    return this.#watching.add(kind, namespace === undefined ? watcher : within(kind, namespace, watcher));
  }

  close(): Promise<void> {
    this.#watching.close();
    return Promise.resolve();
  }

  /** The directory itself is gone; or the first place in full, the next two as places, all others as a number. */
  #malformed(problems: readonly Problem[]): ClusterError {
    const whole = problems.find(({ place }) => this.#roots.has(place.file));
    if (whole !== undefined) {
      const message = `the directory ${whole.place.file} ${whole.message}`;
      return new ClusterError(this.name, 'malformed', message, 'put it back, or leave it out of the command');
    }
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
