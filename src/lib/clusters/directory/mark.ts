import { statSync, type BigIntStats } from 'node:fs';

/** What tells one content of a file from another without reading it. */
export type Mark = string;

const NANOSECONDS = 1_000_000n;
/** How far apart two writes must be to differ in their time: milliseconds, on file systems with fine and coarse clocks. */
const FINE = 100n;
const COARSE = 2000n;

/** The mark of a file as it is now; undefined when there is none, or it cannot be looked at. */
export function markOf(path: string): Mark | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : mark(stats);
  } catch {
    return undefined;
  }
}

/**
 * The mark of a file that is about to be read; undefined when it was written so lately that the next write might leave
 * the same times. `ctime` cannot be set back, as `mtime` can.
 */
export function lastingMark(stats: BigIntStats): Mark | undefined {
  const second = 1000n * NANOSECONDS;
  const grain = stats.ctimeNs % second === 0n ? COARSE : FINE;
  const age = BigInt(Date.now()) - stats.ctimeNs / NANOSECONDS;
  return age > grain ? mark(stats) : undefined;
}

function mark({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Mark {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
