import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shards, shardOf, type ShardsOptions } from '../../../src/lib/controller/shards.ts';
import { Process, World, type Way } from './election-world.ts';

const SECOND = 1000;

interface Replica {
  readonly process: Process;
  readonly shards: Shards;
  readonly changes: (readonly number[])[];
  released: boolean;
}

/** Replicas that share the work, and the one rule: no shard may be written by two. */
class Fleet {
  readonly world = new World();
  readonly replicas: Replica[] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.world.check = () => {
      for (let shard = 0; shard < count; shard++) {
        const writers = this.alive.filter(({ shards }) => shards.mayWriteShard(shard));
        if (writers.length > 1) throw new Error(`shard ${shard} has ${writers.length} writers at ${this.world.now}`);
      }
    };
  }

  get alive(): readonly Replica[] {
    return this.replicas.filter(({ process }) => !process.dead);
  }

  /** Those that take part. */
  get working(): readonly Replica[] {
    return this.alive.filter(({ released }) => !released);
  }

  join(rate = 1, options: Partial<ShardsOptions> = {}): Replica {
    const process = new Process(this.world, rate);
    const changes: (readonly number[])[] = [];
    const shards = new Shards({
      leases: process.leases,
      cluster: 'home',
      namespace: 'mcs-system',
      name: 'mcs',
      identity: `replica-${this.replicas.length}`,
      clock: process.clock,
      count: this.#count,
      onChange: (held) => changes.push(held),
      ...options,
    });
    const replica = { process, shards, changes, released: false };
    this.replicas.push(replica);
    void shards.run(new AbortController().signal);
    return replica;
  }

  held(): readonly (readonly number[])[] {
    return this.working.map(({ shards }) => shards.held);
  }

  /** How many shards each has, most first. */
  sizes(): readonly number[] {
    return this.held()
      .map((held) => held.length)
      .sort((a, b) => b - a);
  }
}

describe('a shard', () => {
  it('is always the same for a key', () => {
    // What these came out as when they were first divided so: replicas of two versions have to agree.
    expect(shardOf('', 2 ** 32)).toBe(0xab3e7c0b);
    expect(shardOf('a', 2 ** 32)).toBe(0x1a80b1b3);
    expect(shardOf('foobar', 2 ** 32)).toBe(0xc0da6dc);
  });

  it.each<[string, (i: number) => string]>([
    ['teams with many services', (i) => `team-${i % 40}/service-${i}`],
    ['services that are called as their namespace', (i) => `app${i}/app${i}`],
    ['a number that is in both', (i) => `ns-${i}/svc-${i}`],
  ])('gets its part of %s', (_, key) => {
    for (const count of [2, 3, 4, 8]) {
      const sizes = new Array<number>(count).fill(0);
      for (let i = 0; i < 4000; i++) {
        const shard = shardOf(key(i), count);
        sizes[shard] = (sizes[shard] ?? 0) + 1;
      }
      expect(Math.min(...sizes)).toBeGreaterThan((4000 / count) * 0.88);
    }
  });
});

describe('shards', () => {
  it('are all taken by one replica, and divided when more come', async () => {
    const fleet = new Fleet(7);
    const first = fleet.join();
    await fleet.world.turn(5 * SECOND);
    expect(fleet.sizes()).toEqual([7]);
    fleet.join();
    await fleet.world.turn(10 * SECOND);
    expect(fleet.sizes()).toEqual([4, 3]);
    fleet.join();
    await fleet.world.turn(10 * SECOND);
    expect(fleet.sizes()).toEqual([3, 2, 2]);
    expect(first.shards.held).toEqual(first.changes.at(-1));
    const changes = first.changes.length;
    await fleet.world.turn(300 * SECOND);
    expect(first.changes).toHaveLength(changes); // and then they stay
  });

  it('of a replica that died are taken over by the others', async () => {
    const fleet = new Fleet(4);
    const doomed = fleet.join();
    fleet.join();
    await fleet.world.turn(20 * SECOND);
    expect(fleet.sizes()).toEqual([2, 2]);
    doomed.process.die();
    await fleet.world.turn(20 * SECOND);
    expect(fleet.sizes()).toEqual([4]);
  });

  it('of a replica that ends are with the others two retries later', async () => {
    const fleet = new Fleet(4);
    const leaving = fleet.join();
    fleet.join();
    await fleet.world.turn(20 * SECOND);
    leaving.released = true;
    await Promise.all([leaving.shards.release(), fleet.world.turn(4 * SECOND)]);
    expect(fleet.sizes()).toEqual([4]);
    expect(leaving.shards.held).toEqual([]);
  });

  it('are finished before they are given up, and nothing new is begun meanwhile', async () => {
    const fleet = new Fleet(2);
    const work = Promise.withResolvers<undefined>();
    const finishing: number[] = [];
    const first = fleet.join(1, {
      finish: (shard) => {
        finishing.push(shard);
        return work.promise;
      },
    });
    await fleet.world.turn(5 * SECOND);
    const second = fleet.join();
    await fleet.world.turn(5 * SECOND);
    expect([first.shards.held, finishing]).toEqual([[0], [1]]);
    expect([first.shards.mayWriteShard(1), second.shards.held]).toEqual([true, []]);
    work.resolve(undefined);
    await fleet.world.turn(5 * SECOND);
    expect([first.shards.mayWriteShard(1), second.shards.held]).toEqual([false, [1]]);
  });

  it('leave replicas beyond their number as spares, of which one steps in', async () => {
    const fleet = new Fleet(2);
    const doomed = fleet.join();
    fleet.join();
    fleet.join();
    await fleet.world.turn(30 * SECOND);
    expect(fleet.sizes()).toEqual([1, 1, 0]);
    doomed.process.die();
    await fleet.world.turn(30 * SECOND);
    expect(fleet.sizes()).toEqual([1, 1]);
  });

  it('decide for a key who takes it up and who may write', async () => {
    const fleet = new Fleet(3);
    const [a, b] = [fleet.join(), fleet.join()];
    await fleet.world.turn(30 * SECOND);
    const keys = Array.from({ length: 50 }, (_, index) => `shop/service-${index}`);
    for (const key of keys) {
      expect([a, b].filter(({ shards }) => shards.mayWrite(key))).toHaveLength(1);
      expect(a.shards.leads(key)).toBe(a.shards.held.includes(shardOf(key, 3)));
    }
  });
});

