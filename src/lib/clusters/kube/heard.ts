/** Between two tellings, in milliseconds. */
const INTERVAL = 1000;

/** Tells that something was heard, at most once a second; what falls between is told when the second is over. */
export class Heard {
  readonly #tell: () => void;
  #last = -INTERVAL;
  #due: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** Tells it after `delay` milliseconds, unless it is told before that or `cancel` comes first. */
  note(delay = 0): void {
    const now = performance.now();
    const due = Math.max(now + delay, this.#last + INTERVAL);
    if (this.#due !== undefined && this.#due <= due) return;
    this.cancel();
    if (due <= now) {
      this.#now();
      return;
    }
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#now();
    }, due - now);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#due = undefined;
  }

  #now(): void {
    this.#due = undefined;
    this.#last = performance.now();
    this.#tell();
  }
}
