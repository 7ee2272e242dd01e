/** Lets a number of jobs run at a time; the others wait in the order they came. */
export class Limit {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #next = 0;
  #running = 0;

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await job();
    } finally {
      this.#handOver();
    }
  }

  /** Gives the place of a finished job to the first that waits; the queue is shortened now and then, not at each step. */
  #handOver(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#next++;
    if (this.#next === this.#waiting.length || this.#next > 1024) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    next();
  }
}
