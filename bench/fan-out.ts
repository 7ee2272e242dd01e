import { setTimeout as sleep } from 'node:timers/promises';
import { type Exported, addressOf, exportServices, services, slicePath, sourceSlice } from './exported.ts';
import { LongRun } from './long-run.ts';
import { isWrite, mark, requestsSince } from './mcs-requests.ts';
import { type Members, hold, startMembers } from './members.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atMost, median, pairedRatio, spread } from './result.ts';
import { scaled } from './scale.ts';
import { type Shadow, shadowOf } from './shadow.ts';
import { Sightings } from './sightings.ts';

const CLUSTERS = 8;
const SERVICES = 100;
const CHANGES = scaled(200);
const BURSTS = 3;

/** Changes that do not count, before those that do. */
const WARM_UP = 20;

interface Bench {
  readonly members: Members;
  readonly mcs: LongRun;
  readonly exported: readonly Exported[];
  /** By service, what mcs wrote for it, to be written bare elsewhere. */
  readonly shadows: readonly Shadow[];
  readonly sightings: Sightings;
  /** A number no slice had yet. */
  readonly next: () => number;
}

/**
 * A slice of one of 8 real clusters changes: until all others hold it by `mcs reconcile --watch`, and until they hold it
 * when it is written to them directly, in turns; one change after the other, and 100 at once.
 */
export async function measureFanOut(scratch: Scratch): Promise<Result> {
  const members = await startMembers(scratch, CLUSTERS);
  if (typeof members === 'string') return { rows: [], skipped: [`fan-out: ${members}`] };
  const exported = services(SERVICES);
  await exportServices(members.source.api, exported);
  const mcs = await LongRun.start(scratch, ['--kubeconfig', members.kubeconfig]);
  try {
    await mcs.ready();
    await hold(members.all, SERVICES);
    await mcs.idle();
    const sightings = new Sightings();
    await Promise.all(members.all.map((member) => sightings.watch(member)));
    const shadows = await Promise.all(exported.map((service) => shadowOf(service, members)));
    let last = 1_000_000;
    const bench: Bench = { members, mcs, exported, shadows, sightings, next: () => ++last };
    const rows = [...(await oneByOne(bench)), ...(await bursts(bench))];
    return { rows, skipped: [] };
  } finally {
    await mcs.stop();
    await members.stop();
  }
}

async function oneByOne(bench: Bench): Promise<readonly Row[]> {
  const [ours, bare]: [number[], number[]] = [[], []];
  let marks = await mark(bench.members.all);
  for (let change = -WARM_UP; change < CHANGES; change++) {
    if (change === 0) marks = await mark(bench.members.all);
    const found = [await changed(bench, change + WARM_UP), await written(bench, change + WARM_UP)] as const;
    if (change < 0) continue;
    ours.push(found[0]);
    bare.push(found[1]);
  }
  const writes = (await requestsSince(marks, bench.members.all)).filter(isWrite);
  const conflicts = writes.filter(({ code }) => code === 409).length;
  return [
    {
      measure: 'one change, until 7 others hold it: P50',
      ours: spread(ours, 'ms', 1),
      other: `bare, in parallel: ${spread(bare, 'ms', 1)}`,
      ratio: median(ours) / median(bare),
      target: atMost(1.4),
    },
    {
      measure: 'one change, until 7 others hold it: P99',
      ours: `${percentile(ours, 0.99).toFixed(1)} ms`,
      other: `bare, in parallel: ${percentile(bare, 0.99).toFixed(1)} ms`,
      ratio: percentile(ours, 0.99) / percentile(bare, 0.99),
    },
    {
      measure: 'writes a change, refused ones included',
      ours: `${writes.length / CHANGES}; 409: ${conflicts}`,
      other: '8, one for each cluster',
      ratio: writes.length / CHANGES / CLUSTERS,
      target: atMost(1),
    },
  ];
}

/** Milliseconds from the answer to the change of a source until all others were seen to hold it. */
async function changed({ members, exported, sightings, next }: Bench, index: number): Promise<number> {
  const service = exported[index % exported.length] ?? missing();
  const address = addressOf(next());
  const request = apply(service, `${service.name}-e1`, sourceSlice(service, address));
  const everywhere = sightings.expect(`imported ${service.name} ${address}`, members.all);
  const others = sightings.expect(`imported ${service.name} ${address}`, members.others);
  await members.source.api.send(request);
  const answered = performance.now();
  const seen = await others;
  await everywhere; // what the source itself is written must not share the time of the next measurement
  await sleep(5);
  return seen - answered;
}

/** Milliseconds from sending the same slice to all others until they were seen to hold it. */
async function written({ members, shadows, sightings, next }: Bench, index: number): Promise<number> {
  const shadow = shadows[index % shadows.length] ?? missing();
  const address = addressOf(next());
  const requests = members.others.map((member) => ({ member, request: shadow.write(member, address) }));
  const others = sightings.expect(`bare ${shadow.name} ${address}`, members.others);
  const start = performance.now();
  await Promise.all(requests.map(({ member, request }) => member.api.send(request)));
  const seen = await others;
  await sleep(5);
  return seen - start;
}

async function bursts(bench: Bench): Promise<readonly Row[]> {
  const { members, mcs, exported, shadows, sightings, next } = bench;
  const [ours, bare, cpu]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < BURSTS; round++) {
    const sources = exported.map((service) => {
      const address = addressOf(next());
      const seen = sightings.expect(`imported ${service.name} ${address}`, members.all);
      return { request: apply(service, `${service.name}-e1`, sourceSlice(service, address)), seen };
    });
    const [start, before] = [performance.now(), mcs.cpu()];
    await Promise.all(sources.map(({ request }) => members.source.api.send(request)));
    ours.push(Math.max(...(await Promise.all(sources.map(({ seen }) => seen)))) - start);
    cpu.push(mcs.cpu() - before);
    await sleep(500);
    const copies = shadows.map((shadow) => {
      const address = addressOf(next());
      const seen = sightings.expect(`bare ${shadow.name} ${address}`, members.all);
      const requests = members.all.map((member) => ({ member, request: shadow.write(member, address) }));
      return { source: shadow.source(address), requests, seen };
    });
    const bareStart = performance.now();
    await Promise.all(
      copies.map(async ({ source, requests }) => {
        await members.source.api.send(source); // nobody can copy what has not been said
        await Promise.all(requests.map(({ member, request }) => member.api.send(request)));
      }),
    );
    bare.push(Math.max(...(await Promise.all(copies.map(({ seen }) => seen)))) - bareStart);
    await sleep(500);
  }
  return [
    {
      measure: '100 changes at once, from the first one sent until all 8 hold all',
      ours: spread(ours, 'ms'),
      other: `the same 900 writes bare: ${spread(bare, 'ms')}`,
      ratio: pairedRatio(ours, bare),
      target: atMost(1.2),
    },
    {
      measure: 'processor time of mcs for that',
      ours: spread(cpu, 'ms'),
      other: `all the time: ${spread(ours, 'ms')}`,
      ratio: pairedRatio(cpu, ours),
    },
  ];
}

function apply(service: Exported, name: string, slice: object) {
  return { method: 'PATCH', path: slicePath(service, name), body: JSON.stringify(slice) } as const;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}

function missing(): never {
  throw new Error('defect: no such service');
}
