import { writeClusterset } from './fixtures.ts';
import { type Cost, costOfNode } from './process.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atMost, median, pairedRatio, spread } from './result.ts';

const ROUNDS = 3;
const SIZES = [5, 10, 20] as const;
type Size = (typeof SIZES)[number];
const SERVICES = 500;
const EXPORTERS = 2;

/** Seconds and megabytes that a validation of the largest size may take. */
const MOST = { seconds: 3, megabytes: 400 };

/** How much more than the clusters time and memory may grow. */
const LINEAR = 1.1;

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

const cpu = (cost: Cost): number => cost.cpuMilliseconds / 1000;

function rowsOf(name: Command, costs: Readonly<Record<Size, readonly Cost[]>>): readonly Row[] {
  const of = (size: Size, read: (cost: Cost) => number): readonly number[] => costs[size].map(read);
  const limit = (read: (cost: Cost) => number, what: string, unit: string, most: number, digits: number): Row => ({
    measure: `${name}, 20 directories: ${what}`,
    ours: spread(of(20, read), unit, digits),
    other: `${most} ${unit}`,
    ratio: median(of(20, read)) / most,
    target: atMost(1),
  });
  const growth = (to: Size): Row => ({
    measure: `${name}: processor time, ${to} directories against 5`,
    ours: spread(of(to, cpu), 's', 1),
    other: `5 directories: ${spread(of(5, cpu), 's', 1)}`,
    ratio: pairedRatio(of(to, cpu), of(5, cpu)),
    target: atMost((to / 5) * LINEAR),
  });
  return [
    limit((cost) => cost.milliseconds / 1000, 'time', 's', MOST.seconds, 1),
    withoutTarget(limit(cpu, 'processor time', 's', MOST.seconds, 1)),
    limit((cost) => cost.megabytes, 'peak memory', 'MB', MOST.megabytes, 0),
    growth(10),
    growth(20),
  ];
}

/** Of a limit that is read with another: how long somebody waits is what was promised. */
function withoutTarget({ measure, ours, other, ratio }: Row): Row {
  return { measure, ours, other, ratio };
}

function explainRows({ status, explain }: Costs): readonly Row[] {
  return [
    {
      measure: 'explain svc, 20 directories: processor time',
      ours: spread(explain[20].map(cpu), 's', 1),
      other: `status: ${spread(status[20].map(cpu), 's', 1)}`,
      ratio: pairedRatio(explain[20].map(cpu), status[20].map(cpu)),
      target: atMost(STATUS),
    },
  ];
}
