import { BareImports } from './bare-imports.ts';
import { type Exported, exportServices, services } from './exported.ts';
import { LongRun } from './long-run.ts';
import { isWrite, mark, requestsSince, secondsOf } from './mcs-requests.ts';
import { type Members, hold, startMembers } from './members.ts';
import { type ProcessorTime, between, processorTime } from './processor-time.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, type Target, atMost, median, pairedRatio, spread } from './result.ts';
import { scaled } from './scale.ts';

const CLUSTERS = 8;
const SERVICES = scaled(500);

/** MiB that the process may hold afterwards. */
const MOST_MEMORY = 200;

/** Milliseconds after which a process at rest has given back what it will. */
const REST = 30_000;

/** Times that all is done anew, on servers of its own: one alone says little of a machine whose load changes meanwhile. */
const ROUNDS = 3;

/** One way of writing all. */
interface Writing {
  /** From the first write to the last answer. */
  readonly seconds: number;
  readonly writes: number;
  /** Taken meanwhile. */
  readonly processor: ProcessorTime;
}

interface Memory {
  /** MiB, with all imported. */
  readonly after: number;
  /** The most it held while it wrote. */
  readonly most: number;
}

interface Round {
  readonly mcs: Writing;
  readonly bare: Writing;
  readonly memory: Memory;
}

/**
 * 500 services of one cluster are imported by 8 that hold next to nothing yet: 20,000 writes and more, by mcs, and half of
 * them bare before it, half after it, with as many under way at a time to each server.
 */
export async function measureColdStart(scratch: Scratch): Promise<Result> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const members = await startMembers(scratch, CLUSTERS);
    if (typeof members === 'string') return { rows: [], skipped: [`cold-start: ${members}`] };
    try {
      rounds.push(await measureRound(scratch, members));
    } finally {
      await members.stop();
    }
  }
  return { rows: rowsOf(rounds), skipped: [] };
}

async function measureRound(scratch: Scratch, members: Members): Promise<Round> {
  const exported = services(SERVICES);
  const pattern = await importOne(scratch, members, exported.slice(0, 1));
  const half = Math.ceil(SERVICES / 2);
  const bare = async (services: readonly Exported[]): Promise<Writing> => {
    const start = processorTime();
    const { seconds, writes } = await pattern.write(services, members.all);
    return { seconds, writes, processor: between(start, processorTime()) };
  };
  const before = await bare(exported.slice(0, half));
  const { mcs, memory } = await start(scratch, members, exported);
  const after = await bare(exported.slice(half));
  return { mcs, memory, bare: together(before, after) };
}

function together(a: Writing, b: Writing): Writing {
  const processor = {
    servers: a.processor.servers + b.processor.servers,
    clients: a.processor.clients + b.processor.clients,
  };
  return { seconds: a.seconds + b.seconds, writes: a.writes + b.writes, processor };
}

/** Has mcs import one service, to learn what it writes for each. */
async function importOne(scratch: Scratch, members: Members, one: readonly Exported[]): Promise<BareImports> {
  await exportServices(members.source.api, one);
  const mcs = await LongRun.start(scratch, ['--kubeconfig', members.kubeconfig]);
  await hold(members.all, one.length);
  await mcs.idle();
  await mcs.stop();
  return BareImports.like(one[0], members);
}

async function start(
  scratch: Scratch,
  members: Members,
  exported: readonly Exported[],
): Promise<Pick<Round, 'mcs' | 'memory'>> {
  const flags = ['--kubeconfig', members.kubeconfig];
  await exportServices(members.source.api, exported.slice(1));
  const marks = await mark(members.all);
  const start = processorTime();
  const mcs = await LongRun.start(scratch, flags);
  try {
    await mcs.ready();
    await hold(members.all, SERVICES);
    await mcs.idle();
    const processor = between(start, processorTime());
    const { most } = mcs.memory();
    await mcs.rest(REST);
    const after = mcs.memory().now;
    const writes = (await requestsSince(marks, members.all)).filter(isWrite);
    return { mcs: { seconds: secondsOf(writes), writes: writes.length, processor }, memory: { after, most } };
  } finally {
    await mcs.stop();
  }
}

function rowsOf(rounds: readonly Round[]): Result['rows'] {
  const ours = rounds.map(({ mcs }) => mcs);
  const bare = rounds.map(({ bare }) => bare);
  const after = rounds.map(({ memory }) => memory.after);
  const most = rounds.map(({ memory }) => memory.most);
  const each = (median(after) * 1024) / (CLUSTERS * SERVICES);
  return [
    comparison('from the first write to the last', [ours, bare], ({ seconds }) => seconds, ['s', 1], atMost(1.2)),
    comparison('writes', [ours, bare], ({ writes }) => writes, ['', 0]),
    comparison('processor time a write, of all', [ours, bare], (writing) => perWrite(writing, 'all'), ['ms', 2]),
    comparison('of it, the client', [ours, bare], (writing) => perWrite(writing, 'clients'), ['ms', 2]),
    comparison('of it, the servers and etcd', [ours, bare], (writing) => perWrite(writing, 'servers'), ['ms', 2]),
    {
      measure: `resident memory afterwards: ${each.toFixed(0)} KiB an imported slice, all told`,
      ours: spread(after, 'MiB'),
      other: `${MOST_MEMORY} MiB`,
      ratio: median(after) / MOST_MEMORY,
      target: atMost(1),
    },
    {
      measure: 'most resident memory until then, against that',
      ours: spread(most, 'MiB'),
      other: spread(after, 'MiB'),
      ratio: pairedRatio(most, after),
    },
  ];
}

function comparison(
  measure: string,
  [ours, bare]: readonly [readonly Writing[], readonly Writing[]],
  of: (writing: Writing) => number,
  [unit, digits]: readonly [string, number],
  target?: Target,
): Row {
  return {
    measure,
    ours: spread(ours.map(of), unit, digits),
    other: `bare: ${spread(bare.map(of), unit, digits)}`,
    ratio: pairedRatio(ours.map(of), bare.map(of)),
    ...(target === undefined ? {} : { target }),
  };
}

/** In milliseconds. */
function perWrite({ processor: { clients, servers }, writes }: Writing, whose: 'all' | 'clients' | 'servers'): number {
  const seconds = { all: clients + servers, clients, servers };
  return (seconds[whose] * 1000) / writes;
}
