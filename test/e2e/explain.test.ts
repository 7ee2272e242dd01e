import { beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { create } from './api.ts';
import { contexts, createNamespace, formClusterset } from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported, namespaceObject } from './objects.ts';

describeWithServers('explain', () => {
  const shop = uniqueNamespace('explain');
  let east: Handle;
  let west: Handle;
  let both: readonly string[];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    await formClusterset('prod', [east, west]);
    await createNamespace(shop, [east]);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    both = [...contexts([east, west]), '--quiet'];
  });

  it('names one cause after the other until the chain holds, down to the IP', async () => {
    const explain = ['explain', 'svc', `${shop}/cart`, '--in', 'west', ...both];
    const absent = await mcs(explain);
    expect(absent).toMatchObject({ code: 1, stderr: '' });
    expect(absent.stdout).toContain(`root cause MCS101 in west: namespace "${shop}" does not exist`);
    expect(absent.stdout).toContain(`fix: kubectl --context west create namespace ${shop}\n`);

    await create(west, namespaceObject(shop));
    const unreconciled = await mcs(explain);
    expect(unreconciled.stdout).toMatch(/root cause MCS404 in west: .*\n {2}fix: mcs reconcile\n/);

    await mcsDone(['reconcile', ...both]);
    const held = await mcs(explain);
    expect(held).toMatchObject({ code: 0, stderr: '' });
    expect(held.stdout).toMatch(/^6 address {4}ok {7}10\.\d+\.\d+\.\d+$/m);
  });
});
