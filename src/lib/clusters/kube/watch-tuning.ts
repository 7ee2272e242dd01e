/** Times of a watch, in milliseconds, and its chance; for tests. */
export interface WatchTuning {
  /** A stream on which nothing at all came for so long is cut: bookmarks come about once a minute. */
  readonly silence: number;
  /** A list that is streamed is given up, and read page by page, when nothing of it came for so long. */
  readonly patience: number;
  /** Most that is waited after the first failure; doubles with each one. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** A stream that lived so long was a good one: after it, pauses begin at the first again. */
  readonly healthy: number;
  /** A stream that was ended sooner, with nothing on it, counts as a failure. */
  readonly shortest: number;
  /** Time in which a server says that it cannot serve a stream from where it was asked to; after it, it can. */
  readonly settle: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** With the time of one request added, `silence` finds a half-open connection within two minutes. */
export const WATCH_TUNING: WatchTuning = {
  silence: 75_000,
  patience: 10_000,
  firstPause: 500,
  longestPause: 30_000,
  healthy: 10_000,
  shortest: 1000,
  settle: 200,
  random: Math.random,
};

/** Pauses between tries: exponential, with full jitter, so that the watchers of a server that comes back do not come at once. */
export class Pauses {
  readonly #tuning: WatchTuning;
  #failures = 0;

  constructor(tuning: WatchTuning) {
    this.#tuning = tuning;
  }

  /** Milliseconds to wait before the next try. */
  next(): number {
    const { firstPause, longestPause, random } = this.#tuning;
    const most = Math.min(longestPause, firstPause * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return random() * most;
  }

  reset(): void {
    this.#failures = 0;
  }
}
