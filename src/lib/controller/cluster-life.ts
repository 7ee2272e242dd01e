import type { Cluster } from '../clusters/cluster.ts';
import type { Member, PlanOptions } from '../plan/member.ts';
import type { ServiceMemo } from '../plan/service-memo.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import type { Backoff } from './backoff.ts';
import { type CacheListener, ClusterCache } from './cluster-cache.ts';
import { Gate } from './gate.ts';
import { gated } from './gated.ts';
import { Lane, type LaneListener } from './lane.ts';
import type { Permit } from './permit.ts';
import type { Candidate } from './roster.ts';
import { type QueueClock, WorkQueue } from './work-queue.ts';

/** What all clusters' lives share. */
export interface LifeContext {
  readonly clock: QueueClock;
  readonly permit: Permit;
  readonly memo: ServiceMemo;
  readonly signal: AbortSignal;
  /** Most requests under way to one cluster. */
  readonly concurrency: number;
  /** The members and options of now. */
  readonly now: () => { readonly members: readonly Member[]; readonly options: PlanOptions };
}

/** Of a key that failed: 5 ms to 60 s, full jitter. */
const BACKOFF: Backoff = { base: 5, most: 60_000 };

/**
 * Keys in work beside those that have a request under way, so that one is ready when another's answer comes. More of them
 * only hold memory.
 */
const SPARE = 4;

/** One cluster's cache, queue and lane, from the time it is given until it is no more. */
export class ClusterLife {
  readonly cache: ClusterCache;
  readonly queue: WorkQueue;
  readonly limit: AdaptiveLimit;
  readonly #gate = new Gate();
  readonly #context: LifeContext;
  readonly #ending = new AbortController();
  #cluster: Cluster;
  #self: Member | undefined;
  #lane: Promise<void> | undefined;

  constructor(cluster: Cluster, context: LifeContext, listener: CacheListener) {
    const { clock, concurrency } = context;
    this.#cluster = cluster;
    this.#context = context;
    this.cache = new ClusterCache(cluster, listener, clock);
    this.queue = new WorkQueue({ backoff: BACKOFF, clock });
    this.limit = new AdaptiveLimit({ least: 1, most: concurrency }, clock.now);
  }

  /** Begins to watch, and to work on what is queued while the gate is open. */
  start(listener: LaneListener): void {
    const { clock, permit, memo } = this.#context;
    const signal = AbortSignal.any([this.#context.signal, this.#ending.signal]);
    const lane = new Lane(
      this.queue,
      {
        members: () => {
          const self = this.#self;
          return self === undefined ? undefined : { ...this.#context.now(), self };
        },
        memo,
        isOpen: () => this.#gate.isOpen,
        open: () => this.#gate.pass(),
        owns: (key) => permit.owns(key),
        writable: (key) =>
          gated(
            this.#cluster,
            this.limit,
            () => {
              permit.require(this.#cluster.name, key);
            },
            signal,
          ),
        signal,
        now: clock.now,
      },
      listener,
    );
    this.#lane = lane.run(this.#context.concurrency + SPARE);
    this.cache.start();
  }

  get cluster(): Cluster {
    return this.#cluster;
  }

  /** What is known of it now. */
  candidate(): Candidate {
    const { facts, identity, known, failure, lostSince, observed } = this.cache;
    const lostFor = lostSince === undefined ? undefined : this.#context.clock.now() - lostSince;
    return { cluster: this.#cluster, facts, identity, known, failure, lostFor, observed };
  }

  /** Goes on with the same cluster reached otherwise. */
  async moveTo(cluster: Cluster): Promise<void> {
    const old = this.#cluster;
    this.#cluster = cluster;
    this.cache.moveTo(cluster);
    await old.close();
  }

  /** The part it has from now on; undefined: none. */
  enter(self: Member | undefined): void {
    this.#self = self;
  }

  get isMember(): boolean {
    return this.#self !== undefined;
  }

  /** Lets work pass, or holds it back. What failed while the cluster was away need not wait now that it is back. */
  set open(open: boolean) {
    if (open && !this.#gate.isOpen) this.queue.endBackoffs();
    this.#gate.set(open);
  }

  add(key: string): void {
    if (this.#self !== undefined) this.queue.add(key);
  }

  /** Takes no more keys; resolves when those in work are through. */
  async finish(): Promise<void> {
    this.#takeNoMore();
    await this.#lane;
  }

  /** Ends the watches, and what is in work before its next write. */
  stop(): void {
    this.#ending.abort();
    this.cache.stop();
    this.#takeNoMore();
  }

  #takeNoMore(): void {
    this.queue.close();
    // Those who wait at the gate find the queue closed; a key that is just being handed out is not begun.
    if (!this.#gate.isOpen) this.#self = undefined;
    this.#gate.set(true);
  }
}
