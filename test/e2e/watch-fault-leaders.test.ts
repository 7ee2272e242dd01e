import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Program, type Watching } from '../faults/program.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { change, create } from './api.ts';
import { createNamespace, formClusterset } from './clusterset.ts';
import { Elected, FIRST, SECOND, holds, titleOf } from './elected.ts';
import { arrived, converged, ended, isSound, strangersIn, until } from './fault-run.ts';
import { exported } from './objects.ts';

/** More than are worked on in the moment that it takes to see that work has begun. */
const SERVICES = 120;

describeWithServers('mcs reconcile --watch --leader-elect', () => {
  let all: readonly Handle[];
  let east: Handle;
  let shop: string;
  let elected: Elected;
  const program = new Program();

  beforeAll(async () => {
    const { west, north, ...rest } = await clusters();
    ({ east } = rest);
    all = [east, west, north];
    await formClusterset('faults', all);
    elected = await Elected.over(program, all);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('shop');
    await createNamespace(shop, all);
    await elected.listen();
  });

  afterEach(() => {
    elected.kill();
  });

  const leads = (watching: Watching): boolean => holds(watching) === 1;

  async function manyServices(): Promise<void> {
    const names = Array.from({ length: SERVICES }, (_, index) => `web-${index}`);
    await Promise.all(
      Array.from({ length: 8 }, async (_, part) => {
        for (const name of names.filter((_name, index) => index % 8 === part)) {
          await create(east, ...exported(shop, name, [addressOf(name)]));
        }
      }),
    );
  }

  async function allServed(): Promise<void> {
    for (let index = 0; index < SERVICES; index += 17)
      await arrived(all, shop, `web-${index}`, [addressOf(`web-${index}`)]);
    await converged(program, all, await writeKubeconfig(all.map(({ info }) => info)));
  }

  it('is finished by the other when its leader is killed in mid-pass', async () => {
    await manyServices();
    const strangers = await strangersIn(all, shop);
    const leader = await elected.start(FIRST, shop);
    await until(() => {
      expect(leader.of('change').length).toBeGreaterThan(SERVICES);
    });
    leader.signal('SIGKILL');
    const done = await elected.writes();
    const other = await elected.start(SECOND, shop);
    await until(() => {
      expect(leads(other)).toBe(true);
    });
    await allServed();
    const before = [...done, ...(await elected.writes())];
    const ofFirst = before.filter(({ user }) => user === FIRST);
    const ofSecond = before.filter(({ user }) => user === SECOND);
    // It was in mid-pass, and what it had done was not done again.
    expect(ofFirst.length).toBeGreaterThan(SERVICES);
    expect(ofSecond.length).toBeGreaterThan(SERVICES);
    const created = before.filter(({ verb, code }) => verb === 'patch' && code === 201).map(titleOf);
    expect(new Set(created).size).toBe(created.length);
    expect(ofSecond.filter(({ verb }) => verb === 'delete')).toEqual([]);
    expect(await strangersIn(all, shop)).toEqual(strangers);
    isSound(other);
    await ended(other);
  });

  it('has no second writer when a leader wakes that was stopped until its Lease was gone', async () => {
    const sleeper = await elected.start(FIRST, shop);
    await until(() => {
      expect(leads(sleeper)).toBe(true);
    });
    const other = await elected.start(SECOND, shop);
    const filling = manyServices();
    await until(() => {
      expect(sleeper.of('change').length).toBeGreaterThan(20);
    });
    sleeper.signal('SIGSTOP');
    const stopped = Date.now();
    await filling;
    expect(leads(other)).toBe(false);
    await until(() => {
      expect(leads(other)).toBe(true);
    });
    await change(east, 'EndpointSlice', shop, 'web-0-abcde', { endpoints: [{ addresses: ['10.5.0.1'] }] });
    sleeper.signal('SIGCONT');
    await until(() => {
      expect(sleeper.of('leading').at(-1)?.held).toBe(0);
    });
    await arrived(all, shop, 'web-0', ['10.5.0.1']);
    await change(east, 'EndpointSlice', shop, 'web-0-abcde', { endpoints: [{ addresses: [addressOf('web-0')] }] });
    await allServed();
    const seen = await elected.writes();
    expect(seen.some(({ user }) => user === FIRST)).toBe(true);
    expect(seen.some(({ user }) => user === SECOND)).toBe(true);
    // What was on its way when it was stopped may still arrive; the other begins 15 s later.
    const late = seen.filter(({ user, received }) => user === FIRST && received > stopped + 1000);
    expect(late.map(titleOf)).toEqual([]);
    const early = seen.filter(({ user, received }) => user === SECOND && received < stopped + 12_000);
    expect(early.map(titleOf)).toEqual([]);
    isSound(other);
    isSound(sleeper);
    // It is a candidate again, and takes over at once from one that ends well.
    await ended(other);
    await until(() => {
      expect(leads(sleeper)).toBe(true);
    }, 8000);
    await ended(sleeper);
  });
});

function addressOf(name: string): string {
  return `10.4.0.${Number(name.slice('web-'.length)) + 1}`;
}
