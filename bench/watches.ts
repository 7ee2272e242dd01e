import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasOpenSSL, selfSigned } from '../test/lib/clusters/kube/loopback.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atMost } from './result.ts';

/** Kinds that are watched in each cluster. */
const KINDS = 6;

/** Changes of slices of 2.7 kB, in all. */
const EVENTS = 40_000;

/** Seconds of the look at a process at rest, after idle connections of the lists have gone. */
const LOOK = 10;
const SETTLE = 5;

/** MB that 500 clusters may take. */
const MOST_MEMORY = 400;

interface Held {
  readonly clusters: number;
  readonly openMilliseconds: number;
  readonly connections: number;
  readonly megabytes: number;
  /** Of one processor, as a part of 1. */
  readonly cpu: number;
  readonly eventsPerSecond: number;
}

/**
 * The watches of many clusters held against a load generator on loopback, which is none of an API server but its list and
 * watch: by our clusters and, for 100, by client-node's Watch. Every client and its server are processes of their own.
 */
export async function measureWatches(scratch: Scratch): Promise<Result> {
  if (!hasOpenSSL) return { rows: [], skipped: ['watches: no openssl program to make a certificate with'] };
  const folder = scratch.folder('watches');
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const pair = selfSigned();
  writeFileSync(cert, pair.cert);
  writeFileSync(key, pair.key);
  const few = await hold('ours', 100, cert, key);
  const theirs = await hold('client-node', 100, cert, key);
  const many = await hold('ours', 500, cert, key);
  return { rows: rowsOf(few, theirs, many), skipped: [] };
}

async function hold(client: string, clusters: number, cert: string, key: string): Promise<Held> {
  const server = new Child('watches-server.ts', [cert, key]);
  const port = await server.line();
  const holder = new Child('watches-client.ts', [client, `https://127.0.0.1:${port}`, cert, String(clusters)]);
  try {
    const began = holder.ask('start');
    await began;
    const start = performance.now();
    const connections = Number(await server.ask(`open ${clusters * KINDS}`));
    const openMilliseconds = performance.now() - start;
    await sleep(SETTLE * 1000);
    const [cpu = Number.NaN, megabytes = Number.NaN] = (await holder.ask(`rest ${LOOK}`)).split(' ').map(Number);
    const each = EVENTS / clusters;
    const taken = holder.ask(`events ${EVENTS}`);
    await server.ask(`events ${each}`);
    const eventsPerSecond = (EVENTS / Number(await taken)) * 1000;
    return { clusters, openMilliseconds, connections, megabytes, cpu: cpu / LOOK / 1000, eventsPerSecond };
  } finally {
    holder.end();
    server.end();
  }
}

/** A script of this folder in a process of its own, which answers lines with lines. */
class Child {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, args: readonly string[]) {
    const path = join(import.meta.dirname, script);
    this.#child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  ask(question: string): Promise<string> {
    this.#child.stdin.write(`${question}\n`);
    return this.line();
  }

  /** @throws Error when it has ended; it has said why on stderr */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('a process of the watches ended');
    return value;
  }

  end(): void {
    this.#child.stdin.end();
  }
}

function rowsOf(few: Held, theirs: Held, many: Held): readonly Row[] {
  const row = (measure: string, ours: Held, other: Held, read: (held: Held) => number, unit: string): Row => ({
    measure,
    ours: `${show(read(ours))} ${unit}`,
    other: `${other === theirs ? 'client-node' : `${other.clusters} clusters`}: ${show(read(other))} ${unit}`,
    ratio: read(ours) / read(other),
  });
  const opened = (held: Held): number => held.openMilliseconds;
  const memory = (held: Held): number => held.megabytes;
  const cpu = (held: Held): number => held.cpu * 100;
  const events = (held: Held): number => held.eventsPerSecond;
  const connections = (held: Held): number => held.connections;
  return [
    row('100 clusters: until all watches are open', few, theirs, opened, 'ms'),
    row('100 clusters: connections', few, theirs, connections, ''),
    row('100 clusters: resident memory', few, theirs, memory, 'MiB'),
    row('100 clusters: processor at rest', few, theirs, cpu, '%'),
    row('100 clusters: events taken', few, theirs, events, 'a second'),
    row('500 clusters: until all watches are open', many, few, opened, 'ms'),
    {
      measure: '500 clusters: resident memory',
      ours: `${show(many.megabytes)} MiB`,
      other: `${MOST_MEMORY} MB`,
      ratio: (many.megabytes * 2 ** 20) / (MOST_MEMORY * 1e6),
      target: atMost(1),
    },
    {
      measure: '500 clusters: memory for each more than 100',
      ours: `${show(((many.megabytes - few.megabytes) * 1024) / (many.clusters - few.clusters))} KiB`,
      other: `of the first 100: ${show((few.megabytes * 1024) / few.clusters)} KiB`,
      ratio: (many.megabytes - few.megabytes) / (many.clusters - few.clusters) / (few.megabytes / few.clusters),
      target: atMost(1),
    },
    row('500 clusters: processor at rest', many, few, cpu, '%'),
    row('500 clusters: events taken', many, few, events, 'a second'),
  ];
}

function show(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
