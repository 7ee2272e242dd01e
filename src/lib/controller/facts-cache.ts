import type { Cluster, ClusterFacts } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { type Backoff, delayAfter } from './backoff.ts';
import { isSameFacts } from './same-facts.ts';
import type { QueueClock } from './work-queue.ts';

/** How long to wait before asking again what a cluster is. */
const BACKOFF: Backoff = { base: 500, most: 30_000 };

export interface FactsListener {
  /** The facts, or that they cannot be had, are otherwise than before. */
  changed(): void;
  /** True when they cannot be right, as something else is heard of the cluster. */
  isContradicted(facts: ClusterFacts): boolean;
}

/**
 * What a cluster is: asked until it answers, and asked anew when that may have changed, or cannot be: an API server that
 * has just started leaves out custom resources that it serves a moment later.
 */
export class FactsCache {
  readonly #clock: QueueClock;
  readonly #listener: FactsListener;
  #facts: ClusterFacts | undefined;
  #error: ClusterError | undefined;
  #cluster: Cluster | undefined;
  #retry: (() => void) | undefined;
  #recheck: (() => void) | undefined;
  /** Times in a row that the facts were contradicted. */
  #contradicted = 0;

  constructor(clock: QueueClock, listener: FactsListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Of now, or of the time when the cluster last answered. */
  get facts(): ClusterFacts | undefined {
    return this.#facts;
  }

  /** Why there are none of now: it does not answer, or does so no more since it is reached otherwise. */
  get error(): ClusterError | undefined {
    return this.#error;
  }

  /** Asks until the cluster answers; then calls back, once. What an earlier one answers is of no interest any more. */
  start(cluster: Cluster, answered: () => void): void {
    this.stop();
    this.#cluster = cluster;
    void this.#ask(cluster, answered, 1);
  }

  stop(): void {
    this.#cluster = undefined;
    this.#retry?.();
    this.#recheck?.();
    this.#recheck = undefined;
  }

  /** Asks anew, again and again, as long as the facts are contradicted. */
  check(): void {
    if (this.#facts === undefined || this.#cluster === undefined) return;
    if (!this.#listener.isContradicted(this.#facts)) {
      this.#contradicted = 0;
      return;
    }
    if (this.#recheck !== undefined) return;
    const delay = delayAfter(++this.#contradicted, BACKOFF, this.#clock.random());
    this.#recheck = this.#clock.after(delay, () => {
      this.#recheck = undefined;
      void this.refresh().then(() => {
        this.check();
      });
    });
  }

  /** Asks anew; what it was stays known when it does not answer. @returns whether it did */
  async refresh(): Promise<boolean> {
    const cluster = this.#cluster;
    if (cluster === undefined) return false;
    const facts = await this.#answer(cluster, true);
    if (facts === undefined || facts instanceof ClusterError) return false; // the watches say that it does not answer
    const before = this.#facts;
    this.#facts = facts;
    if (!isSameFacts(before, facts)) this.#listener.changed();
    this.check();
    return true;
  }

  async #ask(cluster: Cluster, answered: () => void, tries: number): Promise<void> {
    const facts = await this.#answer(cluster, tries > 1);
    if (facts === undefined) return;
    if (facts instanceof ClusterError) {
      this.#error = facts;
      this.#retry = this.#clock.after(delayAfter(tries, BACKOFF, this.#clock.random()), () => {
        void this.#ask(cluster, answered, tries + 1);
      });
      this.#listener.changed();
      return;
    }
    this.#facts = facts;
    this.#error = undefined;
    answered();
    this.#listener.changed();
  }

  /** Undefined when nobody waits for it any more. */
  async #answer(cluster: Cluster, fresh: boolean): Promise<ClusterFacts | ClusterError | undefined> {
    try {
      const facts = await cluster.facts({ fresh });
      return cluster === this.#cluster ? facts : undefined;
    } catch (error) {
      if (cluster !== this.#cluster) return undefined; // it was closed meanwhile
      if (error instanceof ClusterError) return error;
      throw error;
    }
  }
}
