/**
 * As many events in one turn of the event loop mean that others may have been dropped: Linux keeps 16384 for a process
 * (`fs.inotify.max_queued_events`), and what Node makes of them does not tell when there were more. Half of them, since
 * some are about folders that nobody watches any more.
 */
const LIMIT = 8192;

/** Tells when so many file events came at once that others may be lost. All who watch in one process share one. */
export class EventStorm {
  readonly #listeners = new Set<() => void>();
  #count = 0;

  on(listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** An event came. */
  count(): void {
    if (this.#count === 0) setImmediate(() => (this.#count = 0));
    if (++this.#count === LIMIT) for (const listener of [...this.#listeners]) listener();
  }
}
