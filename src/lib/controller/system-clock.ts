import type { LeaseClock } from './lease-clock.ts';

/** The time of this process. A monotonic clock, so that setting the machine's does not matter. */
export const systemClock: LeaseClock = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
  wall: () => Date.now(),
};
