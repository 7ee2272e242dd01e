import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { AuditTail, type BodiedWrite } from '../faults/audit-bodies.ts';
import { Program, type Watching } from '../faults/program.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant } from '../kube/rbac.ts';
import { change, create } from './api.ts';
import { contexts, createNamespace, formClusterset } from './clusterset.ts';
import { arrived, converged, ended, isSound, strangersIn, until } from './fault-run.ts';
import { exported } from './objects.ts';

/** Who each process is in the audit logs; the tests are `admin`. */
const [FIRST, SECOND] = ['admin-certificate', 'limited'];

/** More than are worked on in the moment that it takes to see that work has begun. */
const SERVICES = 120;

describeWithServers('mcs reconcile --watch --leader-elect', () => {
  let all: readonly Handle[];
  let east: Handle;
  let first: string;
  let second: string;
  let shop: string;
  let tails: readonly AuditTail[];
  const processes: Watching[] = [];
  const program = new Program();

  beforeAll(async () => {
    const { west, north, ...rest } = await clusters();
    ({ east } = rest);
    all = [east, west, north];
    const infos = all.map(({ info }) => info);
    first = await writeKubeconfig(infos, { user: 'certificate' });
    second = await writeKubeconfig(infos, { user: 'limited' });
    await formClusterset('faults', all);
    for (const info of infos) await grant(info, 'limited', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('shop');
    await createNamespace(shop, all);
    tails = all.map(({ info }) => new AuditTail(info));
    await writes();
  });

  afterEach(() => {
    for (const watching of processes.splice(0)) watching.signal('SIGKILL'); // also one that is stopped
  });

  async function start(kubeconfig: string): Promise<Watching> {
    const lease = ['--leader-elect', '--home', 'east', '--lease-namespace', shop];
    const watching = await program.watch(['--kubeconfig', kubeconfig, ...contexts(all), ...lease]);
    processes.push(watching);
    return watching;
  }

  /** The writes since the last call, Leases aside. */
  async function writes(): Promise<readonly BodiedWrite[]> {
    const found = await Promise.all(tails.map((tail) => tail.read()));
    return found.flat().filter(({ group }) => group !== 'coordination.k8s.io' && group !== 'events.k8s.io');
  }

  const leads = (watching: Watching): boolean => watching.of('leading').at(-1)?.held === 1;

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
    await converged(program, all, first);
  }

  it('is finished by the other when its leader is killed in mid-pass', async () => {
    await manyServices();
    const strangers = await strangersIn(all, shop);
    const leader = await start(first);
    await until(() => {
      expect(leader.of('change').length).toBeGreaterThan(SERVICES);
    });
    leader.signal('SIGKILL');
    const done = await writes();
    const other = await start(second);
    await until(() => {
      expect(leads(other)).toBe(true);
    });
    await allServed();
    const before = [...done, ...(await writes())];
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
    const sleeper = await start(first);
    await until(() => {
      expect(leads(sleeper)).toBe(true);
    });
    const other = await start(second);
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
    const seen = await writes();
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

function titleOf({ server, verb, resource, subresource, name }: BodiedWrite): string {
  return [server, verb, resource, subresource, name].join(' ');
}
