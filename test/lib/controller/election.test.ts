import { describe, expect, it } from 'vitest';
import { Election, newIdentity, type ElectionOptions } from '../../../src/lib/controller/election.ts';
import { ClusterError } from '../../../src/lib/errors.ts';
import { Process, World } from './election-world.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

interface Candidate {
  readonly process: Process;
  readonly election: Election;
  readonly changes: boolean[];
  readonly problems: ClusterError[];
  readonly ended: Promise<void>;
}

function candidate(world: World, identity: string, options: Partial<ElectionOptions> = {}): Candidate {
  const process = new Process(world);
  const changes: boolean[] = [];
  const problems: ClusterError[] = [];
  const election = new Election({
    leases: process.leases,
    cluster: 'home',
    namespace: 'mcs-system',
    name: 'mcs',
    identity,
    clock: process.clock,
    onChange: (leads) => changes.push(leads),
    onProblem: (error) => problems.push(error),
    ...options,
  });
  return { process, election, changes, problems, ended: election.run(new AbortController().signal) };
}

/** Two candidates of which the first leads. */
async function pair(): Promise<{ readonly world: World; readonly a: Candidate; readonly b: Candidate }> {
  const world = new World();
  const a = candidate(world, 'a');
  await world.turn(SECOND);
  const b = candidate(world, 'b');
  world.check = () => {
    if (!a.process.dead && a.election.mayWrite() && b.election.mayWrite()) throw new Error(`both at ${world.now}`);
  };
  await world.turn(10 * SECOND);
  expect([a.election.leads, b.election.leads]).toEqual([true, false]);
  return { world, a, b };
}

/** Milliseconds until it is so, to a tenth of a second. */
async function until(world: World, so: () => boolean, most = 120 * SECOND): Promise<number> {
  const begin = world.now;
  while (!so()) {
    if (world.now - begin > most) throw new Error(`not so within ${most} ms`);
    await world.turn(100);
  }
  return world.now - begin;
}

describe('an election', () => {
  it('is won by the first who comes, at once, and stays so', async () => {
    const { world, a, b } = await pair();
    expect(a.changes).toEqual([true]);
    await world.turn(HOUR / 4);
    expect([a.changes, b.changes]).toEqual([[true], []]);
    expect(world.leases.get('mcs')).toMatchObject({ holder: 'a', durationSeconds: 15, transitions: 0 });
    expect(b.election.leader).toBe('a');
  });

  it('passes to the next 15 to 20 s after its leader died, and counts that', async () => {
    const { world, a, b } = await pair();
    a.process.die();
    const took = await until(world, () => b.election.leads);
    expect(took).toBeGreaterThan(12 * SECOND); // the last renewal was up to 2 s before
    expect(took).toBeLessThan(20 * SECOND);
    expect(world.leases.get('mcs')).toMatchObject({ holder: 'b', transitions: 1 });
  });

  it.each([-HOUR, HOUR])('does not care that clocks differ by %i ms', async (skew) => {
    const { world, a, b } = await pair();
    b.process.wallSkew = skew;
    await world.turn(HOUR / 20);
    expect([a.changes, b.changes]).toEqual([[true], []]);
    a.process.die();
    expect(await until(world, () => b.election.leads)).toBeGreaterThan(12 * SECOND);
    expect(b.changes).toEqual([true]);
  });

  it('is seen to be alive though the clock of its machine stands still', async () => {
    const world = new World();
    const a = candidate(world, 'a');
    a.process.wallStands = true;
    const b = candidate(world, 'b');
    await world.turn(HOUR / 20);
    expect([a.changes, b.changes]).toEqual([[true], []]);
  });

  it('does not take a Lease that changed while it was stopped itself', async () => {
    const { world, a, b } = await pair();
    b.process.stop();
    await world.turn(60 * SECOND);
    b.process.wake();
    await world.turn(60 * SECOND);
    expect([a.changes, b.changes]).toEqual([[true], []]);
  });

  it('is made anew by its leader when the Lease is deleted, while the others wait', async () => {
    const { world, a, b } = await pair();
    a.process.way = () => ({ there: 1.5 * SECOND, back: 1 });
    await world.turn(10 * SECOND);
    world.leases.delete('mcs');
    await until(world, () => world.leases.has('mcs'));
    await world.turn(30 * SECOND);
    expect([a.changes, b.changes]).toEqual([[true], []]);
    expect(world.leases.get('mcs')?.holder).toBe('a');
  });

  it('says once what keeps it from the Lease, and goes on trying', async () => {
    const world = new World();
    let allowed = false;
    const process = new Process(world);
    const refused = new ClusterError('home', 'forbidden', 'not allowed to get leases', 'grant the verbs');
    const leases: ElectionOptions['leases'] = {
      get: (ref) => (allowed ? process.leases.get(ref) : Promise.reject(refused)),
      put: (lease) => process.leases.put(lease),
    };
    const { election, problems } = candidate(world, 'a', { leases });
    await world.turn(20 * SECOND);
    expect(problems).toEqual([refused]);
    allowed = true;
    await until(world, () => election.leads, 3 * SECOND);
  });
});

