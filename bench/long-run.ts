import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/kube/daemon.ts';
import type { Scratch } from './program.ts';

/** Milliseconds after which a run that does not get anywhere is given up. */
const PATIENCE = 300_000;

/** Milliseconds between two looks: making `/metrics` costs the process time that is measured. */
const LOOK = 25;

/** Milliseconds between two scrapes of a process that is left alone; twice as often as `deploy/monitoring` says. */
const SCRAPE = 15_000;

/** `mcs reconcile --watch --yes` as a process. Its lines go to files, as a service manager would take them. */
export class LongRun {
  /** When it was started, in milliseconds of this process's clock. */
  readonly started = performance.now();
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #log: string;

  private constructor(child: ChildProcess, url: string, log: string) {
    this.#child = child;
    this.#url = url;
    this.#log = log;
  }

  /** `MCS_BENCH_PROFILE=FOLDER` leaves a processor profile of it there. */
  static async start(scratch: Scratch, flags: readonly string[]): Promise<LongRun> {
    const folder = scratch.folder('watch');
    const { MCS_BENCH_PROFILE: profile } = process.env;
    const address = `127.0.0.1:${await freePort()}`;
    const node = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
    const args = [...node, scratch.mcs, 'reconcile', '--watch', '--yes', '--metrics-address', address, ...flags];
    const log = join(folder, 'stderr');
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...scratch.env },
      stdio: ['ignore', openSync(join(folder, 'stdout'), 'w'), openSync(log, 'w')],
    });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill); // also when the benchmark fails
    child.once('exit', () => process.off('exit', kill));
    return new LongRun(child, `http://${address}`, log);
  }

  /** Waits until it has read all clusters. @throws Error when it ends before */
  async ready(): Promise<void> {
    await this.#until(async () => (await fetch(`${this.#url}/readyz`)).ok);
  }

  /** Waits until it holds so many shards; without shards the leader has one. @throws Error when it ends before */
  async holds(shards: number): Promise<void> {
    await this.#until(async () => (await this.sum('mcs_shards_held')) === shards, 100);
  }

  /**
   * Waits until it has worked on so many keys (services, in each cluster anew) and has none left.
   * @throws Error when it ends before
   */
  async worked(keys: number): Promise<void> {
    await this.#until(async () => (await this.sum('mcs_reconcile_duration_seconds_count')) >= keys);
  }

  /** Waits until no more keys are worked on for a while: `quiet` milliseconds. */
  async idle(quiet = 2000): Promise<void> {
    let [last, since] = [-1, performance.now()];
    await this.#until(async () => {
      const now = await this.sum('mcs_reconcile_duration_seconds_count');
      if (now !== last) [last, since] = [now, performance.now()];
      return performance.now() - since >= quiet;
    }, 100);
  }

  /**
   * Leaves it alone for so many milliseconds, but for a scrape every 15 s, as Prometheus would. Node gives memory back only
   * where little is going on: asked ten times a second for its metrics, a process keeps 100 MiB of old pages.
   */
  async rest(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= SCRAPE) {
      await sleep(Math.min(left, SCRAPE));
      await this.sum('mcs_reconcile_duration_seconds_count');
    }
  }

  /** The sum of a metric over all its labels; 0 when it is not there. */
  async sum(metric: string): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(metric) && /^[{ ]/.test(line.slice(metric.length)));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Its resident memory in MiB, now and the most so far. Linux only: NaN elsewhere. */
  memory(): { readonly now: number; readonly most: number } {
    let status = '';
    try {
      status = readFileSync(`/proc/${this.#child.pid ?? ''}/status`, 'utf8');
    } catch {
      // no such file: nothing is found in it
    }
    const found = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { now: found('VmRSS'), most: found('VmHWM') };
  }

  /** Processor time it took so far, all threads, in milliseconds. Linux only: NaN elsewhere. */
  cpu(): number {
    try {
      const [user = Number.NaN, system = Number.NaN] = readFileSync(`/proc/${this.#child.pid ?? ''}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
        .slice(11, 13)
        .map(Number);
      return (user + system) * 10; // in ticks of a hundredth of a second
    } catch {
      return Number.NaN;
    }
  }

  /** Ends it as an operator would. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** Ends it at once; with a profile as an operator would, for a process that is killed leaves none. */
  kill(): Promise<void> {
    return this.#end(process.env.MCS_BENCH_PROFILE === undefined ? 'SIGKILL' : 'SIGINT');
  }

  async #end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (this.#isOver()) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  async #until(holds: () => Promise<boolean>, look = LOOK): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (!(await holds().catch(() => false))) {
      const said = (): string => readFileSync(this.#log, 'utf8').slice(-1000);
      if (this.#isOver()) throw new Error(`mcs reconcile --watch ended (${this.#how()}): ${said()}`);
      if (performance.now() > deadline) throw new Error(`mcs reconcile --watch got nowhere: ${said()}`);
      await sleep(look);
    }
  }

  #how(): string {
    return String(this.#child.exitCode ?? this.#child.signalCode);
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
