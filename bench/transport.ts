import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { hasOpenSSL, selfSigned } from '../test/lib/clusters/kube/loopback.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atLeast, pairedRatio, spread } from './result.ts';

/** Turns that count, of each client; each lasts a second, short enough for neighbours to share what else goes on. */
const ROUNDS = 10;

/** The clients, and how long each warms up, in seconds. client-node takes a new port a request: it gets less. */
const WARM_UP = { ours: 4, undici: 4, 'client-node': 1, ceiling: 1 } as const;
type Client = keyof typeof WARM_UP;
type Rates = Readonly<Record<Client, readonly number[]>>;
const NAMES = ['ours', 'undici', 'client-node', 'ceiling'] as const;

/**
 * Requests a second over TLS on loopback: a server-side apply of a slice of 2 kB, answered with 2.7 kB, 64 at a time.
 * Server and clients are processes of their own, and the clients take turns.
 */
export async function measureTransport(scratch: Scratch): Promise<Result> {
  if (!hasOpenSSL) return { rows: [], skipped: ['requests per second: no openssl program to make a certificate with'] };
  const folder = scratch.folder('transport');
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const pair = selfSigned();
  writeFileSync(cert, pair.cert);
  writeFileSync(key, pair.key);
  const server = spawn(process.execPath, [join(import.meta.dirname, 'transport-server.ts'), cert, key], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    return { rows: rowsOf(await inTurn(`https://127.0.0.1:${port.toString().trim()}`, cert)), skipped: [] };
  } finally {
    const ended = once(server, 'exit');
    server.stdin.end();
    await ended;
  }
}

async function inTurn(url: string, ca: string): Promise<Rates> {
  const rates: Record<Client, number[]> = { ours: [], undici: [], 'client-node': [], ceiling: [] };
  const clients = NAMES.map((name) => ({ name, client: new Turns(name, url, ca), found: rates[name] }));
  for (const { name, client } of clients) await client.take(WARM_UP[name]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { client, found } of clients) found.push(await client.take(1));
  }
  for (const { client } of clients) client.end();
  return rates;
}

/** A client's process, which works when it is its turn. */
class Turns {
  readonly #name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(name: Client, url: string, ca: string) {
    const script = join(import.meta.dirname, 'transport-client.ts');
    this.#name = name;
    this.#child = spawn(process.execPath, [script, name, url, ca], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Requests a second. @throws Error when the client failed; it has said why on stderr */
  async take(seconds: number): Promise<number> {
    this.#child.stdin.write(`${seconds}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the client ${this.#name} failed`);
    return Number(value);
  }

  end(): void {
    this.#child.stdin.end();
  }
}

function rowsOf(rates: Rates): readonly Row[] {
  const show = (client: Client): string => spread(rates[client], 'requests/s');
  const row = (ours: Client, other: Client, measure: string, named: string): Row => ({
    measure,
    ours: show(ours),
    other: `${named}: ${show(other)}`,
    ratio: pairedRatio(rates[ours], rates[other]),
  });
  return [
    { ...row('ours', 'client-node', 'our transport', 'client-node as shipped'), target: atLeast(20) },
    { ...row('ours', 'undici', 'our transport', 'bare undici Pool.dispatch'), target: atLeast(0.6) },
    row('ceiling', 'undici', 'the server of this test, without a client', 'bare undici Pool.dispatch'),
  ];
}
