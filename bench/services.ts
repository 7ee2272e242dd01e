import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeClusterset } from './fixtures.ts';
import { LongRun } from './long-run.ts';
import type { Scratch } from './program.ts';
import { type Result, atMost, median, spread } from './result.ts';

const CLUSTERS = 8;
const FEW = 1000;
const MANY = 10_000;
const CHANGES = 20;

/** Milliseconds after which a process at rest has given back what it will. */
const REST = 30_000;

/** How much longer one change may take among ten times the services. */
const FLAT = 1.3;

interface Found {
  /** From the start of the process until nothing was left to do, in seconds. */
  readonly firstPass: number;
  /** MiB, at rest after it. */
  readonly memory: number;
  /** From the change of a file until 7 other directories hold it, in milliseconds. */
  readonly changes: readonly number[];
}

/** `mcs reconcile --watch` over 8 directories: each service is exported by one of them and imported by all. */
export async function measureServices(scratch: Scratch): Promise<Result> {
  const few = await watched(scratch, FEW);
  const many = await watched(scratch, MANY);
  const other = (text: string): string => `${FEW} services: ${text}`;
  const more = MANY / FEW;
  return {
    rows: [
      {
        measure: `${MANY} services: first pass, ${MANY * CLUSTERS * 3} files`,
        ours: `${many.firstPass.toFixed(1)} s`,
        other: other(`${few.firstPass.toFixed(1)} s`),
        ratio: many.firstPass / few.firstPass,
        target: atMost(more * 1.1),
      },
      {
        measure: `${MANY} services: resident memory at rest`,
        ours: `${many.memory.toFixed(0)} MiB`,
        other: other(`${few.memory.toFixed(0)} MiB`),
        ratio: many.memory / few.memory,
        target: atMost(more),
      },
      {
        measure: `${MANY} services: one change of a file, until 7 others hold it`,
        ours: spread(many.changes, 'ms'),
        other: other(spread(few.changes, 'ms')),
        ratio: median(many.changes) / median(few.changes),
        target: atMost(FLAT),
      },
    ],
    skipped: [],
  };
}

/** Linux has a folder in memory; a disk that others write to would be most of what is measured. */
const MEMORY = '/dev/shm';

async function watched(scratch: Scratch, services: number): Promise<Found> {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'mcs-bench-'));
  try {
    return await measured(scratch, folder, services);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(scratch: Scratch, folder: string, services: number): Promise<Found> {
  const paths = writeClusterset(folder, { clusters: CLUSTERS, services, exporters: 1 });
  const mcs = await LongRun.start(
    scratch,
    paths.flatMap((path) => ['--dir', path]),
  );
  try {
    await mcs.ready();
    await mcs.worked(CLUSTERS * services);
    const firstPass = (performance.now() - mcs.started) / 1000;
    await mcs.idle();
    await mcs.rest(REST);
    const memory = mcs.memory().now;
    const changes: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      changes.push(await changed(paths, change * 7));
      await sleep(200);
    }
    return { firstPass, memory, changes };
  } finally {
    await mcs.stop();
  }
}

/** Gives a service another endpoint, as an editor would write its file. */
async function changed(paths: readonly string[], service: number): Promise<number> {
  const source = join(paths[service % paths.length] ?? '', `service-${service}.yaml`);
  const [from, to] = [/addresses: \[10\.[\d.]+\.11\]/, `10.77.${service}.11`];
  const others = paths.filter((path) => !source.startsWith(path)).map((path) => sliceFile(path, service));
  writeFileSync(`${source}.new`, readFileSync(source, 'utf8').replace(from, `addresses: [${to}]`));
  const start = performance.now();
  renameSync(`${source}.new`, source);
  const left = new Set(others);
  while (left.size > 0) {
    for (const file of left) if (readFileSync(file, 'utf8').includes(to)) left.delete(file);
    if (left.size > 0) await sleep(2);
  }
  return performance.now() - start;
}

function sliceFile(path: string, service: number): string {
  const folder = join(path, 'mcs', `team-${service % 10}`);
  const name = readdirSync(folder).find((file) => file.startsWith(`endpointslice-service-${service}-`));
  if (name === undefined) throw new Error(`${folder} holds no slice of service-${service}`);
  return join(folder, name);
}
