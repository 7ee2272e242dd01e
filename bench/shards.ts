import { createExport, createService, services } from './exported.ts';
import { LongRun } from './long-run.ts';
import { isWrite, mark, requestsSince, secondsOf } from './mcs-requests.ts';
import { type Members, create, hold, startMembers } from './members.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, type Target, atMost, pairedRatio, spread } from './result.ts';
import { scaled } from './scale.ts';

const CLUSTERS = 4;
const SERVICES = scaled(200);
const SHARDS = 4;

/** Times that all is done anew: how many writes there are hardly differs, and times are not what is shown here. */
const ROUNDS = 2;

/** Where the Leases are, in the cluster that exports. */
const LEASES = 'mcs-system';

/** So many processes, and what the busiest of them may write, of all that is written. */
const FLEETS: readonly (readonly [processes: number, mostWrites: number])[] = [
  [2, 0.7],
  [4, 0.4],
];

/** What the processes of one fleet did, from the first export until nothing was left to do. */
interface Work {
  /** By each process. */
  readonly writes: readonly number[];
  /** Processor time of each process, in seconds. */
  readonly processor: readonly number[];
  /** From the first import to the last. */
  readonly seconds: number;
}

type Round = ReadonlyMap<number, Work>;

/**
 * One cluster exports 200 services at once, and 4 import them: by one process, and by 2 and 4 that divide 4 shards. All
 * processes run before, and have read the clusters; each fleet has servers of its own, which hold nothing.
 */
export async function measureShards(scratch: Scratch): Promise<Result> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const works = new Map<number, Work>();
    for (const processes of [1, ...FLEETS.map(([processes]) => processes)]) {
      const members = await startMembers(scratch, CLUSTERS);
      if (typeof members === 'string') return { rows: [], skipped: [`shards: ${members}`] };
      try {
        works.set(processes, await measureFleet(scratch, members, processes));
      } finally {
        await members.stop();
      }
    }
    rounds.push(works);
  }
  return { rows: FLEETS.flatMap(([processes, mostWrites]) => rowsOf(rounds, processes, mostWrites)), skipped: [] };
}

async function measureFleet(scratch: Scratch, members: Members, processes: number): Promise<Work> {
  const { source, others, kubeconfig } = members;
  const exported = services(SERVICES);
  await create(source.api, '/api/v1/namespaces', { metadata: { name: LEASES } });
  await Promise.all(exported.map((service, index) => createService(source.api, service, index)));
  const flags = ['--kubeconfig', kubeconfig, '--leader-elect', '--home', source.name, '--lease-namespace', LEASES];
  const divided = processes === 1 ? [] : ['--shards', String(SHARDS)];
  const fleet = await Promise.all(
    Array.from({ length: processes }, () => LongRun.start(scratch, [...flags, ...divided])),
  );
  try {
    await ready(fleet);
    const marks = await mark(others); // the home has the renewals of the Leases in its log
    const before = { writes: await writesOf(fleet), processor: fleet.map((mcs) => mcs.cpu()) };
    await Promise.all(exported.map((service) => createExport(source.api, service)));
    await hold(members.all, SERVICES);
    await Promise.all(fleet.map((mcs) => mcs.idle()));
    const processor = fleet.map((mcs, index) => (mcs.cpu() - (before.processor[index] ?? 0)) / 1000);
    const writes = (await writesOf(fleet)).map((count, index) => count - (before.writes[index] ?? 0));
    const imports = (await requestsSince(marks, others)).filter(isWrite);
    return { writes, processor, seconds: secondsOf(imports) };
  } finally {
    await Promise.all(fleet.map((mcs) => mcs.stop()));
  }
}

/** Waits until all have read the clusters and have their part of the shards, and have looked at what is there. */
async function ready(fleet: readonly LongRun[]): Promise<void> {
  const share = fleet.length === 1 ? 1 : SHARDS / fleet.length;
  await Promise.all(
    fleet.map(async (mcs) => {
      await mcs.ready();
      await mcs.holds(share);
    }),
  );
  await Promise.all(fleet.map((mcs) => mcs.idle()));
}

function writesOf(fleet: readonly LongRun[]): Promise<readonly number[]> {
  return Promise.all(fleet.map((mcs) => mcs.sum('mcs_writes_total')));
}

function rowsOf(rounds: readonly Round[], processes: number, mostWrites: number): readonly Row[] {
  const row = (measure: string, of: (work: Work) => number, [unit, digits]: Unit, target?: Target): Row => {
    const [ours, one] = [valuesOf(rounds, processes, of), valuesOf(rounds, 1, of)];
    return {
      measure: `${processes} processes: ${measure}`,
      ours: spread(ours, unit, digits),
      other: `one: ${spread(one, unit, digits)}`,
      ratio: pairedRatio(ours, one),
      ...(target === undefined ? {} : { target }),
    };
  };
  return [
    row('writes of the busiest', ({ writes }) => Math.max(...writes), ['', 0], atMost(mostWrites)),
    row('writes of all together', ({ writes }) => sum(writes), ['', 0], atMost(1.02)),
    row('processor time of the busiest', ({ processor }) => Math.max(...processor), ['s', 1], atMost(0.8)),
    row('processor time of all together', ({ processor }) => sum(processor), ['s', 1]),
    row('from the first import to the last', ({ seconds }) => seconds, ['s', 1]),
  ];
}

type Unit = readonly [unit: string, digits: number];

function valuesOf(rounds: readonly Round[], processes: number, of: (work: Work) => number): readonly number[] {
  return rounds.map((works) => works.get(processes)).flatMap((work) => (work === undefined ? [] : [of(work)]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
