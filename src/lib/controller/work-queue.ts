import { type Backoff, delayAfter } from './backoff.ts';

/** What a queue needs of the world, so that tests can turn the clock. */
export interface QueueClock {
  readonly now: () => number;
  /** Calls back after some milliseconds; returns what takes it back. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  readonly random: () => number;
}

export interface QueueOptions {
  readonly backoff: Backoff;
  readonly clock: QueueClock;
}

/** A key in work. Exactly one of the two ends it. */
export interface Work {
  readonly key: string;
  /** Milliseconds it stood in the queue. */
  readonly waited: number;
  /** Milliseconds since it was first added and not done, with all that failed in between. */
  readonly pending: number;
  /** It is done; its failures are forgotten. */
  done(): void;
  /**
   * It failed: it comes back after its backoff, at once if it changed meanwhile. Returns the delay in milliseconds.
   * @param atLeast milliseconds that a server asked to be left alone: no change brings it back before that
   */
  retry(atLeast?: number): number;
  /** It was not begun: it goes back as it was. */
  putBack(): void;
}

/**
 * Keys to work on, with set semantics (the contract of client-go's workqueue): a key that stands in the queue is not
 * queued again; a key in work is never handed out a second time, and comes again when it was added meanwhile. What is
 * queued is a key, never an event, so that nothing depends on the order or number of events.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  /** Keys that wait, with the time they were added. A Map keeps the order. */
  readonly #waiting = new Map<string, number>();
  readonly #working = new Set<string>();
  /** Keys that changed while in work, with the time of the first change. */
  readonly #again = new Map<string, number>();
  /** When keys that are not done were first added. */
  readonly #since = new Map<string, number>();
  /** Until when keys are to be left alone. */
  readonly #notBefore = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  /** Takes back the return of a key that waits for its backoff. */
  readonly #delayed = new Map<string, () => void>();
  readonly #takers: ((work: Work | undefined) => void)[] = [];
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys in work. */
  get working(): number {
    return this.#working.size;
  }

  /** True when a key for which this holds is in work. */
  isWorkingOn(isMeant: (key: string) => boolean): boolean {
    return [...this.#working].some(isMeant);
  }

  /** Keys that wait for their backoff. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /**
   * Queues a key. One that waits for its backoff comes at once: what failed may go well with what changed; but not before
   * the time that a server asked for.
   */
  add(key: string): void {
    if (this.#closed || this.#waiting.has(key)) return;
    const now = this.#options.clock.now();
    if (this.#working.has(key)) {
      if (!this.#again.has(key)) this.#again.set(key, now);
      return;
    }
    if (!this.#since.has(key)) this.#since.set(key, now);
    this.#enqueueIn(key, (this.#notBefore.get(key) ?? now) - now);
  }

  /** Ends all backoffs: what made the keys fail is over. */
  endBackoffs(): void {
    for (const key of [...this.#delayed.keys()]) this.add(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is closed. */
  take(): Promise<Work | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#serve();
    });
  }

  /** Hands out nothing more; what is in work may end. */
  close(): void {
    this.#closed = true;
    for (const takeBack of this.#delayed.values()) takeBack();
    this.#delayed.clear();
    this.#waiting.clear();
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
  }

  /** After some milliseconds, whatever was said before; at once if there are none to wait. */
  #enqueueIn(key: string, delay: number): void {
    this.#delayed.get(key)?.();
    this.#delayed.delete(key);
    if (delay <= 0) {
      this.#enqueue(key);
      return;
    }
    const back = (): void => {
      this.#delayed.delete(key);
      this.#enqueue(key);
    };
    this.#delayed.set(key, this.#options.clock.after(delay, back));
  }

  #enqueue(key: string): void {
    this.#waiting.set(key, this.#options.clock.now());
    this.#serve();
  }

  #serve(): void {
    for (const [key, since] of this.#waiting) {
      const taker = this.#takers.shift();
      if (taker === undefined) return;
      this.#waiting.delete(key);
      this.#working.add(key);
      taker(this.#hand(key, this.#options.clock.now() - since));
    }
  }

  #hand(key: string, waited: number): Work {
    let ended = false;
    const end = (): number | undefined => {
      if (ended) throw new Error(`defect: the work on ${key} was ended twice`);
      ended = true;
      this.#working.delete(key);
      const again = this.#again.get(key);
      this.#again.delete(key);
      return again;
    };
    const now = this.#options.clock.now();
    return {
      key,
      waited,
      pending: now - (this.#since.get(key) ?? now),
      done: () => {
        const again = end();
        for (const of of [this.#failures, this.#since, this.#notBefore]) of.delete(key);
        if (again === undefined || this.#closed) return;
        this.#since.set(key, again);
        this.#enqueue(key);
      },
      retry: (atLeast = 0) => {
        const again = end();
        const failures = (this.#failures.get(key) ?? 0) + 1;
        this.#failures.set(key, failures);
        const { backoff, clock } = this.#options;
        if (atLeast > 0) this.#notBefore.set(key, clock.now() + atLeast);
        else this.#notBefore.delete(key);
        const ownDelay = again === undefined ? delayAfter(failures, backoff, clock.random()) : 0;
        const delay = Math.max(atLeast, ownDelay);
        if (!this.#closed) this.#enqueueIn(key, delay);
        return delay;
      },
      putBack: () => {
        end();
        if (!this.#closed) this.#enqueue(key);
      },
    };
  }
}
