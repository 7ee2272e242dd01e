import type { Kind } from '../api/kinds.ts';
import { type KubeObject, keyOf } from '../api/objects.ts';
import type { Cluster, ClusterFacts, Watcher } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { type Identity, identityOf } from '../plan/membership.ts';
import { OBSERVED_KINDS, type ObservedKind } from '../plan/observed.ts';
import { type Backoff, delayAfter } from './backoff.ts';
import { keysOfChange } from './event-keys.ts';
import { isSameFacts } from './same-facts.ts';
import { LiveObserved, type Replaced } from './live-observed.ts';
import { type KindListener, PropertyCache } from './property-cache.ts';
import { WATCHED_KINDS, type WatchedKind } from './watched-kinds.ts';
import type { QueueClock } from './work-queue.ts';

/** What a cache tells of its cluster. */
export interface CacheListener {
  /** These services may be otherwise, by an event. */
  services(keys: Iterable<string>): void;
  /** All services of a namespace may be. */
  namespace(name: string): void;
  /** A Service that mcs did not make is otherwise; it may stand in the place of a derived one. */
  service(key: string): void;
  /** Who it is, what it serves, or whether it can be read is otherwise. */
  state(): void;
  /** A watch was heard. */
  heard(kind: WatchedKind): void;
}

type KindState = 'pending' | 'synced' | ClusterError;

/** How long to wait before asking again what a cluster is. */
const BACKOFF: Backoff = { base: 500, most: 30_000 };

/**
 * One cluster as its watches tell it, kept for as long as it is among those given. What was told last stays when a watch
 * breaks: unreachable is not unexported (design rule 19).
 */
export class ClusterCache {
  #cluster: Cluster;
  readonly observed = new LiveObserved();
  readonly #listener: CacheListener;
  readonly #clock: QueueClock;
  readonly #kinds = new Map<WatchedKind, KindState>(WATCHED_KINDS.map((kind) => [kind, 'pending']));
  readonly #everSynced = new Set<WatchedKind>();
  readonly #stops: (() => void)[] = [];
  readonly #properties: PropertyCache;
  #facts: ClusterFacts | undefined;
  #factsError: ClusterError | undefined;
  #lostSince: number | undefined;
  #stopped = false;

