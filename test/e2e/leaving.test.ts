import { beforeAll, beforeEach, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { create, field, read, uidOf } from './api.ts';
import {
  NOTHING,
  addressesIn,
  condition,
  contexts,
  createNamespace,
  formClusterset,
  held,
  nextSecond,
} from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported, headless, service, serviceExport, slice } from './objects.ts';

describeWithServers('the end of exports and memberships', () => {
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let reconcile: readonly string[];
  let shop: string;

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    reconcile = ['reconcile', '--quiet', ...contexts([east, west, north])];
    await formClusterset('prod', [east, west, north]);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('leaving');
    await createNamespace(shop, [east, west, north]);
  });

  it('of the oldest exporter: the next oldest decides at once, and the import stays the same object', async () => {
    await create(west, ...exported(shop, 'cart', ['10.0.1.1'], { sessionAffinity: 'ClientIP' }));
    await nextSecond();
    await create(north, ...exported(shop, 'cart', ['10.0.2.1'], { ports: [{ name: 'web', port: 8080 }] }));
    await nextSecond();
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await mcsDone(reconcile);
    const before = await held(east, shop, 'cart');
    expect(before.import).toMatchObject({ spec: { sessionAffinity: 'ClientIP', ports: [{ port: 80 }, { port: 8080 }] } }); // prettier-ignore
    const { code, stderr } = await mcs(['unexport', 'svc', 'cart', '-n', shop, '--context', 'west']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/west is the oldest exporter of .*cart; north decides .*sessionAffinity: ClientIP → None/);
    await mcsDone(reconcile);
    const after = await held(east, shop, 'cart');
    expect(after.import).toMatchObject({
      metadata: { uid: uidOf(before.import) },
      spec: { sessionAffinity: 'None', ports: [{ port: 8080 }, { port: 80 }], ips: field(before.import, 'spec', 'ips') }, // prettier-ignore
      status: { clusters: [{ cluster: 'east' }, { cluster: 'north' }] },
    });
    expect(uidOf(after.derived)).toBe(uidOf(before.derived));
    expect(addressesIn(after.slices)).toEqual(['10.0.0.1', '10.0.2.1']);
  });

  it('of the last exporter: import, derived Service and slices are gone everywhere', async () => {
    await create(west, ...exported(shop, 'last', ['10.0.1.1']));
    await create(west, headless(shop, 'db'), serviceExport(shop, 'db'), slice(shop, 'db', ['10.0.1.2']));
    await mcsDone(reconcile);
    expect((await held(north, shop, 'last')).slices).toHaveLength(1);
    const { code, stderr } = await mcs(['unexport', 'svc', 'last', 'db', '-n', shop, '--context', 'west']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/west is the last exporter of .*last: its import disappears in east, north, west/);
    await mcsDone(reconcile);
    for (const at of [east, west, north]) {
      for (const name of ['last', 'db']) expect(await held(at, shop, name), at.name).toEqual(NOTHING);
    }
    // What was exported is the user's.
    expect(await read(west, 'Service', shop, 'last')).toBeDefined();
    expect(await read(west, 'EndpointSlice', shop, 'last-abcde')).toBeDefined();
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('of a membership: what it gave goes from the others, what it held goes from it', async () => {
    await create(west, service(shop, 'cart'), slice(shop, 'cart', ['10.0.1.1']));
    await create(west, ...exported(shop, 'alone', ['10.0.1.2']));
    await mcsDone(['export', 'svc', 'cart', '-n', shop, '--context', 'west']);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await mcsDone(reconcile);
    const refused = await mcs(['leave', '--quiet', '--context', 'west', '--yes']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('--exports=all');
    await mcsDone(['leave', '--quiet', '--context', 'west', '--exports=all', '--yes']);
    for (const name of ['cart', 'alone']) expect(await held(west, shop, name)).toEqual(NOTHING);
    expect(await read(west, 'ServiceExport', shop, 'cart')).toBeUndefined();
    expect(addressesIn((await held(east, shop, 'cart')).slices)).toEqual(['10.0.0.1', '10.0.1.1']);

    await mcsDone(reconcile);
    for (const at of [east, north]) {
      const { import: found, slices } = await held(at, shop, 'cart');
      expect(field(found, 'status', 'clusters')).toEqual([{ cluster: 'east' }]);
      expect(addressesIn(slices)).toEqual(['10.0.0.1']);
      expect(await held(at, shop, 'alone')).toEqual(NOTHING);
    }
    expect(await held(west, shop, 'cart')).toEqual(NOTHING);
    expect(await mcsDone(reconcile)).toContain('nothing to change');

    await mcsDone(['join', 'prod', '--context', 'west']);
    await mcsDone(reconcile);
    expect(condition((await held(west, shop, 'cart')).import, 'Ready')).toMatchObject({ status: 'True' });
  });
});
