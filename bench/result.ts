/** One line of the table: two things measured in one run, and what their ratio should be. */
export interface Row {
  readonly measure: string;
  /** With its unit, the median first, then the least and the most. */
  readonly ours: string;
  /** What ours is divided by, and its own figures. */
  readonly other: string;
  readonly ratio: number;
  /** Undefined when the row is there to be read with another. */
  readonly target?: Target;
}

export interface Target {
  readonly bound: 'at most' | 'at least';
  readonly ratio: number;
}

/** What a part of the benchmarks found. */
export interface Result {
  readonly rows: readonly Row[];
  /** What was not measured and why, one line each. */
  readonly skipped: readonly string[];
}

export function atMost(ratio: number): Target {
  return { bound: 'at most', ratio };
}

export function atLeast(ratio: number): Target {
  return { bound: 'at least', ratio };
}

/** `yes` or `no`; empty for a row without a target. The ratio counts as it is printed. */
export function met({ ratio, target }: Row): string {
  if (target === undefined) return '';
  const shown = Number(showRatio(ratio));
  return (target.bound === 'at most' ? shown <= target.ratio : shown >= target.ratio) ? 'yes' : 'no';
}

export function showTarget(target: Target | undefined): string {
  return target === undefined ? '' : `${target.bound === 'at most' ? '≤' : '≥'} ${target.ratio}`;
}

export function showRatio(ratio: number): string {
  return ratio.toFixed(ratio < 20 ? 2 : 0);
}

/** `52 ms (50–61)` */
export function spread(values: readonly number[], unit: string, digits = 0): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const shown = unit === '' ? '' : ` ${unit}`;
  return `${median(values).toFixed(digits)}${shown} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/**
 * The median of the ratios of neighbours: what was measured in the same round shared the machine's load, which medians of
 * each by itself would not.
 */
export function pairedRatio(ours: readonly number[], other: readonly number[]): number {
  return median(ours.map((value, round) => value / (other[round] ?? Number.NaN)));
}
