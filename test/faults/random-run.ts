import { setTimeout as sleep } from 'node:timers/promises';
import { AuditTail } from './audit-bodies.ts';
import { Faults } from './faults.ts';
import { contexts, type Fleet } from './fleet.ts';
import { Invariants, type Counts } from './invariants.ts';
import { importsWrong } from './expected.ts';
import type { Watching } from './program.ts';
import { Chance } from './random.ts';
import { Heartbeat } from './heartbeat.ts';
import { Reconciler } from './reconciler.ts';
import type { Site } from './site.ts';
import { Users } from './users.ts';
import { LASTING, World } from './world.ts';

export interface RandomRunOptions {
  readonly fleet: Fleet;
  readonly seed: number;
  /** Of all together, about. */
  readonly milliseconds: number;
  /** Time from one look at everything to the next. */
  readonly chaos: number;
  /** Longest that a server is away. */
  readonly longest: number;
  /** Milliseconds between two operations, and two faults, on average. */
  readonly operationEvery: number;
  readonly faultEvery: number;
  /** Two: they agree by a Lease in the first cluster on who writes, and are also asked to end, and with `slow` stopped. */
  readonly processes: 1 | 2;
  /** mcs is killed only while this holds, of the part of the time that is over, from 0 to 1. */
  readonly mayKill: (part: number) => boolean;
  /** Faults that mcs finds only after the time of silence of its watches are among them. */
  readonly slow: boolean;
  /** More flags for `reconcile --watch`. */
  readonly args?: readonly string[];
  /** Called every ten seconds or so. */
  readonly onSample?: (sample: Sample) => void;
}

/** How things stand. */
export interface Sample extends Omit<Counts, 'refused'> {
  readonly elapsed: number;
  /** When the youngest process that is running began: memory of one is not comparable with that of another. */
  readonly started: number;
  /** Of all processes together, in bytes. */
  readonly resident: number | undefined;
  readonly heap: number | undefined;
  readonly operations: number;
  readonly faults: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly checks: number;
  /** How many of these knew that mcs had heard all; a part of one for a part of the clusters. */
  readonly settled: number;
  /** The longest that it took to settle after the faults, in milliseconds. */
  readonly slowest: number;
  readonly violations: number;
}

export interface RandomRunResult extends Sample {
  /** What was wrong, one line each. */
  readonly wrong: readonly string[];
  /** The last operations and faults. */
  readonly log: readonly string[];
}

/** How long to wait until nothing is left to do after the last fault; a connection that is half open takes two minutes. */
const PATIENCE = 180_000;

/** For how long, in seconds, to wait for a sign of life of every watch once nothing is left to do. */
const BEATS = 10;

/**
 * Lets users and faults at a clusterset that mcs keeps reconciled, and holds what comes of it against what must never
 * be. From time to time it lets all rest and sees whether every cluster holds what a run from scratch computes.
 */
export async function randomRun(options: RandomRunOptions): Promise<RandomRunResult> {
  const { fleet, seed } = options;
  const run = new RandomRun(options, new World(fleet.sites), new Chance(seed));
  return run.run();
}

class RandomRun {
  readonly #options: RandomRunOptions;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #users: Users;
  readonly #reconcilers: readonly Reconciler[];
  readonly #faults: Faults;
  readonly #invariants: Invariants;
  readonly #tails: readonly AuditTail[];
  readonly #heartbeat: Heartbeat;
  readonly #wrong: string[] = [];
  readonly #log: string[] = [];
  readonly #acting = new Set<Promise<void>>();
  #operations = 0;
  #checks = 0;
  #settled = 0;
  #slowest = 0;
  #start = 0;

