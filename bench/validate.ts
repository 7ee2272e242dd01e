import { writeClusterset } from './fixtures.ts';
import { type Cost, costOfNode } from './process.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atMost, pairedRatio, spread } from './result.ts';
import { CPU, MEMORY, SIZES, type Size, SizeRows, WALL } from './size-rows.ts';

const ROUNDS = 3;
const SERVICES = 500;
const EXPORTERS = 2;

/** Seconds and megabytes that a validation of the largest size may take. */
const MOST = { seconds: 3, megabytes: 400 };

/** How much longer an explanation may take than a status of the same clusters. */
const STATUS = 2;

const COMMANDS = {
  'validate, as in Git': ['validate'],
  'validate, all imported': ['validate'],
  status: ['status'],
  explain: ['explain', 'svc', 'service-7', '-n', 'team-7'],
} as const;
type Command = keyof typeof COMMANDS;

type Costs = Readonly<Record<Command, Readonly<Record<Size, Cost[]>>>>;

/**
 * `mcs validate` as a process over 5, 10 and 20 directories of 500 services with two slices each (`fixtures.ts`): first as
 * they stand in Git, then with all that `mcs reconcile` has written into them; and on these `mcs status` and
 * `mcs explain svc`, in turns.
 */
export async function measureValidate(scratch: Scratch): Promise<Result> {
  const perSize = (): Record<Size, Cost[]> => ({ 5: [], 10: [], 20: [] });
  const costs: Costs = {
    'validate, as in Git': perSize(),
    'validate, all imported': perSize(),
    status: perSize(),
    explain: perSize(),
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const size of SIZES) {
      const folder = scratch.folder(`validate-${round}-${size}`);
      const paths = writeClusterset(folder, { clusters: size, services: SERVICES, exporters: EXPORTERS });
      const dirs = paths.flatMap((path) => ['--dir', path]);
      const run = async (command: readonly string[]): Promise<Cost> =>
        costOfNode({ args: [scratch.mcs, ...command, ...dirs], env: scratch.env });
      costs['validate, as in Git'][size].push(sound(await run(COMMANDS['validate, as in Git'])));
      await run(['reconcile']);
      costs['validate, all imported'][size].push(sound(await run(COMMANDS['validate, all imported'])));
      costs.status[size].push(await run(COMMANDS.status));
      costs.explain[size].push(await run(COMMANDS.explain));
    }
  }
  const validations = ['validate, as in Git', 'validate, all imported'] as const;
  return { rows: [...validations.flatMap((name) => rowsOf(name, costs[name])), ...explainRows(costs)], skipped: [] };
}

/** @throws Error when it found anything: there is nothing to be found */
function sound(cost: Cost): Cost {
  if (!/^no findings/m.test(cost.stdout)) throw new Error(cost.stdout.slice(-500));
  return cost;
}

function rowsOf(name: Command, costs: Readonly<Record<Size, readonly Cost[]>>): readonly Row[] {
  const rows = new SizeRows(name, costs);
  return [
    rows.limit(WALL, MOST.seconds),
    rows.against(CPU, MOST.seconds), // how long somebody waits is what was promised
    rows.limit(MEMORY, MOST.megabytes),
    rows.growth(10, CPU),
    rows.growth(20, CPU),
  ];
}

function explainRows({ status, explain }: Costs): readonly Row[] {
  const [ours, other] = [explain[20].map(CPU.of), status[20].map(CPU.of)];
  return [
    {
      measure: 'explain svc, 20 directories: processor time',
      ours: spread(ours, 's', 1),
      other: `status: ${spread(other, 's', 1)}`,
      ratio: pairedRatio(ours, other),
      target: atMost(STATUS),
    },
  ];
}
