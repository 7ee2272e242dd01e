import { afterAll, beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { startServer, type Server } from '../kube/servers.ts';
import { create, field, read } from './api.ts';
import { addressesIn, condition, contexts, createNamespace, formClusterset, held, nextSecond } from './clusterset.ts';
import { mcs, mcsDone, type McsOptions } from './mcs.ts';
import { exported, slice } from './objects.ts';

const BOTH = { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] };
const IPV6 = { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] };

describeWithServers('IP families', () => {
  const shop = uniqueNamespace('families');
  let east: Handle;
  let server: Server;
  let dual: Handle;
  let options: McsOptions;
  let reconcile: readonly string[];

  beforeAll(async () => {
    ({ east } = await clusters());
    const { assets, etcd } = shared();
    server = await startServer(assets, { name: 'dual', etcd, serviceCIDR: '10.50.0.0/16', dualStack: true });
    dual = await handle(server.info);
    options = { kubeconfig: await writeKubeconfig([east.info, dual.info]) };
    reconcile = ['reconcile', '--quiet', ...contexts([east, dual])];
    await formClusterset('prod', [east, dual], options);
    await createNamespace(shop, [east, dual]);
  });

  afterAll(async () => {
    await server.kill();
  });

  it('of one dual-stack exporter: both where they can be had, in its order, and one IP elsewhere', async () => {
    await create(dual, ...exported(shop, 'both', ['10.0.5.1'], BOTH));
    await create(dual, slice(shop, 'both', ['fd12::1'], { addressType: 'IPv6', name: 'both-six' }));
    expect(await mcs(reconcile, options)).toMatchObject({ code: 0, stderr: '' });
    const there = await held(dual, shop, 'both');
    const ips = field(there.derived, 'spec', 'clusterIPs');
    expect(ips).toEqual([expect.stringContaining('fd00:50:'), expect.stringContaining('10.50.')]);
    expect(there.import).toMatchObject({ spec: { ipFamilies: ['IPv6', 'IPv4'], ips } });
    const here = await held(east, shop, 'both');
    expect(here.import).toMatchObject({ spec: { ips: [field(here.derived, 'spec', 'clusterIP')] } });
    expect(field(here.derived, 'spec', 'ipFamilies')).toEqual(['IPv4']);
    for (const { import: found, slices } of [there, here]) {
      expect(condition(found, 'Ready')).toMatchObject({ status: 'True' });
      expect(addressesIn(slices)).toEqual(['10.0.5.1', 'fd12::1']);
      expect(slices.map((one) => one.addressType).sort()).toEqual(['IPv4', 'IPv6']);
    }
    expect(await mcsDone(reconcile, options)).toContain('nothing to change');
    const status: unknown = JSON.parse(await mcsDone(['status', 'both', '-o', 'json'], options));
    expect(field(status, 'services', 0)).toMatchObject({
      state: 'OK',
      endpoints: [{ cluster: 'dual', ready: 1, total: 1 }],
    });
  });

  it('of two exporters: those that both have, without a conflict', async () => {
    await create(dual, ...exported(shop, 'common', [], BOTH));
    await nextSecond();
    await create(east, ...exported(shop, 'common', []));
    await mcsDone(reconcile, options);
    const { import: found, derived } = await held(dual, shop, 'common');
    expect(found).toMatchObject({ spec: { ipFamilies: ['IPv4'], ips: [field(derived, 'spec', 'clusterIP')] } });
    expect(field(derived, 'spec', 'clusterIPs')).toEqual([expect.stringContaining('10.50.')]);
    const conflict = condition(await read(east, 'ServiceExport', shop, 'common'), 'Conflict');
    expect(conflict).toMatchObject({ status: 'False' });
  });

  it('that shrink take their IP with them and keep the Service', async () => {
    await create(dual, ...exported(shop, 'shrink', [], { ...BOTH, ipFamilies: ['IPv4', 'IPv6'] }));
    await mcsDone(reconcile, options);
    const before = await held(dual, shop, 'shrink');
    await create(east, ...exported(shop, 'shrink', []));
    await mcsDone(reconcile, options);
    const after = await held(dual, shop, 'shrink');
    expect(after.import).toMatchObject({
      spec: { ipFamilies: ['IPv4'], ips: [field(before.import, 'spec', 'ips', 0)] },
    });
    expect(field(after.derived, 'metadata', 'uid')).toBe(field(before.derived, 'metadata', 'uid'));
    expect(await mcsDone(reconcile, options)).toContain('nothing to change');
  });

  it('that a cluster does not have leave its import without IP, and it says so', async () => {
    await create(dual, ...exported(shop, 'six', [], IPV6));
    await mcsDone(reconcile, options);
    const { import: found, derived } = await held(east, shop, 'six');
    expect(condition(found, 'Ready')).toMatchObject({ status: 'False', reason: 'IPFamilyNotSupported' });
    expect(derived).toBeUndefined();
    expect(condition((await held(dual, shop, 'six')).import, 'Ready')).toMatchObject({ status: 'True' });
    expect(await mcsDone(reconcile, options)).toContain('nothing to change');
  });

  it('that have nothing in common are a conflict, and the oldest decides', async () => {
    await create(dual, ...exported(shop, 'apart', [], IPV6));
    await nextSecond();
    await create(east, ...exported(shop, 'apart', []));
    await mcsDone(reconcile, options);
    expect((await held(dual, shop, 'apart')).import).toMatchObject({ spec: { ipFamilies: ['IPv6'] } });
    const conflict = condition(await read(east, 'ServiceExport', shop, 'apart'), 'Conflict');
    expect(conflict).toMatchObject({ status: 'True', reason: 'IPFamilyConflict' });
  });
});
