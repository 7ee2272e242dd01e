import type { Lease, LeaseAccess } from '../../../src/lib/clusters/cluster.ts';
import type { LeaseClock } from '../../../src/lib/controller/lease-clock.ts';
import { ClusterError } from '../../../src/lib/errors.ts';

/** Lets promises that are due go on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** What becomes of one request: milliseconds to the server and back; `lost` is a request or an answer that never comes. */
export interface Way {
  readonly there: number;
  readonly back: number;
  readonly lost?: 'there' | 'back';
}

/** The time of all processes, and the API server that has the Leases. Nothing happens but in `turn`. */
export class World {
  now = 0;
  readonly leases = new Map<string, Lease>();
  /** Called after everything that happens. */
  check: () => void = () => undefined;
  #timers: Timer[] = [];
  #version = 0;

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time go by, from one event to the next. */
  async turn(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await settled();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.at);
      next.run();
      await settled();
      this.check();
    }
    this.now = end;
    this.check();
  }

  /** The API server's part of a write. */
  put(lease: Lease): Lease {
    const known = this.leases.get(lease.name);
    if (known !== undefined && known.resourceVersion !== lease.resourceVersion) {
      throw new ClusterError('home', 'conflict', 'the object has been modified');
    }
    const same =
      JSON.stringify({ ...known, resourceVersion: '' }) === JSON.stringify({ ...lease, resourceVersion: '' });
    const stored = known !== undefined && same ? known : { ...lease, resourceVersion: String(++this.#version) };
    this.leases.set(lease.name, stored);
    return stored;
  }
}

/** A process: it can be stopped and woken, or die; its clocks are its own. */
export class Process {
  /** How many milliseconds its monotonic clock lags because the machine was suspended. */
  suspended = 0;
  wallSkew = 0;
  wallStands = false;
  way: () => Way = () => ({ there: 1, back: 1 });
  /** Requests it sent, as `verb name`. */
  readonly sent: string[] = [];
  readonly #world: World;
  readonly #rate: number;
  #stopped = false;
  #dead = false;
  #waiting: (() => void)[] = [];

  /** @param rate how fast its clocks go */
  constructor(world: World, rate = 1) {
    this.#world = world;
    this.#rate = rate;
  }

  get dead(): boolean {
    return this.#dead;
  }

  readonly clock: LeaseClock = {
    now: () => this.#world.now * this.#rate - this.suspended,
    wall: () => 1_800_000_000_000 + (this.wallStands ? 0 : this.#world.now * this.#rate) + this.wallSkew,
    random: () => 1,
    after: (milliseconds, run) =>
      this.#world.after(milliseconds / this.#rate, () => {
        this.#happen(run);
      }),
  };

  readonly leases: LeaseAccess = {
    get: ({ name }) => this.#request(`get ${name}`, () => this.#world.leases.get(name)),
    put: (lease) => this.#request(`put ${lease.name}`, () => this.#world.put(lease)),
  };

  /** SIGSTOP: nothing happens in it, while time goes by. */
  stop(): void {
    this.#stopped = true;
  }

  /** SIGCONT: all that waited happens now. */
  wake(): void {
    this.#stopped = false;
    for (const run of this.#waiting.splice(0)) run();
  }

  /** kill -9 */
  die(): void {
    this.#dead = true;
  }

  #happen(run: () => void): void {
    if (this.#dead) return;
    if (this.#stopped) this.#waiting.push(run);
    else run();
  }

  #request<T>(what: string, serve: () => T): Promise<T> {
    this.sent.push(what);
    const { there, back, lost } = this.way();
    return new Promise((resolve, reject) => {
      if (lost === 'there') return;
      this.#world.after(there, () => {
        let answer: () => void;
        try {
          const value = serve();
          answer = () => {
            resolve(value);
          };
        } catch (error) {
          answer = () => {
            reject(error instanceof Error ? error : new Error(String(error)));
          };
        }
        if (lost === undefined)
          this.#world.after(back, () => {
            this.#happen(answer);
          });
      });
    });
  }
}
