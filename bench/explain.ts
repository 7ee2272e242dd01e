import { writeClusterset } from './fixtures.ts';
import { type Cost, costOfNode, runNode } from './process.ts';
import type { Scratch } from './program.ts';
import { type Result, atMost, median, pairedRatio, spread } from './result.ts';

const ROUNDS = 3;
const SCALE = { clusters: 20, services: 500, exporters: 2 } as const;
const SERVICE = 'team-0/service-0';

const CALLS = {
  status: { words: ['status'], expect: /500 services/ },
  'explain svc': { words: ['explain', 'svc', SERVICE], expect: /20 clusters: 20 ok/ },
  'explain conflict': { words: ['explain', 'conflict', SERVICE], expect: /all agree/ },
} as const;
type Call = keyof typeof CALLS;
const NAMES = ['status', 'explain svc', 'explain conflict'] as const;

/** `mcs explain` against `mcs status` as processes over 20 reconciled directories of 500 services, in turns. */
export async function measureExplain(scratch: Scratch): Promise<Result> {
  const paths = writeClusterset(scratch.folder('explain'), SCALE);
  const dirs = paths.flatMap((path) => ['--dir', path]);
  await runNode({ args: [scratch.mcs, 'reconcile', '--yes', ...dirs], env: scratch.env });
  const costs: Record<Call, Cost[]> = { status: [], 'explain svc': [], 'explain conflict': [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of NAMES) {
      const { words, expect } = CALLS[name];
      const cost = await costOfNode({ args: [scratch.mcs, ...words, ...dirs], env: scratch.env });
      if (!expect.test(cost.stdout)) throw new Error(`${name}: ${cost.stdout.slice(-500)}`);
      costs[name].push(cost);
    }
  }
  const milliseconds = (name: Call): readonly number[] => costs[name].map((cost) => cost.milliseconds);
  const rows = NAMES.slice(1).map((name) => ({
    measure: `${name}, 20 directories, 500 services`,
    ours: spread(milliseconds(name), 'ms'),
    other: `status: ${spread(milliseconds('status'), 'ms')}`,
    ratio: pairedRatio(milliseconds(name), milliseconds('status')),
    target: atMost(2),
  }));
  const most = median(costs['explain svc'].map(({ megabytes }) => megabytes));
  return {
    rows: [
      ...rows,
      {
        measure: 'explain svc: peak memory',
        ours: `${most.toFixed(0)} MB`,
        other: '400 MB',
        ratio: most / 400,
        target: atMost(1),
      },
    ],
    skipped: [],
  };
}
