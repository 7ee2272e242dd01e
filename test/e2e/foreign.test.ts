import { beforeAll, expect, it } from 'vitest';
import { derivedName } from '../../src/lib/api/names.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create, field, read, remove, uidOf } from './api.ts';
import { condition, contexts, createNamespace, formClusterset, held, writesDuring } from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { HTTP, exported, namespaceObject, service } from './objects.ts';

describeWithServers('what others made', () => {
  const shop = uniqueNamespace('foreign');
  let east: Handle;
  let west: Handle;
  let reconcile: readonly string[];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    reconcile = ['reconcile', '--quiet', ...contexts([east, west])];
    await formClusterset('prod', [east, west]);
    await createNamespace(shop, [east, west]);
  });

  it('is left alone and reported when it is a ServiceImport, until it is adopted', async () => {
    await create(west, {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceImport',
      metadata: { name: 'cart', namespace: shop, labels: { made: 'by-hand' } },
      spec: { type: 'Headless', ports: [{ name: 'old', protocol: 'TCP', port: 1 }] },
    });
    const before = await read(west, 'ServiceImport', shop, 'cart');
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    const { code, stderr } = await mcs(reconcile);
    expect(code).toBe(3);
    expect(stderr).toMatch(/west: ServiceImport .*\/cart: exists already .*left alone\n +next: .*--adopt/);
    expect(await held(west, shop, 'cart')).toEqual({ import: before, derived: undefined, slices: [] });
    expect(condition((await held(east, shop, 'cart')).import, 'Ready')).toMatchObject({ status: 'True' });
    const again = await writesDuring([east, west], async () => {
      expect((await mcs(reconcile)).code).toBe(3);
    });
    expect(again).toEqual([]);

    expect(await mcs([...reconcile, '--adopt'])).toMatchObject({ code: 0, stderr: '' });
    const { import: adopted, derived, slices } = await held(west, shop, 'cart');
    expect(adopted).toMatchObject({
      metadata: { uid: uidOf(before), labels: { 'app.kubernetes.io/managed-by': 'mcs' } },
      spec: { type: 'ClusterSetIP', ports: [HTTP], ips: [field(derived, 'spec', 'clusterIP')] },
    });
    expect(slices).toHaveLength(1);
    expect(await mcs(reconcile)).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to change') as unknown }); // prettier-ignore
  });

  it('is left alone and reported when it is a Service of the derived name, until it is adopted', async () => {
    const name = derivedName(shop, 'orders');
    await create(west, service(shop, name, { selector: { app: 'theirs' }, ports: [{ name: 'x', port: 1 }] }));
    const before = await read(west, 'Service', shop, name);
    await create(east, ...exported(shop, 'orders', ['10.0.0.2']));
    const { code, stderr } = await mcs(reconcile);
    expect(code).toBe(3);
    expect(stderr).toContain(`west: Service ${shop}/${name}: exists already`);
    const { import: found, derived, slices } = await held(west, shop, 'orders');
    expect(derived).toEqual(before);
    expect(field(found, 'spec', 'ips')).toBeUndefined();
    expect(condition(found, 'Ready')).toMatchObject({ status: 'False', reason: 'Pending' });
    expect(field(slices[0], 'metadata', 'labels', 'kubernetes.io/service-name')).toBeUndefined();
    expect((await mcs(['status', 'orders', '-n', shop])).stdout).toMatch(/orders .*PENDING/);

    expect(await mcs([...reconcile, '--adopt'])).toMatchObject({ code: 0, stderr: '' });
    const after = await held(west, shop, 'orders');
    expect(after.derived).toMatchObject({ metadata: { uid: uidOf(before) }, spec: { ports: [HTTP] } });
    expect(field(after.derived, 'spec', 'selector')).toBeUndefined();
    expect(after.import).toMatchObject({ spec: { ips: [field(before, 'spec', 'clusterIP')] } });
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('is put right when it stands in objects of ours', async () => {
    await create(east, ...exported(shop, 'edited', ['10.0.0.3']));
    await mcsDone(reconcile);
    const before = await held(west, shop, 'edited');
    const specOf = (holding: typeof before): unknown => [
      field(holding.import, 'spec'),
      field(holding.import, 'status', 'clusters'),
      field(holding.derived, 'spec'),
      field(holding.slices[0], 'endpoints'),
    ];
    const [first] = before.slices;
    await change(west, 'ServiceImport', shop, 'edited', {
      spec: { ports: [{ name: 'evil', protocol: 'TCP', port: 666 }], sessionAffinity: 'ClientIP' },
    });
    await change(
      west,
      'ServiceImport',
      shop,
      'edited',
      { status: { clusters: [{ cluster: 'east' }, { cluster: 'west' }] } },
      'status',
    );
    await change(west, 'Service', shop, derivedName(shop, 'edited'), { spec: { selector: { app: 'evil' } } });
    await change(west, 'EndpointSlice', shop, String(field(first, 'metadata', 'name')), {
      endpoints: [{ addresses: ['10.66.6.6'] }, field(first, 'endpoints', 0)],
    });
    expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
    expect(specOf(await held(west, shop, 'edited'))).toEqual(specOf(before));
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('is put right too when it names a cluster that nobody knows', async () => {
    await create(east, ...exported(shop, 'named', ['10.0.0.5']));
    await mcsDone(reconcile);
    const clusters = [{ cluster: 'east' }, { cluster: 'mars' }];
    await change(west, 'ServiceImport', shop, 'named', { status: { clusters } }, 'status');
    expect(await mcsDone(reconcile)).not.toContain('mars');
    const { import: found } = await held(west, shop, 'named');
    expect(field(found, 'status', 'clusters')).toEqual([{ cluster: 'east' }]);
  });

  it('stays on exports: conditions of other controllers are kept', async () => {
    await create(east, ...exported(shop, 'shared', []));
    const theirs = {
      type: 'example.com/Checked',
      status: 'True',
      reason: 'Checked',
      message: '',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    };
    await change(east, 'ServiceExport', shop, 'shared', { status: { conditions: [theirs] } }, 'status');
    await mcsDone(reconcile);
    const found = await read(east, 'ServiceExport', shop, 'shared');
    expect(condition(found, 'example.com/Checked')).toEqual(theirs);
    expect(condition(found, 'Valid')).toMatchObject({ status: 'True' });
  });

  it('is not fought over: a cluster in which another MCS controller works is not reconciled', async () => {
    // Submariner is looked for only where its API group is.
    await west.apply(SUBMARINER_CRD);
    await west.kubectl(['wait', 'crd', 'submariners.submariner.io', '--for=condition=Established', '--timeout=60s']);
    await create(west, namespaceObject('submariner-operator'), AGENT);
    try {
      await create(east, ...exported(shop, 'fought', ['10.0.0.4']));
      let result = await mcs(['version']);
      const writes = await writesDuring([west], async () => (result = await mcs(reconcile)));
      expect(result.code).toBe(3);
      expect(result.stderr).toMatch(/west: Deployment submariner-operator\/submariner-lighthouse-agent: Submariner/);
      expect(writes).toEqual([]);
      expect((await held(east, shop, 'fought')).import).toBeDefined();
      expect((await mcs(['clusters'])).stdout).toMatch(/west .*Submariner/);
      expect((await mcs(['status', 'fought', '-n', shop])).code).toBe(0);
    } finally {
      await remove(west, 'Deployment', 'submariner-operator', 'submariner-lighthouse-agent');
      await west.kubectl(['delete', 'crd', 'submariners.submariner.io']);
    }
    await mcsDone(reconcile);
    expect((await held(west, shop, 'fought')).import).toBeDefined();
  });
});

const AGENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'submariner-lighthouse-agent', namespace: 'submariner-operator' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'agent', image: 'example.invalid/agent' }] },
    },
  },
};

const SUBMARINER_CRD = [
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'submariners.submariner.io' },
    spec: {
      group: 'submariner.io',
      scope: 'Namespaced',
      names: { plural: 'submariners', singular: 'submariner', kind: 'Submariner', listKind: 'SubmarinerList' },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
];
