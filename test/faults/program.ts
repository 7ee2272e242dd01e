import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { freePort, temporaryFolder } from '../kube/daemon.ts';
import { run, type RunResult } from '../kube/run.ts';

/** A copy of the built program, which stays as it is when somebody builds anew. */
export class Program {
  readonly #bin: string;
  readonly #home = temporaryFolder('home');

  constructor() {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const dir = temporaryFolder('program');
    for (const part of ['bin', 'dist', 'crds', 'package.json', 'oclif.manifest.json']) {
      cpSync(join(root, part), join(dir, part), { recursive: true });
    }
    this.#bin = join(dir, 'bin/mcs.cjs');
  }

  /** Runs it to its end, whatever that is. */
  run(args: readonly string[]): Promise<RunResult> {
    return run(process.execPath, [this.#bin, ...args], { env: this.#env });
  }

  /** Runs it with `-o json` and returns the document; throws what it said at any other exit code than those allowed. */
  async document(args: readonly string[], allowed: readonly number[] = [0]): Promise<Json> {
    const { code, stdout, stderr } = await this.run([...args, '-o', 'json']);
    if (code === undefined || !allowed.includes(code)) {
      throw new Error(`mcs ${args.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
    }
    const document: unknown = JSON.parse(stdout);
    if (!isRecord(document)) throw new Error(`mcs ${args.join(' ')} printed no object`);
    return document;
  }

  /** Starts `reconcile --watch` with metrics on a port of its own. */
  async watch(args: readonly string[]): Promise<Watching> {
    const address = `127.0.0.1:${await freePort()}`;
    const all = ['reconcile', '--watch', '--yes', '-o', 'json', '--metrics-address', address, ...args];
    const child = spawn(process.execPath, [this.#bin, ...all], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Watching(child, `http://${address}`);
  }

  get #env(): Readonly<Record<string, string>> {
    return { HOME: this.#home, NO_COLOR: '1', KUBECONFIG: '' };
  }
}

/** How many of the last lines are kept. */
const KEPT = 2000;

/** A running `reconcile --watch`. */
export class Watching {
  readonly started = Date.now();
  /** The objects it printed, the last ones. */
  readonly entries: Json[] = [];
  /** Lines on stdout that are no JSON objects: there should be none. */
  readonly garbage: string[] = [];
  stderr = '';
  readonly ended: Promise<{ readonly code: number | undefined; readonly signal: string | undefined }>;
  readonly #child: ChildProcess;
  readonly #url: string;
  #hasEnded = false;

  constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
    if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = parsed(line);
      if (entry === undefined) this.garbage.push(line);
      else this.entries.push(entry);
      if (this.entries.length > 2 * KEPT) this.entries.splice(0, KEPT);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-100_000);
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code: code ?? undefined, signal: signal ?? undefined });
      });
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Entries of a type, e.g. `change`. */
  of(type: string): readonly Json[] {
    return this.entries.filter((entry) => entry.type === type);
  }

  /** The sum of a metric's samples; undefined when it does not answer or has none. */
  async metric(name: string): Promise<number | undefined> {
    const samples = await this.samples(name);
    return samples.length === 0 ? undefined : samples.reduce((sum, { value }) => sum + value, 0);
  }

  /** A metric's samples, with their labels as they stand in the text; none when it does not answer. */
  async samples(name: string): Promise<readonly { readonly labels: string; readonly value: number }[]> {
    try {
      const text = await (await fetch(`${this.#url}/metrics`, { signal: AbortSignal.timeout(5000) })).text();
      return text.split('\n').flatMap((line) => {
        if (!line.startsWith(`${name} `) && !line.startsWith(`${name}{`)) return [];
        const space = line.lastIndexOf(' ');
        return [{ labels: line.slice(name.length, space), value: Number(line.slice(space + 1)) }];
      });
    } catch {
      return [];
    }
  }

  /** True when it says that it is ready. */
  async isReady(): Promise<boolean> {
    return fetch(`${this.#url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Resident memory in bytes, as Linux tells it; undefined elsewhere, or when it has ended. */
  async resident(): Promise<number | undefined> {
    try {
      const status = await readFile(`/proc/${this.#child.pid ?? 0}/status`, 'utf8');
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    } catch {
      return undefined;
    }
  }
}

function parsed(line: string): Json | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return isRecord(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}
