import type { QueueClock } from '../../../src/lib/controller/work-queue.ts';

/** A clock that tests turn. */
export class TurnedClock implements QueueClock {
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  readonly random = (): number => 1;
  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  turn(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }

  /** Callbacks that are still to come: what is left of them after an end is a leak. */
  get pending(): number {
    return this.#timers.length;
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export async function flushed(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
