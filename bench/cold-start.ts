import { BareImports } from './bare-imports.ts';
import { type Exported, exportServices, services } from './exported.ts';
import { LongRun } from './long-run.ts';
import { isWrite, mark, requestsSince } from './mcs-requests.ts';
import { type Members, hold, startMembers } from './members.ts';
import type { Scratch } from './program.ts';
import { type Result, atMost } from './result.ts';
import { scaled } from './scale.ts';

const CLUSTERS = 8;
const SERVICES = scaled(500);

/** MiB that the process may hold afterwards. */
const MOST_MEMORY = 200;

/** Milliseconds after which a process at rest has given back what it will. */
const REST = 30_000;

interface Found {
  /** From the first write that a server got to the last answer, in seconds. */
  readonly seconds: number;
  readonly writes: number;
  readonly cpuSeconds: number;
  /** MiB, with nothing to import and with all imported. */
  readonly before: number;
  readonly after: number;
  /** The most it held while it wrote. */
  readonly most: number;
}

/**
 * 500 services of one cluster are imported by 8 that hold next to nothing yet: 20,000 writes and more, by mcs, and half of
 * them bare before it, half after it, with as many under way at a time to each server.
 */
export async function measureColdStart(scratch: Scratch): Promise<Result> {
  const members = await startMembers(scratch, CLUSTERS);
  if (typeof members === 'string') return { rows: [], skipped: [`cold-start: ${members}`] };
  try {
    const exported = services(SERVICES);
    const pattern = await importOne(scratch, members, exported.slice(0, 1));
    const half = Math.ceil(SERVICES / 2);
    const before = await pattern.write(exported.slice(0, half), members.all);
    const found = await start(scratch, members, exported);
    const after = await pattern.write(exported.slice(half), members.all);
    const bare = { seconds: before.seconds + after.seconds, writes: before.writes + after.writes };
    return { rows: rowsOf(found, bare), skipped: [] };
  } finally {
    await members.stop();
  }
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

async function start(scratch: Scratch, members: Members, exported: readonly Exported[]): Promise<Found> {
  const flags = ['--kubeconfig', members.kubeconfig];
  const empty = await LongRun.start(scratch, flags);
  await empty.ready();
  await empty.rest(REST);
  const before = empty.memory().now;
  await empty.stop();
  await exportServices(members.source.api, exported.slice(1));
  const marks = await mark(members.all);
  const mcs = await LongRun.start(scratch, flags);
  try {
    await mcs.ready();
    await hold(members.all, SERVICES);
    await mcs.idle();
    const cpuSeconds = mcs.cpu() / 1000;
    const { most } = mcs.memory();
    await mcs.rest(REST);
    const after = mcs.memory().now;
    const writes = (await requestsSince(marks, members.all)).filter(isWrite);
    const first = writes.reduce((least, { received }) => Math.min(least, received), Infinity);
    const last = writes.reduce((most, { answered }) => Math.max(most, answered), 0);
    return { seconds: (last - first) / 1000, writes: writes.length, cpuSeconds, before, after, most };
  } finally {
    await mcs.stop();
  }
}

function rowsOf(
  { seconds, writes, cpuSeconds, before, after, most }: Found,
  bare: { readonly seconds: number; readonly writes: number },
): Result['rows'] {
  const slices = CLUSTERS * SERVICES;
  return [
    {
      measure: 'from the first write to the last',
      ours: `${seconds.toFixed(1)} s, ${writes} writes`,
      other: `bare: ${bare.seconds.toFixed(1)} s, ${bare.writes} writes`,
      ratio: seconds / bare.seconds,
      target: atMost(1.2),
    },
    {
      measure: 'processor time of mcs, against that',
      ours: `${cpuSeconds.toFixed(1)} s`,
      other: `${seconds.toFixed(1)} s`,
      ratio: cpuSeconds / seconds,
    },
    {
      measure: 'resident memory afterwards',
      ours: `${after.toFixed(0)} MiB`,
      other: `${MOST_MEMORY} MiB`,
      ratio: after / MOST_MEMORY,
      target: atMost(1),
    },
    {
      measure: 'most resident memory until then, against that',
      ours: `${most.toFixed(0)} MiB`,
      other: `${after.toFixed(0)} MiB`,
      ratio: most / after,
    },
    {
      measure: `resident memory afterwards, against ${CLUSTERS} empty clusters: ${(((after - before) * 1024) / slices).toFixed(1)} KiB an imported slice`,
      ours: `${after.toFixed(0)} MiB`,
      other: `${before.toFixed(0)} MiB`,
      ratio: after / before,
    },
  ];
}
