import { afterAll, beforeAll, expect, it } from 'vitest';
import { shardOf } from '../../src/lib/controller/shards.ts';
import type { BodiedWrite } from '../faults/audit-bodies.ts';
import { Program, type Watching } from '../faults/program.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { change, create } from './api.ts';
import { createNamespace, formClusterset } from './clusterset.ts';
import { Elected, FIRST, SECOND, holds, titleOf } from './elected.ts';
import { arrived, converged, ended, isSound, until } from './fault-run.ts';
import { exported } from './objects.ts';

const SHARDS = 4;
/** Services of each shard. */
const EACH = 6;

describeWithServers(`mcs reconcile --watch --leader-elect --shards ${SHARDS}`, () => {
  const shop = uniqueNamespace('shards');
  const program = new Program();
  let all: readonly Handle[];
  let east: Handle;
  let elected: Elected;
  let first: Watching;
  let second: Watching;

  const shard = (name: string): number => shardOf(`${shop}/${name}`, SHARDS);
  /** As many of each shard: which one a name gets depends on the namespace. */
  const names = Array.from({ length: SHARDS }, (_, wanted) =>
    Array.from({ length: 500 }, (_name, index) => `web-${index}`)
      .filter((name) => shard(name) === wanted)
      .slice(0, EACH),
  ).flat();
  const start = (who: typeof FIRST | typeof SECOND): Promise<Watching> =>
    elected.start(who, shop, ['--shards', String(SHARDS)]);

  beforeAll(async () => {
    const { west, ...rest } = await clusters();
    ({ east } = rest);
    all = [east, west];
    await formClusterset('shards', all);
    await createNamespace(shop, all);
    elected = await Elected.over(program, all);
    await elected.listen();
    [first, second] = [await start(FIRST), await start(SECOND)];
    await until(() => {
      expect([holds(first), holds(second)]).toEqual([2, 2]);
    });
  });

  afterAll(() => {
    elected.kill();
  });

  /** Gives every service an address of its own under this prefix, and waits until all have it. */
  async function moveAll(prefix: string): Promise<void> {
    for (const [index, name] of names.entries()) {
      await change(east, 'EndpointSlice', shop, `${name}-abcde`, {
        endpoints: [{ addresses: [`${prefix}.${index}`] }],
      });
    }
    await allAt(prefix);
  }

  async function allAt(prefix: string): Promise<void> {
    for (const [index, name] of names.entries()) await arrived(all, shop, name, [`${prefix}.${index}`]);
    await converged(program, all, await writeKubeconfig(all.map(({ info }) => info)));
  }

  /** Who wrote for each shard, by their names in the audit logs. */
  function writers(writes: readonly BodiedWrite[]): readonly string[][] {
    const found = names.map((name) => ({
      shard: shard(name),
      users: writes
        .filter(({ resource, name: written }) =>
          resource === 'serviceimports' ? written === name : written.startsWith(`${name}-`),
        )
        .map(({ user }) => user),
    }));
    return Array.from({ length: SHARDS }, (_, index) => [
      ...new Set(found.filter((one) => one.shard === index).flatMap(({ users }) => users)),
    ]);
  }

  it('divides the services: each shard is written by one, both write, nothing is written twice', async () => {
    expect(names).toHaveLength(SHARDS * EACH);
    for (const [index, name] of names.entries()) await create(east, ...exported(shop, name, [`10.6.0.${index}`]));
    await allAt('10.6.0');
    const ours = (await elected.writes()).filter(({ user }) => user === FIRST || user === SECOND);
    expect(writers(ours).map(({ length }) => length)).toEqual(Array<number>(SHARDS).fill(1));
    expect(writers(ours).flat().toSorted()).toEqual([FIRST, FIRST, SECOND, SECOND]);
    const created = ours.filter(({ code }) => code === 201).map(titleOf);
    expect(new Set(created).size).toBe(created.length);
  });

  it('gives the shards of a replica that is killed to the other', async () => {
    second.signal('SIGKILL');
    await moveAll('10.6.1');
    expect(holds(first)).toBe(SHARDS);
    isSound(first);
  });

  it('gives a new replica its part, and gets it back at once when that ends well', async () => {
    second = await start(SECOND);
    await until(() => {
      expect([holds(first), holds(second)]).toEqual([2, 2]);
    });
    await elected.writes();
    await moveAll('10.6.2');
    const ours = (await elected.writes()).filter(({ user }) => user === FIRST || user === SECOND);
    expect(writers(ours).flat().toSorted()).toEqual([FIRST, FIRST, SECOND, SECOND]);
    await ended(second);
    await until(() => {
      expect(holds(first)).toBe(SHARDS);
    });
    await moveAll('10.6.3');
    await ended(first);
  });
});
