/** Milliseconds between two ends of all pauses: a server that comes and goes is not to be hurried. */
const INTERVAL = 5000;

/** Pauses of all that watches one API server, which end when one of them finds that it is back. */
export class Recovery {
  readonly #now: () => number;
  readonly #waiting = new Set<() => void>();
  #endedAt = -Infinity;

  /** @param now milliseconds, monotonic */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Waits until the time is over, the signal aborts, or the server is back.
   * @param milliseconds at most
   * @param least milliseconds, whatever others find
   */
  pause(milliseconds: number, signal: AbortSignal, least = 0): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
      if (least === 0) this.#waiting.add(done);
    });
  }

  /** To be called by one that had failed and does so no longer. */
  isBack(): void {
    const now = this.#now();
    if (now - this.#endedAt < INTERVAL) return;
    this.#endedAt = now;
    for (const done of [...this.#waiting]) done();
  }
}