describe('the right to write', () => {
  it('is gone for a process that was stopped for 20 s and asks first of all', async () => {
    const { world, a } = await pair();
    a.process.stop();
    await world.turn(20 * SECOND);
    expect(a.election.mayWrite()).toBe(false);
    a.process.wake();
    expect(a.election.mayWrite()).toBe(false);
    await world.turn(30 * SECOND);
    expect(a.changes).toEqual([true, false]);
  });

  it('is gone after the machine was suspended, where the monotonic clock stood still', async () => {
    const { a } = await pair();
    a.process.wallSkew = 20 * SECOND;
    expect(a.election.mayWrite()).toBe(false);
  });

  it('is not prolonged by a clock that is set back', async () => {
    const { world, a, b } = await pair();
    a.process.way = () => ({ there: 1, back: 1, lost: 'there' });
    a.process.wallSkew = -HOUR;
    await until(world, () => !a.election.mayWrite(), 12 * SECOND);
    await until(world, () => b.election.leads, 10 * SECOND);
  });

  it('ends 10 s after the last renewal was sent, and says so, while the server answers nothing', async () => {
    const { world, a, b } = await pair();
    a.process.way = () => ({ there: 1, back: 1, lost: 'back' }); // the server takes it, but nobody learns
    await until(world, () => a.changes.length === 2, 11 * SECOND);
    expect(a.election.leads).toBe(false);
    await until(world, () => b.election.leads, 17 * SECOND);
    a.process.way = () => ({ there: 1, back: 1 });
    await world.turn(60 * SECOND);
    expect([a.changes, b.changes]).toEqual([[true, false], [true]]);
  });

  it.each([4, 8])('counts from the sending of a renewal whose answer took %i s', async (seconds) => {
    const { world, a } = await pair();
    a.process.way = () => ({ there: 1, back: seconds * SECOND });
    const sent = a.process.sent.length;
    await until(world, () => a.process.sent.length > sent);
    const at = world.now;
    a.process.way = () => ({ there: 1, back: 1, lost: 'there' });
    await until(world, () => !a.election.mayWrite());
    expect(world.now - at).toBeGreaterThan(9.7 * SECOND);
    expect(world.now - at).toBeLessThan(10.2 * SECOND);
  });

  it('does not come with an answer that took longer than it lasts', async () => {
    const { world, a } = await pair();
    a.process.way = () => ({ there: 1, back: 12 * SECOND });
    await until(world, () => !a.election.mayWrite(), 12 * SECOND);
    await world.turn(SECOND);
    for (let i = 0; i < 200; i++) {
      await world.turn(100);
      expect(a.election.mayWrite()).toBe(false);
    }
  });

  it('ends at the next round when somebody gave the Lease away', async () => {
    const { world, a } = await pair();
    const lease = world.leases.get('mcs');
    if (lease === undefined) throw new Error('it is there');
    world.put({ ...lease, holder: 'stranger' });
    await until(world, () => !a.election.mayWrite(), 2.2 * SECOND);
    expect(a.changes).toEqual([true, false]);
  });
});

