import { beforeAll, expect, it } from 'vitest';
import { derivedName } from '../../src/lib/api/names.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create, field, read, readAll, remove, uidOf } from './api.ts';
import {
  NOTHING,
  addressesIn,
  condition,
  contexts,
  createNamespace,
  formClusterset,
  held,
  sourceOf,
  writesDuring,
} from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported, headless, service, serviceExport, slice } from './objects.ts';

describeWithServers('one pass over a clusterset of API servers', () => {
  const shop = uniqueNamespace('shop');
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let all: readonly Handle[];
  let reconcile: readonly string[];

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    all = [east, west, north];
    reconcile = ['reconcile', '--quiet', ...contexts(all)];
    await formClusterset('prod', all);
    await createNamespace(shop, all);
    await create(east, service(shop, 'cart'), slice(shop, 'cart', ['10.0.0.1']));
    await create(west, service(shop, 'cart'), slice(shop, 'cart', ['10.0.1.1', '10.0.1.2']));
    await mcsDone(['export', 'svc', 'cart', '-n', shop, '--context', 'east', '--context', 'west']);
    await mcsDone(reconcile);
  });

  it('gives every member the import, with an IP of its own and the endpoints of both exporters', async () => {
    for (const server of all) {
      const { import: found, derived, slices } = await held(server, shop, 'cart');
      const ip = field(derived, 'spec', 'clusterIP');
      const owner = { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', name: 'cart' };
      const ownerReferences = [{ ...owner, uid: uidOf(found) }];
      expect(found, server.name).toMatchObject({
        metadata: { labels: { 'app.kubernetes.io/managed-by': 'mcs' } },
        spec: { type: 'ClusterSetIP', ports: [{ name: 'http', protocol: 'TCP', port: 80 }], ips: [ip] },
        status: { clusters: [{ cluster: 'east' }, { cluster: 'west' }], endpointSliceObjects: 'Present' },
      });
      expect(condition(found, 'Ready')).toMatchObject({ status: 'True', reason: 'Ready' });
      expect(derived).toMatchObject({ metadata: { ownerReferences }, spec: { type: 'ClusterIP' } });
      expect(field(derived, 'spec', 'selector')).toBeUndefined();
      expect(slices.map(sourceOf)).toEqual(['east', 'west']);
      expect(addressesIn(slices)).toEqual(['10.0.0.1', '10.0.1.1', '10.0.1.2']);
      for (const one of slices) {
        expect(one).toMatchObject({
          metadata: {
            ownerReferences,
            labels: {
              'kubernetes.io/service-name': derivedName(shop, 'cart'),
              'endpointslice.kubernetes.io/managed-by': 'mcs-reconciler',
            },
          },
          ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
        });
      }
    }
  });

  it('tells the exports that they are valid, exported and without conflict', async () => {
    const found = await read(west, 'ServiceExport', shop, 'cart');
    const observedGeneration = field(found, 'metadata', 'generation');
    expect(condition(found, 'Valid')).toMatchObject({ status: 'True', observedGeneration });
    expect(condition(found, 'Ready')).toMatchObject({ status: 'True', reason: 'Exported', observedGeneration });
    expect(condition(found, 'Conflict')).toMatchObject({ status: 'False', reason: 'NoConflicts', observedGeneration });
  });

  it('shows the service as OK, with its endpoints, as a table and as a document', async () => {
    const table = await mcs(['status', '-n', shop]);
    expect(table.stdout).toMatch(/cart +ClusterSetIP +80\/TCP +east,west +3\/3 +OK/);
    const document: unknown = JSON.parse(await mcsDone(['status', '-n', shop, '-o', 'json']));
    const ips = field(await read(east, 'ServiceImport', shop, 'cart'), 'spec', 'ips');
    expect(document).toMatchObject({
      kind: 'StatusReport',
      clusterset: 'prod',
      clusters: ['east', 'west', 'north'].map((cluster) => ({ cluster, id: cluster, state: 'ok' })),
      services: [
        {
          namespace: shop,
          name: 'cart',
          type: 'ClusterSetIP',
          ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
          state: 'OK',
          exportedBy: ['east', 'west'],
          importedBy: expect.arrayContaining(['east', 'west', 'north']) as unknown,
          missingIn: [],
          ips: expect.arrayContaining([{ cluster: 'east', ips }]) as unknown,
          endpoints: [
            { cluster: 'east', ready: 1, total: 1 },
            { cluster: 'west', ready: 2, total: 2 },
          ],
          conflicts: [],
        },
      ],
    });
  });

  it('writes nothing the second time', async () => {
    let printed = '';
    const writes = await writesDuring(all, async () => (printed = await mcsDone(reconcile)));
    expect(writes).toEqual([]);
    expect(printed).toMatch(/^clusterset prod: 3 clusters, \d+ services?: nothing to change\n$/);
  });

  it('does not ask for more when clusters are named, and writes nothing before a yes when they are not', async () => {
    await create(east, ...exported(shop, 'asked', []));
    const refused = await mcs(['reconcile']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--yes');
    expect(await held(east, shop, 'asked')).toEqual(NOTHING);
    expect(await mcsDone(['reconcile', '--yes'])).toContain(`ServiceImport ${shop}/asked`);
  });

  it('prints in a dry run what the real one does; the server is asked, and keeps nothing', async () => {
    await create(east, ...exported(shop, 'orders', ['10.0.0.7']));
    await create(west, ...exported(shop, 'orders', ['10.0.1.7'], { ports: [{ name: 'web', port: 80 }] }));
    await change(east, 'Service', shop, 'cart', { spec: { sessionAffinity: 'ClientIP' } });
    const runs: string[] = [];
    const client = await writesDuring(all, async () => runs.push(await mcsDone([...reconcile, '--dry-run'])));
    expect(client).toEqual([]);
    const server = await writesDuring(all, async () => runs.push(await mcsDone([...reconcile, '--dry-run=server'])));
    expect(server.length).toBeGreaterThan(0);
    expect(server.filter(({ dryRun }) => !dryRun)).toEqual([]);
    expect(await held(east, shop, 'orders')).toEqual(NOTHING);
    runs.push(await mcsDone(reconcile));
    const [asked, tried, done] = runs.map((text) => text.replace('would be ', '').split('\n').sort());
    expect(done).toContainEqual(expect.stringMatching(`^east +create +ServiceImport ${shop}/orders`));
    expect(asked).toEqual(done);
    expect(tried).toEqual(done);
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('gives a headless service no IP, and nothing to Services that cannot be exported or are not there', async () => {
    await create(
      west,
      headless(shop, 'db', { ports: [{ name: 'sql', port: 5432 }] }),
      serviceExport(shop, 'db'),
      slice(shop, 'db', [{ addresses: ['10.0.1.9'], hostname: 'db-0' }], { ports: [{ name: 'sql', port: 5432 }] }),
      service(shop, 'alias', { type: 'ExternalName', externalName: 'example.com', ports: [] }),
      serviceExport(shop, 'alias'),
      serviceExport(shop, 'missing'),
    );
    expect((await mcs(reconcile)).code).toBe(0);
    const { import: found, derived, slices } = await held(north, shop, 'db');
    expect(found).toMatchObject({ spec: { type: 'Headless', ports: [{ name: 'sql', port: 5432 }] } });
    expect(field(found, 'spec', 'ips')).toBeUndefined();
    expect(derived).toBeUndefined();
    expect(slices).toMatchObject([{ endpoints: [{ addresses: ['10.0.1.9'], hostname: 'db-0' }] }]);
    expect(field(slices[0], 'metadata', 'labels', 'kubernetes.io/service-name')).toBeUndefined();
    for (const [name, reason] of [
      ['alias', 'InvalidServiceType'],
      ['missing', 'NoService'],
    ] as const) {
      const found = await read(west, 'ServiceExport', shop, name);
      expect(condition(found, 'Valid')).toMatchObject({ status: 'False', reason });
      for (const server of [east, west]) expect(await held(server, shop, name)).toEqual(NOTHING);
    }
    const table = await mcs(['status', '-n', shop]);
    expect(table.stdout).toMatch(/alias .*NOT EXPORTED \(west: InvalidServiceType\)/);
    expect(table.code).toBe(0);
  });

  it('exports the labels and annotations of the spec, and none of the metadata', async () => {
    await create(east, service(shop, 'tagged', {}, { labels: { own: 'yes' }, annotations: { own: 'yes' } }));
    const tags = ['--exported-label', 'tier=gold', '--exported-annotation', 'note=a b'];
    await mcsDone(['export', 'svc', 'tagged', '-n', shop, '--context', 'east', ...tags]);
    await change(east, 'ServiceExport', shop, 'tagged', { metadata: { labels: { meta: 'yes' } } });
    await mcsDone(reconcile);
    const found = await read(north, 'ServiceImport', shop, 'tagged');
    expect(field(found, 'metadata', 'labels')).toEqual({ 'app.kubernetes.io/managed-by': 'mcs', tier: 'gold' });
    expect(found).toMatchObject({ metadata: { annotations: { note: 'a b' } } });
    expect(field(found, 'metadata', 'annotations', 'own')).toBeUndefined();
    await change(east, 'ServiceExport', shop, 'tagged', { spec: { exportedLabels: { tier: null } } });
    await mcsDone(reconcile);
    const after = await read(north, 'ServiceImport', shop, 'tagged');
    expect(field(after, 'metadata', 'labels')).toEqual({ 'app.kubernetes.io/managed-by': 'mcs' });
  });

  it('keeps import, derived Service and IP through all changes of ports and exporters', async () => {
    await create(east, ...exported(shop, 'steady', ['10.0.0.8']));
    await mcsDone(reconcile);
    const before = await held(north, shop, 'steady');
    await create(west, ...exported(shop, 'steady', ['10.0.1.8'], { ports: [{ name: 'admin', port: 9000 }] }));
    await change(east, 'Service', shop, 'steady', {
      spec: { ports: [{ name: 'https', port: 443 }], sessionAffinity: 'ClientIP' },
    });
    await mcsDone(reconcile);
    const after = await held(north, shop, 'steady');
    expect(after.import).toMatchObject({
      spec: { ports: [{ name: 'https', port: 443 }, { name: 'admin', port: 9000 }], sessionAffinity: 'ClientIP' }, // prettier-ignore
    });
    expect(after.derived).toMatchObject({ spec: { sessionAffinity: 'ClientIP', ports: [{ port: 443 }, { port: 9000 }] } }); // prettier-ignore
    expect(uidOf(after.import)).toBe(uidOf(before.import));
    expect(uidOf(after.derived)).toBe(uidOf(before.derived));
    expect(field(after.import, 'spec', 'ips')).toEqual(field(before.import, 'spec', 'ips'));
  });

  it('turns a service headless and back without making its import anew', async () => {
    await create(east, ...exported(shop, 'flip', ['10.0.0.6']));
    await mcsDone(reconcile);
    const first = await held(north, shop, 'flip');
    await remove(east, 'Service', shop, 'flip');
    await create(east, headless(shop, 'flip'));
    await mcsDone(reconcile);
    const flipped = await held(north, shop, 'flip');
    expect(flipped.import).toMatchObject({ metadata: { uid: uidOf(first.import) }, spec: { type: 'Headless' } });
    expect(field(flipped.import, 'spec', 'ips')).toBeUndefined();
    expect(flipped.derived).toBeUndefined();
    expect(addressesIn(flipped.slices)).toEqual(['10.0.0.6']);
    expect(await mcsDone(reconcile)).toContain('nothing to change');
    await remove(east, 'Service', shop, 'flip');
    await create(east, service(shop, 'flip'));
    await mcsDone(reconcile);
    const back = await held(north, shop, 'flip');
    expect(back.import).toMatchObject({
      metadata: { uid: uidOf(first.import) },
      spec: { type: 'ClusterSetIP', ips: [field(back.derived, 'spec', 'clusterIP')] },
    });
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('takes the import away with the Service and brings it back with it', async () => {
    await create(west, ...exported(shop, 'brief', ['10.0.1.5']));
    await mcsDone(reconcile);
    await remove(west, 'Service', shop, 'brief');
    await mcsDone(reconcile);
    for (const server of [east, west, north]) expect(await held(server, shop, 'brief')).toEqual(NOTHING);
    expect(condition(await read(west, 'ServiceExport', shop, 'brief'), 'Valid')).toMatchObject({ reason: 'NoService' });
    await create(west, service(shop, 'brief'));
    await mcsDone(reconcile);
    expect(condition((await held(north, shop, 'brief')).import, 'Ready')).toMatchObject({ status: 'True' });
  });

  it('leaves what is not its own in the namespace as it was', async () => {
    await create(east, service(shop, 'bystander'), slice(shop, 'bystander', ['10.0.0.99']));
    const names = async (): Promise<readonly unknown[]> => [
      ...(await readAll(east, 'Service', shop)).map((one) => field(one, 'metadata', 'resourceVersion')),
      ...(await readAll(east, 'EndpointSlice', shop)).map((one) => field(one, 'metadata', 'resourceVersion')),
    ];
    const before = await names();
    await mcsDone(reconcile);
    expect(await names()).toEqual(before);
  });
});
