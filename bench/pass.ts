import { writeClusterset } from './fixtures.ts';
import { type Cost, costOfNode } from './process.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atMost, median, pairedRatio, spread } from './result.ts';

const ROUNDS = 3;
const SIZES = [5, 10, 20] as const;
type Size = (typeof SIZES)[number];
const SERVICES = 500;
const EXPORTERS = 2;

/** What is run in this order on a fresh clusterset: nothing written, all written, nothing left to write. */
const PASSES = {
  'dry run': { flags: ['--dry-run'], expect: /would be \d+ created/ },
  'first pass': { flags: [], expect: /\d+ created/ },
  'second pass': { flags: [], expect: /nothing to change/ },
} as const;
type Pass = keyof typeof PASSES;
const NAMES = ['dry run', 'first pass', 'second pass'] as const;

/** Seconds and megabytes that a pass over the largest size may take. */
const MOST = { seconds: 5, megabytes: 400 };

/** How much more than the clusters time and memory may grow. */
const LINEAR = 1.1;

type Costs = Readonly<Record<Pass, Readonly<Record<Size, Cost[]>>>>;

/**
 * `mcs reconcile` as a process over 5, 10 and 20 directories of 500 services with two slices each (`fixtures.ts`), in
 * turns. Every cluster imports every service: at 20 directories the result is 10 000 ServiceImports, as many derived
 * Services and 20 000 EndpointSlices.
 */
export async function measurePass(scratch: Scratch): Promise<Result> {
  const perSize = (): Record<Size, Cost[]> => ({ 5: [], 10: [], 20: [] });
  const costs: Costs = { 'dry run': perSize(), 'first pass': perSize(), 'second pass': perSize() };
  for (let round = 0; round < ROUNDS; round++) {
    for (const size of SIZES) {
      // Each its own, and all stay until the end: files are made slowly right after as many were deleted.
      const folder = scratch.folder(`clusterset-${round}-${size}`);
      const paths = writeClusterset(folder, { clusters: size, services: SERVICES, exporters: EXPORTERS });
      const dirs = paths.flatMap((path) => ['--dir', path]);
      for (const name of NAMES) {
        const { flags, expect } = PASSES[name];
        const cost = await costOfNode({ args: [scratch.mcs, 'reconcile', ...flags, ...dirs], env: scratch.env });
        if (!expect.test(cost.stdout)) throw new Error(`${name} over ${folder}: ${cost.stdout.slice(-500)}`);
        costs[name][size].push(cost);
      }
    }
  }
  return { rows: NAMES.flatMap((name) => rowsOf(name, costs[name])), skipped: [] };
}

function rowsOf(name: Pass, costs: Readonly<Record<Size, readonly Cost[]>>): readonly Row[] {
  const of = (size: Size, read: (cost: Cost) => number): readonly number[] => costs[size].map(read);
  const wall = (cost: Cost): number => cost.milliseconds / 1000;
  const cpu = (cost: Cost): number => cost.cpuMilliseconds / 1000;
  const memory = (cost: Cost): number => cost.megabytes;
  const limit = (read: (cost: Cost) => number, what: string, unit: string, most: number, digits: number): Row => ({
    measure: `${name}, 20 directories: ${what}`,
    ours: spread(of(20, read), unit, digits),
    other: `${most} ${unit}`,
    ratio: median(of(20, read)) / most,
    target: atMost(1),
  });
  const growth = (to: Size, read: (cost: Cost) => number, what: string, unit: string, digits: number): Row => ({
    measure: `${name}: ${what}, ${to} directories against 5`,
    ours: spread(of(to, read), unit, digits),
    other: `5 directories: ${spread(of(5, read), unit, digits)}`,
    ratio: pairedRatio(of(to, read), of(5, read)),
    target: atMost((to / 5) * LINEAR),
  });
  return [
    limit(wall, 'time', 's', MOST.seconds, 1),
    limit(cpu, 'processor time', 's', MOST.seconds, 1),
    limit(memory, 'peak memory', 'MB', MOST.megabytes, 0),
    growth(10, cpu, 'processor time', 's', 1),
    growth(20, cpu, 'processor time', 's', 1),
    growth(20, memory, 'peak memory', 'MB', 0),
  ];
}
