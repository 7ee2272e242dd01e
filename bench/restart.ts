import { buildInformers } from './client-go.ts';
import { type Exported, addressOf, exportServices, services, slicePath, sourceSlice } from './exported.ts';
import { LongRun } from './long-run.ts';
import { isWrite, mark, requestsSince } from './mcs-requests.ts';
import { type Members, hold, startMembers } from './members.ts';
import type { Scratch } from './program.ts';
import { type Result, atMost, pairedRatio, spread } from './result.ts';
import { Sightings } from './sightings.ts';

const CLUSTERS = 8;
const SERVICES = 200;
const ROUNDS = 5;

/**
 * Times of client-go's informers. Where they take 200 ms to be filled, a plain Go controller is steady as soon, and what is
 * aimed at is 500 ms after the first list, and 1 s after the start for a change made while it was down.
 */
const MOST = { steady: 2.5, everywhere: 5 };

/** What one start of the program gave, in milliseconds. */
interface Start {
  /** From the first list until every key was worked on. */
  readonly steady: number;
  /** The same from the start of the process. */
  readonly whole: number;
  /** Processor time until then, from the start of the process. */
  readonly cpu: number;
  readonly writes: number;
  /** From the start of the process until all clusters hold a change that was made while it was down. */
  readonly everywhere: number;
  /** Until client-go's informers were filled with the same, in a process of their own. */
  readonly informers: number;
}

/** `mcs reconcile --watch` is killed and started again over 1,600 imported slices, which are as they should be. */
export async function measureRestart(scratch: Scratch): Promise<Result> {
  const informers = await buildInformers(scratch);
  if (typeof informers === 'string') return { rows: [], skipped: [`restart: ${informers}`] };
  const members = await startMembers(scratch, CLUSTERS);
  if (typeof members === 'string') return { rows: [], skipped: [`restart: ${members}`] };
  try {
    const exported = services(SERVICES);
    await exportServices(members.source.api, exported);
    const flags = ['--kubeconfig', members.kubeconfig];
    const first = await LongRun.start(scratch, flags);
    await first.ready();
    await hold(members.all, SERVICES);
    await first.idle();
    await first.kill();
    const sightings = new Sightings();
    await Promise.all(members.all.map((member) => sightings.watch(member)));
    const starts: Start[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const unchanged = await startUnchanged(scratch, flags, members);
      const everywhere = await startChanged(scratch, flags, members, sightings, round);
      starts.push({ ...unchanged, everywhere, informers: await informers.fill(members.kubeconfig) });
    }
    return { rows: rowsOf(starts), skipped: [] };
  } finally {
    await members.stop();
  }
}

async function startUnchanged(
  scratch: Scratch,
  flags: readonly string[],
  { all }: Members,
): Promise<Omit<Start, 'everywhere' | 'informers'>> {
  const marks = await mark(all);
  const mcs = await LongRun.start(scratch, flags);
  await mcs.worked(CLUSTERS * SERVICES);
  const [steady, cpu] = [performance.now(), mcs.cpu()];
  await mcs.idle(); // a write that is not due may come late
  const requests = await requestsSince(marks, all);
  await mcs.kill();
  const lists = requests.filter(({ verb }) => verb === 'list').map(({ received }) => received);
  const firstList = Math.min(...lists) - performance.timeOrigin;
  return { steady: steady - firstList, whole: steady - mcs.started, cpu, writes: requests.filter(isWrite).length };
}

async function startChanged(
  scratch: Scratch,
  flags: readonly string[],
  { all, source }: Members,
  sightings: Sightings,
  round: number,
): Promise<number> {
  const service: Exported = services(SERVICES)[round] ?? { namespace: '', name: '' };
  const address = addressOf(1_000_000 + round);
  const body = JSON.stringify(sourceSlice(service, address));
  await source.api.send({ method: 'PATCH', path: slicePath(service, `${service.name}-e1`), body });
  const everywhere = sightings.expect(`imported ${service.name} ${address}`, all);
  const mcs = await LongRun.start(scratch, flags);
  const seen = await everywhere;
  await mcs.idle();
  await mcs.kill();
  return seen - mcs.started;
}

function rowsOf(starts: readonly Start[]): Result['rows'] {
  const informers = starts.map((start) => start.informers);
  const other = `client-go, caches filled: ${spread(informers, 'ms')}`;
  const against = (measure: string, ours: readonly number[], most?: number): Result['rows'][number] => {
    const row = { measure, ours: spread(ours, 'ms'), other, ratio: pairedRatio(ours, informers) };
    return most === undefined ? row : { ...row, target: atMost(most) };
  };
  const writes = starts.reduce((sum, start) => sum + start.writes, 0);
  return [
    against(
      'from the first list until all is looked at',
      starts.map((start) => start.steady),
      MOST.steady,
    ),
    against(
      'the same, from the start of the process',
      starts.map((start) => start.whole),
    ),
    against(
      'processor time, from the start of the process',
      starts.map((start) => start.cpu),
    ),
    {
      measure: `writes in ${ROUNDS} starts`,
      ours: String(writes),
      other: '0',
      ratio: writes,
      target: atMost(0),
    },
    against(
      'a change made while it was down is everywhere, from the start of the process',
      starts.map((start) => start.everywhere),
      MOST.everywhere,
    ),
  ];
}
