/**
 * Whole-process times against `node -e 0` on the same Node, as ratios of medians; round-robin, so that a busy machine
 * slows all of them alike. Usage: node scripts/startup.ts [ROUNDS]
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const bin = join(resolve(import.meta.dirname, '..'), 'bin/mcs.cjs');

/** What is started, and the ratio it should stay below. */
const CASES: readonly { readonly name: string; readonly args: readonly string[]; readonly target?: number }[] = [
  { name: 'node -e 0', args: ['-e', '0'] },
  { name: 'mcs --version', args: [bin, '--version'], target: 1.3 },
  { name: 'mcs --help', args: [bin, '--help'], target: 3.2 },
  { name: 'mcs version --help', args: [bin, 'version', '--help'], target: 3.2 },
  { name: 'mcs version', args: [bin, 'version'], target: 4.2 },
];

const rounds = Number(process.argv[2] ?? 20);
const times = CASES.map((): number[] => []);
for (let round = 0; round <= rounds; round++) {
  for (const [index, { args }] of CASES.entries()) {
    const start = process.hrtime.bigint();
    spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    if (round > 0) times[index]?.push(milliseconds); // the first round fills the caches
  }
}

const base = median(times[0] ?? []);
for (const [index, { name, target }] of CASES.entries()) {
  const time = median(times[index] ?? []);
  const ratio = time / base;
  const verdict = target === undefined ? '' : `  (target ${String(target)}${ratio > target ? ', MISSED' : ''})`;
  console.log(`${name.padEnd(20)} ${time.toFixed(1).padStart(7)} ms ${ratio.toFixed(2).padStart(6)}×${verdict}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
