import { beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create, field, read } from './api.ts';
import {
  addressesIn,
  contexts,
  createNamespace,
  formClusterset,
  held,
  importedSlices,
  nextSecond,
  sourceOf,
  writesDuring,
} from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { HTTP, exported, headless, service, serviceExport, slice } from './objects.ts';

const METRICS = { name: 'metrics', protocol: 'TCP', port: 9100 };

describeWithServers('imported slices', () => {
  const shop = uniqueNamespace('slices');
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let reconcile: readonly string[];

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    reconcile = ['reconcile', '--quiet', ...contexts([east, west, north])];
    await formClusterset('prod', [east, west, north]);
    await createNamespace(shop, [east, west, north]);
  });

  it('hold 250 endpoints in three, and move alone when one of them changes', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `10.2.${Math.floor(index / 100)}.${(index % 100) + 1}`);
    await create(east, ...exported(shop, 'many', ['10.0.0.1']));
    await create(west, ...exported(shop, 'many', many));
    await mcsDone(reconcile);
    for (const server of [east, west, north]) {
      const slices = await importedSlices(server, shop, 'many');
      const sizes = slices.map((one) => [sourceOf(one), addressesIn([one]).length]);
      expect(sizes.slice(0, 1)).toEqual([['east', 1]]);
      expect(sizes.slice(1).toSorted((a, b) => Number(b[1]) - Number(a[1]))).toEqual([
        ['west', 100],
        ['west', 100],
        ['west', 50],
      ]);
      expect(addressesIn(slices)).toEqual(['10.0.0.1', ...many].sort());
    }
    const endpoints = many.map((address, index) => ({ addresses: [address], conditions: { ready: index !== 7 } }));
    await change(west, 'EndpointSlice', shop, 'many-abcde', { endpoints });
    const writes = await writesDuring([east, west, north], () => mcsDone(reconcile));
    expect(writes.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(Array(3).fill('patch endpointslices'));
    expect(new Set(writes.map(({ name }) => name)).size).toBe(1);
  });

  it('keep what means something elsewhere: conditions, host names and zones', async () => {
    const ready = { ready: true, serving: true, terminating: false };
    const target = { kind: 'Pod', name: 'web-0', namespace: shop };
    await create(
      west,
      service(shop, 'kept'),
      serviceExport(shop, 'kept'),
      slice(shop, 'kept', [
        { addresses: ['10.0.1.1'], conditions: ready, zone: 'w1', nodeName: 'n1', targetRef: target },
        { addresses: ['10.0.1.2'], conditions: { ...ready, ready: false }, hostname: 'web-1' },
      ]),
    );
    await mcsDone(reconcile);
    const [only] = await importedSlices(east, shop, 'kept');
    expect(field(only, 'endpoints')).toEqual([
      { addresses: ['10.0.1.1'], conditions: ready, zone: 'w1' },
      { addresses: ['10.0.1.2'], conditions: { ...ready, ready: false }, hostname: 'web-1' },
    ]);
  });

  it('serve only the ports on which their source agrees, and none when it agrees on none', async () => {
    const other = { ...METRICS, port: 9200 };
    await create(west, ...exported(shop, 'partly', ['10.0.1.1'], { ports: [HTTP, METRICS] }));
    await nextSecond();
    await create(east, ...exported(shop, 'partly', ['10.0.0.1'], { ports: [HTTP, other] }));
    await create(north, ...exported(shop, 'partly', ['10.0.2.1'], { ports: [other] }));
    await mcsDone(reconcile);
    for (const server of [east, west, north]) {
      const { import: found, slices } = await held(server, shop, 'partly');
      expect(found).toMatchObject({ spec: { ports: [HTTP, METRICS] } });
      const served = slices.map((one) => [sourceOf(one), field(one, 'ports')]);
      expect(served).toEqual([
        ['east', [HTTP]],
        ['west', expect.toSatisfy((ports: unknown) => Array.isArray(ports) && ports.length === 2)],
      ]);
    }
  });

  it('serve an unnamed port under the name that the derived Service gives it', async () => {
    await create(east, ...exported(shop, 'unnamed', ['10.0.0.1'], { ports: [{ port: 8080 }] }));
    await nextSecond();
    await create(west, ...exported(shop, 'unnamed', ['10.0.1.1'], { ports: [METRICS] }));
    await mcsDone(reconcile);
    const { import: found, derived, slices } = await held(north, shop, 'unnamed');
    expect(found).toMatchObject({ spec: { ports: [{ port: 8080 }, METRICS] } });
    expect(derived).toMatchObject({ spec: { ports: [{ name: 'tcp-8080', port: 8080 }, METRICS] } });
    expect(slices).toMatchObject([{ ports: [{ name: 'tcp-8080', port: 8080 }] }, { ports: [METRICS] }]);
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('keep the ports of a headless service as they are, none included', async () => {
    await create(west, headless(shop, 'bare', { ports: [] }), serviceExport(shop, 'bare'));
    await create(west, slice(shop, 'bare', ['10.0.1.1'], { ports: [] }));
    await mcsDone(reconcile);
    const { import: found, slices } = await held(north, shop, 'bare');
    expect(found).toMatchObject({ spec: { type: 'Headless', ports: [] } });
    expect(addressesIn(slices)).toEqual(['10.0.1.1']);
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('leave out addresses that mean nothing elsewhere, and say so', async () => {
    await create(west, ...exported(shop, 'odd', ['10.0.1.1', '239.1.1.1']));
    await create(west, slice(shop, 'odd', ['odd.example.com'], { addressType: 'FQDN', name: 'odd-names' }));
    const { code, stderr } = await mcs(reconcile);
    expect(code).toBe(0);
    expect(stderr).toMatch(/west: EndpointSlice .*odd-abcde: .*239\.1\.1\.1/);
    expect(stderr).toMatch(/west: EndpointSlice .*odd-names: address type FQDN/);
    expect(addressesIn(await importedSlices(east, shop, 'odd'))).toEqual(['10.0.1.1']);
    await change(west, 'EndpointSlice', shop, 'odd-abcde', { endpoints: [{ addresses: ['10.0.1.1'] }] });
    await west.request('DELETE', `/apis/discovery.k8s.io/v1/namespaces/${shop}/endpointslices/odd-names`);
    expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
  });

  it('go with the endpoints they came from', async () => {
    await create(west, ...exported(shop, 'gone', ['10.0.1.1']));
    await create(west, slice(shop, 'gone', ['10.0.1.2'], { name: 'gone-second' }));
    await mcsDone(reconcile);
    expect(addressesIn(await importedSlices(east, shop, 'gone'))).toEqual(['10.0.1.1', '10.0.1.2']);
    await west.request('DELETE', `/apis/discovery.k8s.io/v1/namespaces/${shop}/endpointslices/gone-second`);
    await change(west, 'EndpointSlice', shop, 'gone-abcde', { endpoints: [] });
    await mcsDone(reconcile);
    expect((await held(east, shop, 'gone')).slices).toEqual([]);
    expect(await read(east, 'ServiceImport', shop, 'gone')).toBeDefined();
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });
});
