import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfSigned } from '../test/lib/clusters/kube/loopback.ts';

/** Kinds that are watched in each cluster. */
const KINDS = 6;

/** Changes of slices of 2.7 kB, in all. */
const EVENTS = 40_000;

/** Seconds of the look at a process at rest, after idle connections of the lists have gone. */
const LOOK = 10;
const SETTLE = 5;

/** What holding the watches of so many clusters took. */
export interface Held {
  readonly clusters: number;
  readonly openMilliseconds: number;
  readonly connections: number;
  readonly megabytes: number;
  /** Of one processor, as a part of 1. */
  readonly cpu: number;
  readonly eventsPerSecond: number;
}

/** Makes the certificate of the servers of this part, in a folder. */
export function makeCertificate(folder: string): Certificate {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const pair = selfSigned();
  writeFileSync(cert, pair.cert);
  writeFileSync(key, pair.key);
  return { cert, key };
}

/** Paths of PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Holds the watches of so many clusters: a client and a server, each a process of its own, for half a minute. */
export async function hold(client: string, clusters: number, { cert, key }: Certificate): Promise<Held> {
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
