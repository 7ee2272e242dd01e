import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { selfSigned } from '../test/lib/clusters/kube/loopback.ts';

/** Kinds that are watched in each cluster. */
const KINDS = 6;

/** Changes of slices of 2.7 kB, in all. */
const EVENTS = 40_000;

/** Seconds of the look at a process at rest, after idle connections of the lists have gone. */
const LOOK = 10;
const SETTLE = 5;

/** Of Node, as in deploy/base/deployment.yaml. */
export const DEPLOYED: readonly string[] = ['--max-semi-space-size=2'];

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

/** What the processes of this part need. Paths. */
export interface Props {
  /** PEM */
  readonly cert: string;
  readonly key: string;
  readonly holder: string;
}

/**
 * Makes a certificate, and a bundle of the holder as mcs is one: what turns TypeScript into JavaScript as it is loaded, and the
 * sources, take 25 MiB that no user has. client-node stays a part that only its own holder loads.
 */
export async function makeProps(folder: string): Promise<Props> {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const pair = selfSigned();
  writeFileSync(cert, pair.cert);
  writeFileSync(key, pair.key);
  const holder = join(folder, 'holder');
  await build({
    entryPoints: [join(import.meta.dirname, 'watches-client.ts')],
    outdir: holder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    conditions: ['node'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return { cert, key, holder: join(holder, 'watches-client.mjs') };
}

/**
 * Holds the watches of so many clusters: a client and a server, each a process of its own, for half a minute.
 * @param flags of the client's Node
 */
export async function hold(
  client: string,
  clusters: number,
  { cert, key, holder: bundle }: Props,
  flags = DEPLOYED,
): Promise<Held> {
  const server = new Child(join(import.meta.dirname, 'watches-server.ts'), [], [cert, key]);
  const port = await server.line();
  const holder = new Child(bundle, flags, [client, `https://127.0.0.1:${port}`, cert, String(clusters)]);
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

/** A script in a process of its own, which answers lines with lines. */
class Child {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, flags: readonly string[], args: readonly string[]) {
    this.#child = spawn(process.execPath, [...flags, script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
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
