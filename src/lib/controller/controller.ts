import type { Cluster } from '../clusters/cluster.ts';
import { ServiceMemo } from '../plan/service-memo.ts';
import type { CacheListener } from './cluster-cache.ts';
import { ClusterLife, type LifeContext } from './cluster-life.ts';
import type { ControllerListener, ControllerOptions, ControllerState } from './controller-options.ts';
import { KnownServices } from './known-services.ts';
import type { Outcome } from './lane.ts';
import { type Roster, isSameMember, isSameRoll, rosterOf } from './roster.ts';

/** Milliseconds in which several reasons to look at the clusters anew count as one. */
const GATHER = 20;

/**
 * Keeps a clusterset reconciled: events become keys of services, every cluster works on its own queue of them, and each
 * key is brought to what `planService` says of the caches. Nothing is written before every cluster was read completely
 * or is known not to answer.
 */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #listener: ControllerListener;
  readonly #lives = new Map<string, ClusterLife>();
  readonly #known = new KnownServices();
  readonly #context: LifeContext;
  #roster: Roster = { clusterset: undefined, members: [], gone: new Set(), problems: [], warnings: [] };
  /** Services for whose absent sources imports speak. */
  readonly #withAbsent = new Set<string>();
  #clusterset: string | undefined;
  #ready = false;
  #ended = false;
  #gathering: (() => void) | undefined;
  #resync: (() => void) | undefined;
  #staleCheck: (() => void) | undefined;

  constructor(options: ControllerOptions, listener: ControllerListener) {
    this.#options = options;
    this.#clusterset = options.clusterset;
    this.#listener = listener;
    const { clock, concurrency, permit, signal } = options;
    this.#context = {
      clock,
      concurrency,
      permit,
      signal,
      memo: new ServiceMemo(),
      now: () => ({
        members: this.#roster.members,
        options: {
          now: options.now(),
          gone: this.#roster.gone,
          adopt: options.adopt,
          allowedNamespaces: options.allowedNamespaces,
        },
      }),
    };
  }

  /**
   * The clusters to work on from now on: those that are new begin, those that are not among them end, those that are
   * reached otherwise go on with what is known of them. Clusters that are not needed are closed.
   */
  async update(clusters: readonly Cluster[]): Promise<void> {
    const given = new Map(clusters.map((cluster) => [cluster.name, cluster]));
    const closing: Promise<void>[] = [];
    for (const [name, life] of this.#lives) {
      if (given.get(name)?.location === life.cluster.location) continue;
      life.stop();
      this.#lives.delete(name);
      closing.push(life.cluster.close());
    }
    for (const cluster of clusters) {
      const life = this.#lives.get(cluster.name);
      if (life === undefined) this.#begin(cluster);
      else if (life.cluster === cluster) continue;
      else if (life.cluster.access !== cluster.access) closing.push(life.moveTo(cluster));
      else closing.push(cluster.close());
    }
    this.#gather();
    this.#resync ??= this.#options.clock.after(this.#options.resync, () => {
      this.#lookAtEverything();
    });
    await Promise.all(closing);
  }

  #begin(cluster: Cluster): void {
    const life = new ClusterLife(cluster, this.#context, this.#listenTo(cluster.name));
    this.#lives.set(cluster.name, life);
    life.start({
      done: (outcome) => {
        this.#done(cluster.name, outcome);
      },
      defect: (key, error) => {
        this.#listener.defect(cluster.name, key, error);
      },
    });
  }

  /** Looks at every service anew, e.g. because this process has become responsible for more of them. */
  enqueueAll(): void {
    if (!this.#ready) return;
    const keys = new Set(this.#roster.members.flatMap(({ observed }) => [...observed.keys()]));
    this.#known.keep(keys);
    for (const key of keys) this.#enqueue(key);
  }

  /** What is known of a cluster by its name. */
  life(name: string): ClusterLife | undefined {
    return this.#lives.get(name);
  }

  get state(): ControllerState {
    return { ready: this.#ready, roster: this.#roster, clusters: [...this.#lives.values()] };
  }

  /** Takes no more work and resolves when what is in work is through. The watches go on until `close`. */
  async finish(): Promise<void> {
    this.#end();
    await Promise.all([...this.#lives.values()].map((life) => life.finish()));
  }

  close(): void {
    this.#end();
    for (const life of this.#lives.values()) life.stop();
  }

  #end(): void {
    this.#ended = true;
    for (const cancel of [this.#gathering, this.#resync, this.#staleCheck]) cancel?.();
  }

  #listenTo(name: string): CacheListener {
    return {
      services: ({ exported, imported }) => {
        for (const key of exported) if (this.#isOurs(key)) this.#enqueue(key);
        for (const key of imported) if (this.#isOurs(key)) this.#enqueueAt(name, key);
      },
      namespace: (namespace) => {
        for (const key of this.#known.in(namespace)) this.#enqueueAt(name, key);
      },
      service: (service) => {
        for (const key of this.#known.ofDerived(service)) this.#enqueueAt(name, key);
      },
      state: () => {
        this.#gather();
      },
      heard: (kind) => {
        this.#listener.heard(name, kind);
      },
    };
  }

  /** Most Services of a cluster, and their slices, are nobody's business but its own. */
  #isOurs(key: string): boolean {
    return this.#ready && (this.#known.has(key) || this.#roster.members.some(({ observed }) => observed.concerns(key)));
  }

  /** For all clusters to look at. */
  #enqueue(key: string): void {
    this.#known.add(key);
    for (const life of this.#lives.values()) life.add(key);
  }

  /** For one cluster to look at; for all when what it holds speaks for a source that is away. */
  #enqueueAt(cluster: string, key: string): void {
    if (this.#withAbsent.has(key)) {
      this.#enqueue(key);
      return;
    }
    this.#known.add(key);
    this.#lives.get(cluster)?.add(key);
  }

  #done(cluster: string, outcome: Outcome): void {
    const { key, plan, changes, problems } = outcome;
    const speaks = plan.absent.length > 0;
    const spoke = this.#withAbsent.has(key);
    if (speaks) this.#withAbsent.add(key);
    else this.#withAbsent.delete(key);
    // Not while it does not hold it for good: two clusters whose objects somebody fights over would keep each other from
    // their backoff.
    const isSettled = problems.every(({ severity }) => severity !== 'partial');
    if (speaks !== spoke || (speaks && changes.length > 0 && isSettled)) {
      for (const [name, life] of this.#lives) if (name !== cluster) life.add(key);
    }
    this.#listener.outcome(cluster, outcome);
  }

  #gather(): void {
    if (this.#ended) return;
    this.#gathering ??= this.#options.clock.after(GATHER, () => {
      this.#gathering = undefined;
      this.#takeRoll();
    });
  }

  /** Who takes part, as of now; all services are looked at when that is otherwise than before. */
  #takeRoll(): void {
    if (this.#ended) return;
    const lives = [...this.#lives.values()];
    const next = rosterOf(
      lives.map((life) => life.candidate()),
      { ...this.#options, clusterset: this.#clusterset },
    );
    const before = this.#roster;
    const members = next.members.map((member) => before.members.find((old) => isSameMember(old, member)) ?? member);
    this.#roster = { ...next, members };
    const wasReady = this.#ready;
    this.#ready ||= lives.length > 0 && lives.every(({ cache }) => !cache.isPending);
    // A cluster that joins another clusterset leaves this one; it does not put in doubt which one is meant.
    if (this.#ready) this.#clusterset ??= next.clusterset;
    for (const life of lives) {
      life.enter(members.find(({ cluster }) => cluster === life.cluster.name));
      life.open = this.#ready && life.cache.synced;
    }
    this.#listener.state(this.state);
    if (this.#ready && (!wasReady || !isSameRoll(before, this.#roster))) this.enqueueAll();
    this.#staleCheck?.();
    const { staleAfter, clock } = this.#options;
    if (staleAfter === undefined || lives.every(({ cache }) => cache.lostSince === undefined)) return;
    this.#staleCheck = clock.after(Math.max(1000, staleAfter / 10), () => {
      this.#gather();
    });
  }

  #lookAtEverything(): void {
    if (this.#ended) return;
    for (const { cache } of this.#lives.values()) if (cache.synced) void cache.refresh();
    this.enqueueAll();
    this.#resync = this.#options.clock.after(this.#options.resync, () => {
      this.#lookAtEverything();
    });
  }
}
