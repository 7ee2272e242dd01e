import { writeClusterset } from './fixtures.ts';
import { type Cost, costOfNode } from './process.ts';
import type { Scratch } from './program.ts';
import type { Result, Row } from './result.ts';
import { CPU, MEMORY, SIZES, type Size, SizeRows, WALL } from './size-rows.ts';

const ROUNDS = 3;
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
  const rows = new SizeRows(name, costs);
  return [
    rows.limit(WALL, MOST.seconds),
    rows.limit(CPU, MOST.seconds),
    rows.limit(MEMORY, MOST.megabytes),
    rows.growth(10, CPU),
    rows.growth(20, CPU),
    rows.growth(20, MEMORY),
  ];
}
