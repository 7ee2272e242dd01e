import { setTimeout as sleep } from 'node:timers/promises';
import { contexts, type Account, type Fleet } from './fleet.ts';
import type { Pause } from './invariants.ts';
import type { Watching } from './program.ts';

/** A process under test, over its lives. */
export class Reconciler {
  /** Who it is in the audit logs. */
  readonly user: string;
  /** When it was not running. */
  readonly pauses: Pause[] = [];
  /** When each life of it began. */
  readonly births: number[] = [];
  /** What no life of it should have done, one line each. */
  readonly defects: string[] = [];
  readonly #fleet: Fleet;
  readonly #kubeconfig: string;
  readonly #args: readonly string[];
  #watching: Watching | undefined;

  /** @param args more flags for `reconcile --watch` */
  constructor(fleet: Fleet, { user, kubeconfig }: Account, args: readonly string[] = []) {
    this.user = user;
    this.#fleet = fleet;
    this.#kubeconfig = kubeconfig;
    this.#args = args;
  }

  get watching(): Watching {
    if (this.#watching === undefined) throw new Error('not started');
    return this.#watching;
  }

  async start(): Promise<void> {
    const { program, sites } = this.#fleet;
    this.births.push(Date.now());
    const watching = await program.watch(['--kubeconfig', this.#kubeconfig, ...contexts(sites), ...this.#args]);
    const pause = this.pauses.at(-1);
    if (pause !== undefined) pause.to = Date.now();
    this.#watching = watching;
  }

  /** Resolves when it answers, and so hears signals, or has ended; after 20 s at most. */
  async answers(): Promise<void> {
    const { watching } = this;
    const end = Date.now() + 20_000;
    while (Date.now() < end && !watching.hasEnded) {
      if ((await watching.metric('mcs_build_info')) !== undefined) return;
      await sleep(200);
    }
  }

  /** Stops it where it is. */
  freeze(): void {
    this.watching.signal('SIGSTOP');
    this.pauses.push({ from: Date.now(), to: Infinity });
  }

  /** Lets it go on. */
  thaw(): void {
    const pause = this.pauses.at(-1);
    if (pause !== undefined) pause.to = Date.now();
    this.watching.signal('SIGCONT');
  }

  /** True when it says that it may write. */
  async leads(): Promise<boolean> {
    return (await this.watching.metric('mcs_leader')) === 1;
  }

  /** Ends it with no chance to say goodbye. */
  async kill(): Promise<void> {
    this.look();
    await this.#end('SIGKILL');
  }

  /** Asks it to end; a defect unless it does, within its 10 s and some, with exit code 0. */
  async stop(): Promise<void> {
    this.look();
    const { watching } = this;
    const late = sleep(30_000, 'late' as const, { ref: false });
    watching.signal('SIGTERM');
    const end = await Promise.race([watching.ended, late]);
    if (end === 'late') {
      this.defects.push('it did not end within 30 s of SIGTERM');
      await this.#end('SIGKILL');
    } else if (end.code !== 0) {
      this.defects.push(`SIGTERM ended it with ${String(end.code)} ${String(end.signal)}: ${watching.stderr}`);
    }
    this.pauses.push({ from: Date.now(), to: Infinity });
  }

  /** Notes what is wrong with it now: it ended by itself, it printed what is no JSON, it told of a defect. */
  look(): void {
    const { hasEnded, stderr, garbage } = this.watching;
    if (hasEnded && this.pauses.at(-1)?.to !== Infinity)
      this.defects.push(`it ended by itself: ${stderr.slice(-3000)}`);
    if (/defect|TypeError|UnhandledPromise|^\s+at .*:\d+:\d+/m.test(stderr)) {
      this.defects.push(`it told of a defect: ${stderr.slice(-3000)}`);
      this.watching.stderr = '';
    }
    for (const line of garbage.splice(0)) this.defects.push(`it printed what is no JSON: ${line}`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.watching.signal(signal);
    await this.watching.ended;
    this.pauses.push({ from: Date.now(), to: Infinity });
  }
}
