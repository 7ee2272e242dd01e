import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayAfter } from '../../../src/lib/controller/backoff.ts';
import { type Work, WorkQueue } from '../../../src/lib/controller/work-queue.ts';

const BACKOFF = { base: 5, most: 60_000 };

/** A clock that tests turn. */
class Clock {
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  readonly random = (): number => 1;
  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  turn(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }

  get pending(): number {
    return this.#timers.length;
  }
}

function made(): { readonly queue: WorkQueue; readonly clock: Clock } {
  const clock = new Clock();
  return { queue: new WorkQueue({ backoff: BACKOFF, clock }), clock };
}

/** The key handed out now; undefined when there is none. */
async function taken(queue: WorkQueue): Promise<Work | undefined> {
  if (queue.depth === 0) return undefined;
  return queue.take();
}

describe('set semantics', () => {
  it('queues a queued key once', async () => {
    const { queue } = made();
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect(queue.depth).toBe(2);
    expect((await taken(queue))?.key).toBe('a');
    expect((await taken(queue))?.key).toBe('b');
    expect(queue.depth).toBe(0);
  });

  it('never hands out a key that is in work; one that changed meanwhile comes again, once', async () => {
    const { queue } = made();
    queue.add('a');
    const work = await taken(queue);
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    work?.done();
    expect(queue.depth).toBe(1);
    (await taken(queue))?.done();
    expect(queue.depth).toBe(0);
  });

  it('gives to those who wait, in their order', async () => {
    const { queue } = made();
    const first = queue.take();
    const second = queue.take();
    queue.add('a');
    queue.add('b');
    expect([(await first)?.key, (await second)?.key]).toEqual(['a', 'b']);
  });

  it('says how long a key stood', async () => {
    const { queue, clock } = made();
    queue.add('a');
    clock.turn(40);
    expect((await taken(queue))?.waited).toBe(40);
  });

  it('says since when a key is not done, failures and all', async () => {
    const { queue, clock } = made();
    queue.add('a');
    clock.turn(10);
    (await taken(queue))?.retry(100);
    clock.turn(100);
    (await taken(queue))?.putBack();
    clock.turn(1000);
    const work = await taken(queue);
    expect([work?.waited, work?.pending]).toEqual([1000, 1110]);
    clock.turn(5);
    queue.add('a');
    clock.turn(20);
    work?.done();
    expect((await taken(queue))?.pending).toBe(20); // since it changed
  });

  it('hands out again what was put back, as often as it was added', async () => {
    const { queue } = made();
    queue.add('a');
    (await taken(queue))?.putBack();
    expect(queue.depth).toBe(1);
    (await taken(queue))?.done();
    expect([queue.depth, queue.working]).toEqual([0, 0]);
  });

  it('refuses to end work twice', async () => {
    const { queue } = made();
    queue.add('a');
    const work = await taken(queue);
    work?.done();
    expect(() => work?.done()).toThrow(/twice/);
  });
});

