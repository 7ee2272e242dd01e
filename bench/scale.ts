/**
 * So many services, changes or rounds; fewer with `MCS_BENCH_SCALE=0.1`, to try something out in a tenth of the time. What
 * is measured so is not for docs/benchmarks.md.
 */
export function scaled(count: number): number {
  const scale = Number(process.env.MCS_BENCH_SCALE ?? 1);
  if (!(scale > 0 && scale <= 1)) throw new Error('MCS_BENCH_SCALE is a number over 0, at most 1');
  return Math.max(1, Math.round(count * scale));
}

/** Whether a run is as docs/benchmarks.md says. */
export function isWhole(): boolean {
  return scaled(1000) === 1000;
}
