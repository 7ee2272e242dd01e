import { beforeAll, beforeEach, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { READ_ALL, grant, type Rule } from '../kube/rbac.ts';
import { create, field, remove } from './api.ts';
import { NOTHING, addressesIn, contexts, createNamespace, formClusterset, held, writesDuring } from './clusterset.ts';
import { mcs, mcsDone, type McsOptions } from './mcs.ts';
import { exported } from './objects.ts';

const WRITE_ALL: readonly Rule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['create', 'patch', 'update', 'delete'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['create', 'patch', 'update', 'delete'] },
  { apiGroups: ['multicluster.x-k8s.io'], resources: ['*'], verbs: ['create', 'patch', 'update', 'delete'] },
];
/** The rules without one resource. */
const without = (rules: readonly Rule[], resource: string): readonly Rule[] =>
  rules
    .map((rule) => ({ ...rule, resources: rule.resources.filter((each) => each !== resource) }))
    .filter(({ resources }) => resources.length > 0);

describeWithServers('rights that are missing in one cluster', () => {
  let east: Handle;
  let west: Handle;
  let options: McsOptions;
  let reconcile: readonly string[];
  let shop: string;

  beforeAll(async () => {
    ({ east, west } = await clusters());
    const [mine, limited] = await Promise.all([
      writeKubeconfig([east.info]),
      writeKubeconfig([west.info], { user: 'limited' }),
    ]);
    options = { kubeconfig: `${mine}:${limited}` };
    reconcile = ['reconcile', '--quiet', ...contexts([east, west])];
    await formClusterset('prod', [east, west]);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('rbac');
    await createNamespace(shop, [east, west]);
  });

  it.each([['endpointslices'], ['serviceexports'], ['services'], ['serviceimports'], ['clusterproperties']])(
    'to list %s make it unknown: nothing goes because of it, the others are served',
    async (resource) => {
      await create(west, ...exported(shop, 'cart', ['10.0.1.1']));
      await mcsDone(reconcile);
      await grant(west.info, 'limited', [...without(READ_ALL, resource), ...WRITE_ALL]);
      await create(east, ...exported(shop, 'fresh', ['10.0.0.1']));
      // What it says is not to be believed: these went, and nobody can see it.
      await remove(west, 'ServiceExport', shop, 'cart');
      let result = await mcs(['version']);
      const writes = await writesDuring([west], async () => (result = await mcs(reconcile, options)));
      expect(result.code).toBe(3);
      expect(result.stderr).toMatch(new RegExp(`^error: west: not allowed to list ${resource}.*\\n +next: `, 'm'));
      expect(writes).toEqual([]);
      expect((await held(east, shop, 'fresh')).import).toBeDefined();
      expect(addressesIn((await held(east, shop, 'cart')).slices)).toEqual(['10.0.1.1']);
      await mcsDone(reconcile);
      expect(await held(east, shop, 'cart')).toEqual(NOTHING);
    },
  );

  it('to write one kind are told once per object, and the rest of the work is done', async () => {
    await grant(west.info, 'limited', [...READ_ALL, ...without(WRITE_ALL, 'endpointslices')]);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    const { code, stderr } = await mcs(reconcile, options);
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`error: west: EndpointSlice ${shop}/cart-\\w+: not allowed to .*endpointslices`));
    const there = await held(west, shop, 'cart');
    expect(there.import).toMatchObject({ spec: { ips: [field(there.derived, 'spec', 'clusterIP')] } });
    expect(there.slices).toEqual([]);
    expect(addressesIn((await held(east, shop, 'cart')).slices)).toEqual(['10.0.0.1']);
    await grant(west.info, 'limited', [...READ_ALL, ...WRITE_ALL]);
    expect((await mcs(reconcile, options)).code).toBe(0);
    expect((await held(west, shop, 'cart')).slices).toHaveLength(1);
  });

  it('everywhere but in one namespace are enough to see that one', async () => {
    await create(west, ...exported(shop, 'cart', ['10.0.1.1']));
    await mcsDone(reconcile);
    await grant(west.info, 'limited', [
      { apiGroups: ['about.k8s.io'], resources: ['clusterproperties'], verbs: ['get', 'list'] },
    ]);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'see', namespace: shop },
      rules: READ_ALL,
    };
    await west.apply([role]);
    await west.kubectl(['create', 'rolebinding', 'see', '--role=see', '--user=limited', '-n', shop]);
    const one = await mcs(['status', '-q', '-n', shop, '-o', 'json'], options);
    expect(one.code).toBe(0);
    expect(field(JSON.parse(one.stdout), 'services', 0)).toMatchObject({
      state: 'OK',
      exportedBy: ['west'],
      importedBy: ['east', 'west'],
      endpoints: [{ cluster: 'west', ready: 1, total: 1 }],
    });
    const all = await mcs(['status', '-q', '-A'], options);
    expect(all.code).toBe(3);
    expect(all.stderr).toMatch(/error: west: not allowed to list/);
  });
});
