import { expect, vi } from 'vitest';
import type { Json } from '../../src/lib/api/reader.ts';
import type { Program, Watching } from './program.ts';

/** Times for polling, in milliseconds: nothing is waited for longer than this, and nothing is waited for in vain. */
const WAIT = { timeout: 60_000, interval: 200 };

/** A clusterset that a running `reconcile --watch` keeps. */
export class Kept {
  readonly #program: Program;
  /** Those that say which clusters. */
  readonly #clusters: readonly string[];
  /** More flags for the watch. */
  readonly #flags: readonly string[];
  #watching: Watching | undefined;

  constructor(program: Program, clusters: readonly string[], flags: readonly string[] = []) {
    this.#program = program;
    this.#clusters = clusters;
    this.#flags = flags;
  }

  get watching(): Watching {
    if (this.#watching === undefined) throw new Error('not started');
    return this.#watching;
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    const watching = await this.#program.watch([...this.#clusters, ...this.#flags]);
    this.#watching = watching;
    await vi.waitFor(async () => {
      if (watching.hasEnded) throw new Error(`it ended: ${watching.stderr}`);
      expect(await watching.isReady()).toBe(true);
    }, WAIT);
  }

  /** Sends a signal and returns the exit code. */
  async end(signal: NodeJS.Signals, ...more: readonly NodeJS.Signals[]): Promise<number | undefined> {
    for (const name of [signal, ...more]) this.watching.signal(name);
    return (await this.watching.ended).code;
  }

  /** Waits until `holds` does not throw and a run from scratch has nothing to change; throws what `holds` threw last. */
  async until(holds: () => Promise<void> | void): Promise<void> {
    await vi.waitFor(async () => {
      this.#expectRunning();
      await holds();
    }, WAIT);
    await vi.waitFor(async () => {
      this.#expectRunning();
      expect(await this.left()).toEqual([]);
    }, WAIT);
    await holds(); // and it stayed so
  }

  /** What a run from scratch would change. Problems, and so exit code 3, are no changes. */
  async left(): Promise<unknown> {
    const args = ['reconcile', '--dry-run', '--yes', ...this.#clusters];
    return (await this.#program.document(args, [0, 3])).changes;
  }

  /** Waits until it has printed an entry of a type, and returns the last. */
  async told(type: string, holds: (entry: Json) => boolean = () => true): Promise<Json> {
    return vi.waitFor(() => {
      const entry = this.watching.of(type).findLast(holds);
      if (entry === undefined) throw new Error(`no such entry of type ${type}; there are: ${this.#shown(type)}`);
      return entry;
    }, WAIT);
  }

  /** Fails when it printed what a program could not read, or told of a defect of its own. */
  expectClean(): void {
    const { garbage, entries, stderr } = this.watching;
    expect(garbage).toEqual([]);
    expect(entries.filter(({ time, type }) => typeof time !== 'string' || typeof type !== 'string')).toEqual([]);
    expect(stderr).not.toContain('defect');
  }

  #shown(type: string): string {
    const entries = this.watching.of(type).map((entry) => `\n  ${JSON.stringify(entry)}`);
    return entries.length === 0 ? 'none' : entries.join('');
  }

  #expectRunning(): void {
    if (this.watching.hasEnded) throw new Error(`it ended: ${this.watching.stderr}`);
  }
}
