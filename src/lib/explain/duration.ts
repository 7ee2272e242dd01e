const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** Seconds as people say them, in the largest unit of which there are two: `3s`, `90s`, `5m`, `41d`. */
export function duration(seconds: number): string {
  for (const [unit, size] of UNITS) if (seconds >= 2 * size) return `${Math.floor(seconds / size)}${unit}`;
  return `${Math.round(seconds)}s`;
}

/** Seconds from one RFC 3339 time to another. */
export function secondsBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / 1000;
}