  constructor(options: RandomRunOptions, world: World, chance: Chance) {
    const { fleet, seed, longest, slow, processes, args = [] } = options;
    this.#options = options;
    this.#world = world;
    this.#chance = chance;
    this.#heartbeat = new Heartbeat(fleet.sites, world);
    this.#users = new Users(world, new Chance(seed + 1));
    const home = ['--leader-elect', '--home', fleet.sites[0]?.name ?? '', '--lease-namespace', LASTING[0]];
    this.#reconcilers = fleet.accounts
      .slice(0, processes)
      .map((account) => new Reconciler(fleet, account, processes === 1 ? args : [...args, ...home]));
    const log = this.#note.bind(this);
    this.#faults = new Faults({
      fleet,
      reconcilers: this.#reconcilers,
      chance: new Chance(seed + 2),
      longest,
      slow,
      log,
    });
    this.#invariants = new Invariants({
      sites: fleet.sites,
      world,
      writers: this.#reconcilers,
      isElected: processes > 1,
    });
    this.#tails = fleet.sites.map(({ info }) => new AuditTail(info));
  }

  async run(): Promise<RandomRunResult> {
    const { milliseconds, chaos } = this.#options;
    await this.#users.begin(this.#options.fleet.sites);
    await this.#heartbeat.begin();
    await Promise.all(this.#tails.map((tail) => tail.read()));
    for (const reconciler of this.#reconcilers) await reconciler.start();
    this.#start = performance.now();
    await this.#rest();
    while (this.#elapsed < milliseconds && this.#wrong.length === 0) {
      await this.#rage(Math.min(chaos, Math.max(1000, milliseconds - this.#elapsed)));
      await this.#rest();
    }
    const last = await this.#sample();
    for (const reconciler of this.#reconcilers) await reconciler.stop();
    await this.#look();
    return { ...last, wrong: this.#wrong, log: [...this.#log, ...this.#told()].sort() };
  }

  get #watchings(): readonly Watching[] {
    return this.#reconcilers.map(({ watching }) => watching);
  }

  get #elapsed(): number {
    return performance.now() - this.#start;
  }

  /** Operations and faults for a while. */
  async #rage(milliseconds: number): Promise<void> {
    const { operationEvery, faultEvery, mayKill } = this.#options;
    const end = this.#elapsed + milliseconds;
    let [nextFault, nextLook] = [this.#elapsed + faultEvery * this.#chance.next(), this.#elapsed + 5000];
    while (this.#elapsed < end && this.#wrong.length === 0) {
      await sleep(2 * operationEvery * this.#chance.next());
      this.#act();
      if (this.#elapsed > nextFault) {
        nextFault = this.#elapsed + 2 * faultEvery * this.#chance.next();
        const mayEnd = mayKill(this.#elapsed / this.#options.milliseconds);
        const isOfProcess = this.#chance.is(0.15 * this.#reconcilers.length) && this.#faults.beginProcess(mayEnd);
        if (!isOfProcess) this.#faults.begin();
      }
      if (this.#elapsed > nextLook) {
        nextLook = this.#elapsed + 10_000;
        await this.#look();
        this.#options.onSample?.(await this.#sample());
      }
    }
  }

  #act(): void {
    const site = this.#chance.pick(this.#options.fleet.sites.filter(({ busy }) => !busy));
    if (site === undefined) return;
    site.busy = true;
    this.#operations++;
    const acting = this.#users
      .act(site)
      .then(
        (line) => {
          this.#note(line);
        },
        (error: unknown) => {
          this.#wrong.push(`the test itself: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        },
      )
      .finally(() => {
        site.busy = false;
        this.#acting.delete(acting);
      });
    this.#acting.add(acting);
  }

  /** Ends all faults, waits until mcs has nothing left to do, and compares. */
  async #rest(): Promise<void> {
    while (this.#acting.size > 0) await Promise.all(this.#acting);
    await this.#faults.heal();
    this.#note('rest');
    const from = performance.now();
    let left = await this.#left();
    while (
      left !== undefined &&
      performance.now() - from < PATIENCE &&
      !this.#watchings.some(({ hasEnded }) => hasEnded)
    ) {
      await sleep(1000);
      left = await this.#left();
    }
    if (left !== undefined) this.#wrong.push(`not settled after ${PATIENCE / 1000} s: ${left}`);
    this.#slowest = Math.max(this.#slowest, performance.now() - from);
    this.#checks++;
    this.#note(`settled after ${Math.round(performance.now() - from)} ms`);
    if (left === undefined) await this.#prove();
    for (const line of await this.#world.strangers()) this.#wrong.push(`touched: ${line}`);
    for (const line of await importsWrong(this.#options.fleet.sites, this.#world, this.#users)) this.#wrong.push(line);
    await this.#look();
  }

  /** Tells of which clusters mcs has heard all: of some, a watch may not be back. */
  async #prove(): Promise<void> {
    const before = Date.now();
    const { sites } = this.#options.fleet;
    const heard = new Set<Site>();
    for (let tries = 1; tries <= BEATS && heard.size < sites.length; tries++) {
      await this.#heartbeat.beat();
      await sleep(1000);
      for (const site of sites) {
        const all = this.#watchings.map((watching) => this.#heartbeat.isHeard(watching, site, before));
        if ((await Promise.all(all)).every(Boolean)) heard.add(site);
      }
    }
    if ((await this.#left()) !== undefined) return;
    await this.#look(); // what was written until now is held against what was known when it was written
    for (const { name } of heard) this.#invariants.settled(name, before);
    this.#settled += heard.size / sites.length;
    this.#note(`heard of ${heard.size} clusters`);
  }

  /** What a run from scratch would change; undefined when nothing. */
  async #left(): Promise<string | undefined> {
    const { program, accounts, sites } = this.#options.fleet;
    const { kubeconfig } = accounts[0];
    const leads = await Promise.all(this.#reconcilers.map((one) => one.leads()));
    const watching = this.#watchings[leads.indexOf(true)];
    if (watching === undefined) return 'nobody leads';
    if (!(await watching.isReady()) || ((await watching.metric('mcs_queue_depth')) ?? 1) > 0) return 'keys are queued';
    const args = ['reconcile', '--dry-run', '--yes', '--kubeconfig', kubeconfig, ...contexts(sites)];
    const { changes, members } = await program.document(args, [0, 3]);
    if (!Array.isArray(members) || members.length < sites.length) return `members: ${JSON.stringify(members)}`;
    return Array.isArray(changes) && changes.length === 0 ? undefined : JSON.stringify(changes);
  }

  /** Holds what was written since the last look against what must not be. */
  async #look(): Promise<void> {
    for (const reconciler of this.#reconcilers) {
      reconciler.look();
      this.#wrong.push(...reconciler.defects.splice(0).map((line) => `mcs of ${reconciler.user}: ${line}`));
    }
    const [home, ...others] = this.#tails;
    const writes = (await Promise.all(others.map((tail) => tail.read()))).flat();
    // The last, so that no write is read without that of the Lease that allowed it.
    const ofHome = (await home?.read()) ?? [];
    this.#wrong.push(...this.#invariants.check([...ofHome, ...writes]));
    this.#invariants.survey(Date.now());
  }

  /** What mcs said lately, changes aside. */
  #told(): readonly string[] {
    return this.#reconcilers.flatMap(({ user, watching: { entries } }) => {
      const told = entries.filter(({ type }) => type !== 'change').slice(-100);
      return told.map(({ time, ...entry }) => `${String(time)} mcs of ${user} says ${JSON.stringify(entry)}`);
    });
  }

  async #sample(): Promise<Sample> {
    const watchings = this.#watchings;
    const residents = await Promise.all(watchings.map((one) => one.resident()));
    const heaps = await Promise.all(watchings.map((one) => one.metric('nodejs_heap_size_used_bytes')));
    const { refused, ...counts } = this.#invariants.counts;
    return {
      elapsed: this.#elapsed,
      started: Math.max(...watchings.map(({ started }) => started)),
      resident: sumOf(residents),
      heap: sumOf(heaps),
      operations: this.#operations,
      faults: this.#faults.count,
      ...counts,
      refused: Object.fromEntries(refused),
      checks: this.#checks,
      settled: this.#settled,
      slowest: this.#slowest,
      violations: this.#wrong.length,
    };
  }

  #note(line: string): void {
    this.#log.push(`${new Date().toISOString()} ${line}`);
    if (this.#log.length > 400) this.#log.splice(0, 200);
  }
}

/** Undefined when one of them is. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((sum, value) => (sum === undefined || value === undefined ? undefined : sum + value), 0);
}
