import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A program that runs in the background until it is stopped or this process ends. */
export class Daemon {
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #log: string;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  /** @param log the file that gets what it prints */
  constructor(program: string, args: readonly string[], log: string) {
    this.#program = program;
    this.#args = args;
    this.#log = log;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Starts it, and waits until `ready` says so; throws with the end of its log when it ends or does not become ready. */
  async start(ready: () => Promise<boolean>, deadlineMillis = 120_000): Promise<void> {
    const log = openSync(this.#log, 'a');
    // In its own process group, so that Ctrl-C on a terminal reaches the test first.
    // Collecting garbage is a fifth of a small server's work, and memory is not what tests are short of.
    const env = { ...process.env, GOGC: '400' };
    const child = spawn(this.#program, this.#args, { stdio: ['ignore', log, log], detached: true, env });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#child = undefined;
        if (child.pid !== undefined) tellReaper('gone', String(child.pid));
        resolve();
      };
      child.once('exit', end).once('error', end);
    });
    child.unref();
    if (child.pid !== undefined) tellReaper('pid', String(child.pid));
    const deadline = performance.now() + deadlineMillis;
    while (!(await ready())) {
      if (!this.running) throw new Error(`${this.#program} ended at once:\n${await this.#tail()}`);
      if (performance.now() > deadline) {
        await this.kill();
        throw new Error(`${this.#program} not ready after ${deadlineMillis / 1000} s:\n${await this.#tail()}`);
      }
      await sleep(50);
    }
  }

  /** Asks it to end, and makes it end after 5 s. */
  async stop(): Promise<void> {
    const child = this.#child;
    child?.ref();
    child?.kill('SIGCONT');
    child?.kill('SIGTERM');
    const timer = setTimeout(() => child?.kill('SIGKILL'), 5000);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends it at once, with no chance to say goodbye. */
  async kill(): Promise<void> {
    this.#child?.ref(); // or Node may end, with nothing else to do, before it has seen the child end
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Stops it from running without closing its connections: what it is asked from now on is not answered. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async #tail(): Promise<string> {
    const text = await readFile(this.#log, 'utf8');
    return text.trimEnd().split('\n').slice(-15).join('\n');
  }
}

/** A port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

/** Tries again with other ports when somebody else took one between asking for it and using it. */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    try {
      return await start(ports);
    } catch (error) {
      if (attempt === 3 || !String(error).includes('address already in use')) throw error;
    }
  }
}

/** A new folder under the system's temporary one, removed when this process ends. */
export function temporaryFolder(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `mcs-${name}-`));
  tellReaper('dir', dir);
  return dir;
}

let reaper: ChildProcess | undefined;

function tellReaper(word: 'pid' | 'gone' | 'dir', value: string): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${word} ${value}\n`);
}

function startReaper(): ChildProcess {
  const script = fileURLToPath(new URL('reaper.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
