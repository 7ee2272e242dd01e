import type { QueueClock } from './work-queue.ts';

/** The time as leases need it: from a monotonic clock, which a stopped process (SIGSTOP) wakes up to, and the wall's. */
export interface LeaseClock extends QueueClock {
  /** Milliseconds since 1970, as the machine believes; may jump. */
  readonly wall: () => number;
}

/** A moment, by both clocks. */
export interface Instant {
  readonly now: number;
  readonly wall: number;
}

export function instant(clock: LeaseClock): Instant {
  return { now: clock.now(), wall: clock.wall() };
}

/**
 * Milliseconds since a moment, by the clock that says more. CLOCK_MONOTONIC goes on while a process is stopped, but
 * stands still while the machine is suspended; the wall's clock does not, but may be set back.
 */
export function elapsedAtMost(clock: LeaseClock, since: Instant): number {
  return Math.max(clock.now() - since.now, clock.wall() - since.wall);
}

/** Waits some milliseconds, or until the signal. */
export function pause(clock: LeaseClock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      takeBack();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const takeBack = clock.after(milliseconds, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
