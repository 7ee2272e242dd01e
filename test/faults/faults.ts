import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import type { Chance } from './random.ts';
import type { Reconciler } from './reconciler.ts';
import type { Site } from './site.ts';

/** How a cluster is hurt: begins, lasts some milliseconds, ends. */
interface Fault {
  readonly weight: number;
  readonly kind: string;
  /** The server does not answer while it lasts, so nobody operates on it. */
  readonly isDown: boolean;
  /** What is sent meanwhile arrives afterwards. */
  readonly keeps?: boolean;
  /** Over in a moment. */
  readonly isShort?: boolean;
  /** Found only after the watches' time of silence. */
  readonly isSlow?: boolean;
  readonly begin: (site: Site) => Promise<void> | void;
  readonly end: (site: Site) => Promise<void> | void;
}

export interface FaultOptions {
  readonly fleet: Fleet;
  readonly reconcilers: readonly Reconciler[];
  readonly chance: Chance;
  /** Longest that a server is away, in milliseconds. */
  readonly longest: number;
  /** Faults that take mcs two minutes to find are among them. */
  readonly slow: boolean;
  readonly log: (line: string) => void;
}

const NOTHING = (): void => undefined;

/** Does at random what happens to servers and the ways to them, and to mcs. */
export class Faults {
  count = 0;
  readonly #options: FaultOptions;
  readonly #all: readonly Fault[];
  #hurry = new AbortController();
  readonly #lasting = new Set<Promise<void>>();
  readonly #busy = new Set<Reconciler>();

  constructor(options: FaultOptions) {
    this.#options = options;
    const { fleet } = options;
    const restart = (site: Site): Promise<void> => site.server.restart();
    this.#all = [
      { weight: 3, kind: 'killed', isDown: true, begin: ({ server }) => server.kill(), end: restart },
      { weight: 3, kind: 'frozen', isDown: true, keeps: true, begin: ({ server }) => { server.freeze(); }, end: ({ server }) => { server.thaw(); } }, // prettier-ignore
      { weight: 4, kind: 'cut', isDown: false, isShort: true, begin: ({ proxy }) => { proxy.cut(); }, end: NOTHING }, // prettier-ignore
      { weight: 3, kind: 'held', isDown: false, keeps: true, begin: ({ proxy }) => { proxy.hold(); }, end: ({ proxy }) => { proxy.heal(); } }, // prettier-ignore
      { weight: 2, kind: 'killed and compacted', isDown: true, begin: async (site) => { await site.server.kill(); await fleet.compact(site); }, end: restart }, // prettier-ignore
      { weight: options.slow ? 1 : 0, kind: 'half-open', isDown: false, isShort: true, isSlow: true, begin: ({ proxy }) => { proxy.orphan(); }, end: NOTHING }, // prettier-ignore
    ];
  }

  /** Begins one at a cluster that has none, if not too many are hurt; it ends by itself, or with `heal`. */
  begin(): void {
    const { fleet, chance } = this.#options;
    const fault = chance.weighted(this.#all);
    const free = fleet.sites.filter((site) => !site.busy && !site.faults.isHurt);
    const site = chance.pick(free);
    if (site === undefined || fleet.sites.length - free.length > fleet.sites.length / 2) return;
    this.#last(this.#hurt(site, fault));
  }

  /**
   * Ends a process under test and starts it again after a while, or stops it for a while.
   * @param mayEnd whether it may end
   * @returns false when nothing of that may be
   */
  beginProcess(mayEnd: boolean): boolean {
    const { reconcilers, chance, slow } = this.#options;
    const isOneOfSeveral = reconcilers.length > 1;
    const way = chance.pick([
      ...(mayEnd ? [this.#killed.bind(this)] : []),
      ...(mayEnd && isOneOfSeveral ? [this.#ended.bind(this)] : []),
      ...(slow && isOneOfSeveral ? [this.#frozen.bind(this)] : []),
    ]);
    const reconciler = chance.pick(reconcilers.filter((one) => !this.#busy.has(one)));
    if (way === undefined || reconciler === undefined) return false;
    this.count++;
    this.#busy.add(reconciler);
    this.#last(
      way(reconciler).finally(() => {
        this.#busy.delete(reconciler);
      }),
    );
    return true;
  }

  /** Ends all faults now, and resolves when all is as it was. */
  async heal(): Promise<void> {
    this.#hurry.abort();
    while (this.#lasting.size > 0) await Promise.all(this.#lasting);
    this.#hurry = new AbortController();
  }

  #last(lasting: Promise<void>): void {
    const tracked = lasting.finally(() => this.#lasting.delete(tracked));
    this.#lasting.add(tracked);
    tracked.catch(() => undefined); // told by `heal`
  }

  async #hurt(
    site: Site,
    { kind, isDown, isShort = false, isSlow = false, keeps = false, begin, end }: Fault,
  ): Promise<void> {
    const { chance, longest, log } = this.#options;
    const lasts = isShort ? 0 : chance.whole(1000, longest);
    const record = site.faults.begin(Date.now(), keeps);
    this.count++;
    if (isDown) site.busy = true;
    log(`${site.name}: ${kind}${isShort ? '' : ` for ${lasts} ms`}`);
    try {
      await begin(site);
      await this.#wait(lasts);
      await end(site);
    } finally {
      if (isDown) site.busy = false;
      // Until mcs has noticed that it is over, and for a half-open connection that it has begun.
      record.to = Date.now() + (isSlow ? 120_000 : 0);
    }
    if (!isShort) log(`${site.name}: no longer ${kind}`);
  }

  async #killed(reconciler: Reconciler): Promise<void> {
    this.#options.log(`mcs of ${reconciler.user}: killed`);
    await reconciler.kill();
    await this.#restart(reconciler);
  }

  async #ended(reconciler: Reconciler): Promise<void> {
    this.#options.log(`mcs of ${reconciler.user}: asked to end`);
    await reconciler.stop();
    await this.#restart(reconciler);
  }

  async #restart(reconciler: Reconciler): Promise<void> {
    const { chance, log } = this.#options;
    await this.#wait(chance.whole(100, 5000));
    await reconciler.start();
    log(`mcs of ${reconciler.user}: started`);
    await reconciler.answers(); // one that does not hear SIGTERM yet is ended by it otherwise
  }

  /** For longer than it may count on its Lease, and mostly for longer than others leave that alone. */
  async #frozen(reconciler: Reconciler): Promise<void> {
    const { chance, log } = this.#options;
    const lasts = chance.whole(10_000, 30_000);
    log(`mcs of ${reconciler.user}: stopped for ${lasts} ms`);
    reconciler.freeze();
    await this.#wait(lasts);
    reconciler.thaw();
    log(`mcs of ${reconciler.user}: goes on`);
  }

  async #wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }
}
