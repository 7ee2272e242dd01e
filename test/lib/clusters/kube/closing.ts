import { onTestFinished } from 'vitest';

/** Closes it when the test has ended: what was opened last, first. */
export function closing<T extends { close(): unknown }>(one: T): T {
  onTestFinished(async () => {
    await one.close();
  });
  return one;
}
