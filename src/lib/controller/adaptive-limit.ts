/** How many writes to one cluster may be under way, between these. */
export interface LimitRange {
  readonly least: number;
  readonly most: number;
}

/** Milliseconds between two reductions: what was sent before the first one is not held against the cluster again. */
const COOL_DOWN = 1000;

/** Answers that take this many times as long as the best lately mean that the server is falling behind. */
const SLOW = 4;

/** By how much of itself the best time grows in a second, so that one lucky answer is not the measure for ever. */
const FADING = 0.02;

/** Milliseconds below which an answer is never slow: in a busy process it may lie about for as long. */
const QUICK = 1000;

/**
 * Writes to one cluster at a time, found by trying: one more for every round that is answered, half as many when the
 * server says that it is too much (429), fails (5xx), gives no answer, or answers ever more slowly (additive increase,
 * multiplicative decrease, as TCP does). Starts with all: a cold start should be bound by the server.
 */
export class AdaptiveLimit {
  readonly #range: LimitRange;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #running = 0;
  #reducedAt = -Infinity;
  #best = Infinity;
  #bestAt = 0;

  /** @param now milliseconds, monotonic */
  constructor(range: LimitRange, now: () => number) {
    this.#range = range;
    this.#now = now;
    this.#limit = range.most;
  }

  /** Writes that may be under way now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Runs work as soon as there is room. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running >= this.limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#wake();
    }
  }

  /** Learns from an answer. @param status HTTP status; 0 when none came */
  answered(status: number, milliseconds: number): void {
    if (status === 0 || status === 429 || status >= 500) {
      this.#reduce();
      return;
    }
    // The best is forgotten slowly, so that a cluster that has become slower for good is not held down for ever.
    const now = this.#now();
    const faded = this.#best * (1 + ((now - this.#bestAt) / 1000) * FADING);
    this.#best = Math.min(faded, Math.max(1, milliseconds));
    this.#bestAt = now;
    if (milliseconds > QUICK && milliseconds > this.#best * SLOW) {
      this.#reduce();
      return;
    }
    this.#limit = Math.min(this.#range.most, this.#limit + 1 / this.#limit);
    this.#wake();
  }

  #reduce(): void {
    const now = this.#now();
    if (now - this.#reducedAt < COOL_DOWN) return;
    this.#reducedAt = now;
    this.#limit = Math.max(this.#range.least, this.#limit / 2);
  }

  #wake(): void {
    for (let room = this.limit - this.#running; room > 0; room--) this.#waiting.shift()?.();
  }
}
