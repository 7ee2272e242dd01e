import type { Cluster, ClusterFacts, WatchOptions, Watcher } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { type Identity, identityOf } from '../plan/membership.ts';
import { OBSERVED_KINDS, type ObservedKind } from '../plan/observed.ts';
import { type ServiceListener, tellChange } from './event-keys.ts';
import { FactsCache } from './facts-cache.ts';
import { LiveObserved, type Replaced } from './live-observed.ts';
import { type KindListener, PropertyCache } from './property-cache.ts';
import { WATCHED_KINDS, type WatchedKind } from './watched-kinds.ts';
import type { QueueClock } from './work-queue.ts';

/** What a cache tells of its cluster. */
export interface CacheListener extends ServiceListener {
  /** Who it is, what it serves, or whether it can be read is otherwise. */
  state(): void;
  /** A watch was heard. */
  heard(kind: WatchedKind): void;
}

/** Kinds whose CRDs a cluster may lack. */
const OF_MCS: ReadonlySet<WatchedKind> = new Set<WatchedKind>(['ServiceExport', 'ServiceImport']);

type KindState = 'pending' | 'synced' | ClusterError;

/**
 * One cluster as its watches tell it, kept for as long as it is among those given. What was told last stays when a watch
 * breaks: unreachable is not unexported (design rule 19).
 */
export class ClusterCache {
  #cluster: Cluster;
  readonly observed = new LiveObserved((kind, before, after) => {
    this.#tell(kind, [{ before, after }]);
  });
  readonly #listener: CacheListener;
  readonly #clock: QueueClock;
  readonly #scope: WatchOptions;
  readonly #kinds = new Map<WatchedKind, KindState>(WATCHED_KINDS.map((kind) => [kind, 'pending']));
  readonly #everSynced = new Set<WatchedKind>();
  readonly #stops: (() => void)[] = [];
  readonly #properties: PropertyCache;
  readonly #facts: FactsCache;
  #lostSince: number | undefined;
  #stopped = false;

  /** @param namespace what is watched of it; all when undefined */
  constructor(cluster: Cluster, listener: CacheListener, clock: QueueClock, namespace?: string) {
    this.#cluster = cluster;
    this.#listener = listener;
    this.#clock = clock;
    this.#scope = namespace === undefined ? {} : { namespace };
    this.#facts = new FactsCache(clock, {
      changed: () => {
        this.#changed();
      },
      isContradicted: (facts) => this.#contradicts(facts),
    });
    this.#properties = new PropertyCache({
      clock,
      servesAbout: async () => ((await this.#facts.refresh()) ? this.facts?.aboutVersions.length !== 0 : undefined),
    });
  }

  /** Begins to ask and to watch; ends with `stop`. */
  start(): void {
    this.#facts.start(this.#cluster, () => {
      this.#watch();
    });
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
    this.#facts.stop();
    this.#properties.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** What the cluster is; undefined until it has answered. */
  get facts(): ClusterFacts | undefined {
    return this.#facts.facts;
  }

  /** Who it says it is; undefined until it has answered. */
  get identity(): Identity | undefined {
    const { facts } = this;
    if (facts === undefined) return undefined;
    // Where the About API is not served, nobody can say who it is. Elsewhere it must have been read: who is not known to
    // be a member is not known to be none.
    const isRead = this.#everSynced.has('ClusterProperty');
    if (!isRead && (facts.aboutVersions.length > 0 || this.#kinds.get('ClusterProperty') === 'pending'))
      return undefined;
    return identityOf(this.#cluster.name, facts.uid, this.#properties.all());
  }

  /** True when all that is known of it is of now. */
  get synced(): boolean {
    return this.facts !== undefined && this.failure === undefined && !this.isPending;
  }

  /** True when it was read completely at least once: what is known of it is a whole, if perhaps an old one. */
  get known(): boolean {
    return (
      this.facts !== undefined && WATCHED_KINDS.every((kind) => this.#everSynced.has(kind) || this.#isMissing(kind))
    );
  }

  /** True while it has neither been read nor failed. */
  get isPending(): boolean {
    if (this.#facts.error !== undefined) return false;
    return this.facts === undefined || [...this.#kinds.values()].includes('pending');
  }

  /** Why it is not of now. */
  get failure(): ClusterError | undefined {
    if (this.#facts.error !== undefined) return this.#facts.error;
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
    await this.#facts.refresh();
  }

  /**
   * An optional kind that is not served holds nothing; without the MCS API a cluster is left out by its facts. Only if
   * those say so too: an API server that has just started denies kinds that it serves a moment later, and an exporter
   * taken for empty then would lose all that it gives.
   */
  #isMissing(kind: WatchedKind): boolean {
    const state = this.#kinds.get(kind);
    const served = kind === 'ClusterProperty' ? this.facts?.aboutVersions : OF_MCS.has(kind) && this.facts?.mcsVersions;
    const isDenied = state instanceof ClusterError && state.reason === 'not-served' && !this.#everSynced.has(kind);
    return isDenied && Array.isArray(served) && served.length === 0;
  }

  #watch(): void {
    const properties = this.#properties.watcher(this.#kindListener('ClusterProperty'));
    this.#stops.push(this.#cluster.watch('ClusterProperty', properties));
    for (const kind of OBSERVED_KINDS) {
      this.#stops.push(this.#cluster.watch(kind, this.#watcher(kind), this.#scope));
    }
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
        if (observed.tell(kind, after)) this.#tell(kind, [{ before, after }]);
        this.#sync(kind);
      },
      remove: (last) => {
        if (observed.gone(kind, last.metadata)) this.#tell(kind, [{ before: last, after: undefined }]);
        this.#sync(kind);
      },
    };
  }

  #tell<K extends ObservedKind>(kind: K, changes: readonly Replaced<K>[]): void {
    for (const change of changes) tellChange(kind, change, this.#listener);
  }

  #sync(kind: WatchedKind): void {
    this.#listener.heard(kind);
    const before = this.#kinds.get(kind);
    if (before === 'synced') return;
    this.#kinds.set(kind, 'synced');
    this.#everSynced.add(kind);
    // What was not served and now is, somebody has installed.
    if (before instanceof ClusterError && before.reason === 'not-served') void this.refresh();
    this.#facts.check();
    this.#changed();
  }

  /** What is heard is served, whatever is said of it. */
  #contradicts({ mcsVersions, aboutVersions }: ClusterFacts): boolean {
    if (aboutVersions.length === 0 && this.isSynced('ClusterProperty')) return true;
    return mcsVersions.length === 0 && [...OF_MCS].every((kind) => this.isSynced(kind));
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