  constructor(cluster: Cluster, listener: CacheListener, clock: QueueClock) {
    this.#cluster = cluster;
    this.#listener = listener;
    this.#clock = clock;
    this.#properties = new PropertyCache({
      clock,
      servesAbout: async () => {
        await this.refresh();
        return this.#facts?.aboutVersions.length !== 0;
      },
    });
  }

  /** Begins to ask and to watch; ends with `stop`. */
  start(): void {
    void this.#learn(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#release();
  }

  /** Goes on with the same cluster reached otherwise, e.g. with new credentials; what is known of it stays known. */
  moveTo(cluster: Cluster): void {
    this.#release();
    this.#cluster = cluster;
    for (const kind of WATCHED_KINDS) this.#kinds.set(kind, 'pending');
    this.start();
  }

  #release(): void {
    this.#properties.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** What the cluster is; undefined until it has answered. */
  get facts(): ClusterFacts | undefined {
    return this.#facts;
  }

  /** Who it says it is; undefined until it has answered. */
  get identity(): Identity | undefined {
    if (
      this.#facts === undefined ||
      (this.#kinds.get('ClusterProperty') === 'pending' && !this.#everSynced.has('ClusterProperty'))
    )
      return undefined;
    return identityOf(this.#cluster.name, this.#facts.uid, this.#properties.all());
  }

  /** True when all that is known of it is of now. */
  get synced(): boolean {
    return this.#facts !== undefined && this.failure === undefined && !this.isPending;
  }

  /** True when it was read completely at least once: what is known of it is a whole, if perhaps an old one. */
  get known(): boolean {
    return (
      this.#facts !== undefined && WATCHED_KINDS.every((kind) => this.#everSynced.has(kind) || this.#isMissing(kind))
    );
  }

  /** True while it has neither been read nor failed. */
  get isPending(): boolean {
    if (this.#facts === undefined) return this.#factsError === undefined;
    return [...this.#kinds.values()].includes('pending');
  }

  /** Why it is not of now. */
  get failure(): ClusterError | undefined {
    if (this.#facts === undefined) return this.#factsError;
    for (const [kind, state] of this.#kinds) {
      if (state instanceof ClusterError && !this.#isMissing(kind)) return state;
    }
    return undefined;
  }

  /** Since when it has not been of now, in milliseconds of the clock; undefined when it is. */
  get lostSince(): number | undefined {
    return this.#lostSince;
  }

  isSynced(kind: WatchedKind): boolean {
    return this.#kinds.get(kind) === 'synced';
  }

  /** Asks anew what the cluster is; what it was stays known when it does not answer. */
  async refresh(): Promise<void> {
    try {
      const before = this.#facts;
      this.#facts = await this.#cluster.facts({ fresh: true });
      if (!isSameFacts(before, this.#facts)) this.#changed();
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error; // the watches say that it does not answer
    }
  }

  /** An optional kind that is not served holds nothing; without the MCS API a cluster is left out by its facts. */
  #isMissing(kind: WatchedKind): boolean {
    const state = this.#kinds.get(kind);
    const optional = kind === 'ClusterProperty' || kind === 'ServiceExport' || kind === 'ServiceImport';
    return optional && state instanceof ClusterError && state.reason === 'not-served' && !this.#everSynced.has(kind);
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  async #learn(failures: number): Promise<void> {
    if (this.#stopped) return;
    try {
      this.#facts = await this.#cluster.facts();
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      this.#factsError = error;
      this.#changed();
      const delay = delayAfter(failures + 1, BACKOFF, this.#clock.random());
      this.#stops.push(this.#clock.after(delay, () => void this.#learn(failures + 1)));
      return;
    }
    if (this.#isStopped()) return;
    const properties = this.#properties.watcher(this.#kindListener('ClusterProperty'));
    this.#stops.push(watch(this.#cluster, 'ClusterProperty', properties));
    for (const kind of OBSERVED_KINDS) this.#stops.push(watch(this.#cluster, kind, this.#watcher(kind)));
    this.#changed();
  }

  #kindListener(kind: WatchedKind): KindListener {
    return {
      changed: () => {
        this.#changed();
      },
      heard: () => {
        this.#sync(kind);
      },
      failed: (error) => {
        this.#fail(kind, error);
      },
    };
  }

  #watcher<K extends ObservedKind>(kind: K): Watcher<K> {
    const { observed } = this;
    return {
      ...this.#kindListener(kind),
      replace: (objects, version) => {
        this.#tell(kind, observed.replace(kind, objects, version));
        this.#sync(kind);
      },
      put: (after) => {
        const before = observed.get(kind, after.metadata);
        if (observed.put(kind, after)) this.#tell(kind, [{ before, after }]);
        this.#sync(kind);
      },
      remove: (last) => {
        if (observed.gone(kind, last.metadata)) this.#tell(kind, [{ before: last, after: undefined }]);
        this.#sync(kind);
      },
    };
  }

  #tell<K extends ObservedKind>(kind: K, changes: readonly Replaced<K>[]): void {
    for (const { before, after } of changes) {
      const object: KubeObject | undefined = after ?? before;
      if (object === undefined) continue;
      if (kind === 'Namespace') this.#listener.namespace(object.metadata.name);
      else this.#listener.services(keysOfChange(kind, before, after));
      if (kind === 'Service') this.#listener.service(keyOf(object.metadata));
    }
  }

  #sync(kind: WatchedKind): void {
    this.#listener.heard(kind);
    if (this.#kinds.get(kind) === 'synced') return;
    this.#kinds.set(kind, 'synced');
    this.#everSynced.add(kind);
    this.#changed();
  }

  #fail(kind: WatchedKind, error: ClusterError): void {
    if (this.#stopped) return;
    const before = this.#kinds.get(kind);
    this.#kinds.set(kind, error);
    const isSameReason = before instanceof ClusterError && before.reason === error.reason;
    if (!isSameReason) this.#changed();
  }

  #changed(): void {
    if (this.#stopped) return;
    if (this.failure === undefined) this.#lostSince = undefined;
    else this.#lostSince ??= this.#clock.now();
    this.#listener.state();
  }
}

function watch<K extends Kind>(cluster: Cluster, kind: K, watcher: Watcher<K>): () => void {
  if (cluster.watch === undefined) throw new Error(`defect: ${cluster.name} cannot be watched`);
  return cluster.watch(kind, watcher);
}