describe('backoff', () => {
  it('doubles with each failure, up to the most, and is forgotten on success', async () => {
    const { queue, clock } = made();
    const delays: number[] = [];
    queue.add('a');
    for (let failure = 0; failure < 16; failure++) {
      const delay = (await taken(queue))?.retry() ?? -1;
      delays.push(delay);
      expect(queue.depth).toBe(0);
      clock.turn(delay);
    }
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays.at(-1)).toBe(60_000);
    (await taken(queue))?.done();
    queue.add('a');
    expect((await taken(queue))?.retry()).toBe(5);
  });

  it('hands out at once what waits for its backoff when the reason to wait is over', async () => {
    const { queue } = made();
    queue.add('shop/cart');
    (await taken(queue))?.retry();
    expect(queue.depth).toBe(0);
    queue.endBackoffs();
    expect([queue.depth, queue.delayed]).toEqual([1, 0]);
    expect((await taken(queue))?.key).toBe('shop/cart');
  });

  it('ends at once for a key that changes', async () => {
    const { queue, clock } = made();
    queue.add('a');
    (await taken(queue))?.retry();
    queue.add('a');
    expect(queue.depth).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('is at least what a server asked for', async () => {
    const { queue, clock } = made();
    queue.add('a');
    expect((await taken(queue))?.retry(2000)).toBe(2000);
    clock.turn(1999);
    expect(queue.depth).toBe(0);
    clock.turn(1);
    expect(queue.depth).toBe(1);
  });

  it.each([
    ['changed while in work', 'in work'],
    ['changes while it waits', 'waiting'],
    ['is looked at again with all others', 'all'],
  ] as const)('is no less for a key that %s', async (_what, when) => {
    const { queue, clock } = made();
    queue.add('a');
    const work = await taken(queue);
    if (when === 'in work') queue.add('a');
    work?.retry(2000);
    clock.turn(500);
    if (when === 'waiting') queue.add('a');
    if (when === 'all') queue.endBackoffs();
    clock.turn(1499);
    expect([queue.depth, clock.pending]).toEqual([0, 1]);
    clock.turn(1);
    expect([queue.depth, clock.pending]).toEqual([1, 0]);
    (await taken(queue))?.done();
    queue.add('a');
    expect(queue.depth).toBe(1); // it has been asked for no more
  });

  it('is cut to what a server asked for when the key changes', async () => {
    const { queue, clock } = made();
    queue.add('a');
    for (let failure = 0; failure < 16; failure++) clock.turn((await taken(queue))?.retry() ?? 0);
    expect((await taken(queue))?.retry(2000)).toBe(60_000);
    queue.add('a');
    clock.turn(2000);
    expect(queue.depth).toBe(1);
  });

  it('does not wait for a key that changed while in work', async () => {
    const { queue } = made();
    queue.add('a');
    const work = await taken(queue);
    queue.add('a');
    expect(work?.retry()).toBe(0);
    expect(queue.depth).toBe(1);
  });

  it('is anything up to its ceiling, so that many do not return together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const delay = delayAfter(failures, BACKOFF, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(BACKOFF.most);
        expect(delay).toBe(random * delayAfter(failures, BACKOFF, 1));
      }),
    );
  });
});

describe('the end', () => {
  it('hands out nothing more, frees who waits, and leaves no timer', async () => {
    const { queue, clock } = made();
    queue.add('a');
    (await taken(queue))?.retry();
    queue.add('b');
    const work = await taken(queue);
    const waiting = queue.take();
    queue.close();
    expect(await waiting).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
    work?.retry();
    queue.add('c');
    expect([queue.depth, queue.delayed, clock.pending]).toEqual([0, 0, 0]);
  });
});

it('loses nothing and never works on a key twice at a time, whatever happens in whatever order', async () => {
  const action = fc.record({
    kind: fc.constantFrom('add', 'take', 'done', 'retry', 'turn'),
    key: fc.constantFrom('a', 'b', 'c'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const { queue, clock } = made();
      const working = new Map<string, Work>();
      /** Keys that changed since their last successful work began. */
      const owed = new Set<string>();
      const take = async (): Promise<void> => {
        const work = await taken(queue);
        if (work === undefined) return;
        expect(working.has(work.key)).toBe(false);
        working.set(work.key, work);
        owed.delete(work.key);
      };
      for (const { kind, key } of actions) {
        const work = working.get(key);
        if (kind === 'add') {
          queue.add(key);
          owed.add(key);
        } else if (kind === 'take') await take();
        else if (kind === 'turn') clock.turn(10);
        else if (work !== undefined) {
          working.delete(key);
          if (kind === 'done') work.done();
          else {
            work.retry();
            owed.add(key);
          }
        }
      }
      for (const work of working.values()) work.done();
      working.clear();
      for (let rounds = 0; rounds < 10; rounds++) {
        clock.turn(60_000);
        await take();
        for (const work of working.values()) work.done();
        working.clear();
      }
      expect([...owed]).toEqual([]);
    }),
    { seed: 1645 },
  );
});
