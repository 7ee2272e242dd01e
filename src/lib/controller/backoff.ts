/** How long to wait before trying again: exponential, with full jitter so that many who failed together do not return together. */
export interface Backoff {
  /** Milliseconds of the first ceiling. */
  readonly base: number;
  /** Milliseconds of the last. */
  readonly most: number;
}

/**
 * Milliseconds to wait after a number of failures in a row: anything between nothing and a ceiling that doubles.
 * @param failures at least 1
 * @param random between 0 and 1
 */
export function delayAfter(failures: number, { base, most }: Backoff, random: number): number {
  // 2^53 and beyond would be no number of milliseconds; the ceiling is reached long before.
  const ceiling = Math.min(most, base * 2 ** Math.min(failures - 1, 40));
  return random * ceiling;
}