describe('release', () => {
  it('hands over within a retry', async () => {
    const { world, a, b } = await pair();
    void a.election.release();
    expect(await until(world, () => b.election.leads)).toBeLessThanOrEqual(2.2 * SECOND);
    await a.ended;
    expect(world.leases.get('mcs')).toMatchObject({ holder: 'b', transitions: 1 });
    expect(a.changes).toEqual([true, false]);
  });

  it('takes up no work, but may write until work is finished, and empties the Lease only then', async () => {
    const world = new World();
    const work = Promise.withResolvers<undefined>();
    const a = candidate(world, 'a', { finish: () => work.promise });
    const b = candidate(world, 'b');
    await world.turn(5 * SECOND);
    void a.election.release();
    expect([a.election.leads, a.election.mayWrite()]).toEqual([false, true]);
    await world.turn(9 * SECOND);
    expect([a.election.mayWrite(), world.leases.get('mcs')?.holder]).toEqual([true, 'a']);
    work.resolve(undefined);
    await world.turn(3 * SECOND);
    expect([a.election.mayWrite(), b.election.leads]).toEqual([false, true]);
  });

  it('does not wait for work that never ends', async () => {
    const world = new World();
    const a = candidate(world, 'a', { finish: () => new Promise<void>(() => undefined) });
    await world.turn(SECOND);
    const released = a.election.release();
    await world.turn(11 * SECOND);
    await released;
    expect([a.election.mayWrite(), world.leases.get('mcs')?.holder]).toEqual([false, '']);
  });

  it('is not undone by the answer to a renewal that was under way', async () => {
    const { world, a, b } = await pair();
    const sent = a.process.sent.length;
    a.process.way = () => ({ there: 1, back: 6 * SECOND });
    await until(world, () => a.process.sent.length > sent);
    a.process.way = () => ({ there: 1, back: 1 });
    const released = a.election.release();
    await world.turn(0);
    for (let i = 0; i < 100; i++) {
      expect(a.election.mayWrite()).toBe(false);
      await world.turn(100);
    }
    await released;
    expect(b.election.leads).toBe(true);
  });

  it('ends the right to write, though a round under way renews the Lease once more', async () => {
    const { world, a } = await pair();
    const lease = world.leases.get('mcs');
    if (lease === undefined) throw new Error('it is there');
    world.put({ ...lease, renewTime: 'somebody touched it' }); // so the next renewal is a conflict, a look, a renewal
    a.process.way = () => ({ there: SECOND, back: SECOND });
    await until(world, () => a.process.sent.at(-1) === 'get mcs');
    a.process.way = () => ({ there: 1, back: 6 * SECOND }); // of that renewal, whose answer will be late
    void a.election.release();
    await until(world, () => a.process.sent.at(-1) === 'put mcs');
    a.process.way = () => ({ there: 1, back: 1 });
    for (let i = 0; i < 200; i++) {
      expect(a.election.mayWrite()).toBe(false);
      await world.turn(100);
    }
  });

  it('of one that does not lead changes nothing', async () => {
    const { world, a, b } = await pair();
    void b.election.release();
    await world.turn(30 * SECOND);
    expect([a.changes, b.changes]).toEqual([[true], []]);
  });
});

it('an identity tells the machine, and is never the same', () => {
  expect(newIdentity()).toMatch(/^.+_[0-9a-f-]{36}$/);
  expect(newIdentity()).not.toBe(newIdentity());
});