/** What may happen to a fleet. `which` chooses a replica. */
type Step =
  | { readonly is: 'wait'; readonly milliseconds: number }
  | { readonly is: 'join'; readonly rate: number }
  | { readonly is: 'stop' | 'wake' | 'die' | 'release'; readonly which: number }
  | { readonly is: 'set clock' | 'suspend'; readonly which: number; readonly milliseconds: number }
  | { readonly is: 'network'; readonly which: number; readonly slow: number; readonly loss: number };

const which = fc.nat(7);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('wait'), milliseconds: fc.integer({ min: 1, max: 25_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('join'), rate: fc.double({ min: 0.95, max: 1.05, noNaN: true }) }),
  },
  { weight: 6, arbitrary: fc.record({ is: fc.constantFrom('stop', 'wake', 'die', 'release'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constantFrom('set clock', 'suspend'),
      which,
      milliseconds: fc.integer({ min: 0, max: 3_600_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('network'),
      which,
      slow: fc.integer({ min: 1, max: 9000 }),
      loss: fc.double({ min: 0, max: 0.6, noNaN: true }),
    }),
  },
);

/** Numbers between 0 and 1 that a seed decides (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function take(fleet: Fleet, step: Step, random: () => number): Promise<void> {
  const { world } = fleet;
  if (step.is === 'wait') return world.turn(step.milliseconds);
  if (step.is === 'join') {
    if (fleet.working.length < 4) fleet.join(step.rate);
    return;
  }
  const replica = fleet.alive[step.which % Math.max(1, fleet.alive.length)];
  if (replica === undefined) return;
  const { process } = replica;
  if (step.is === 'network') {
    const { slow, loss } = step;
    process.way = (): Way => {
      const lost = random() < loss ? ((['there', 'back'] as const)[Math.floor(random() * 2)] ?? 'back') : undefined;
      return { there: random() * slow, back: random() * slow, ...(lost === undefined ? {} : { lost }) };
    };
    return;
  }
  if (step.is === 'stop') process.stop();
  else if (step.is === 'wake') process.wake();
  else if (step.is === 'die') process.die();
  // A machine that was suspended and whose clock is set back cannot know how long it slept: not promised (`Tenure`).
  else if (step.is === 'set clock') {
    if (process.suspended === 0) process.wallSkew -= step.milliseconds; // forward only ends rights early
  } else if (step.is === 'suspend') {
    if (process.wallSkew !== 0) return;
    // Its monotonic clock stands still while the world goes on, and the wall's does not.
    process.stop();
    await world.turn(step.milliseconds % 60_000);
    process.suspended += step.milliseconds % 60_000;
    process.wake();
  } else {
    replica.released = true;
    void replica.shards.release();
  }
}

it('whatever happens, no shard has two writers, and in the end each has one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(steps, { minLength: 5, maxLength: 25 }),
      fc.integer(),
      async (count, schedule, seed) => {
        const fleet = new Fleet(count);
        const random = randomOf(seed);
        fleet.join();
        for (const step of schedule) await take(fleet, step, random);
        for (const { process } of fleet.alive) {
          process.way = () => ({ there: 5, back: 5 });
          process.wake();
        }
        fleet.join();
        await fleet.world.turn(120 * SECOND);
        const held = fleet.held().flat();
        expect([...held].sort()).toEqual([...Array(count).keys()]);
        const most = Math.ceil(count / Math.min(count, fleet.working.length));
        expect(Math.max(...fleet.sizes())).toBeLessThanOrEqual(most);
      },
    ),
    { numRuns: 100, seed: 1645 },
  );
}, 60_000);
