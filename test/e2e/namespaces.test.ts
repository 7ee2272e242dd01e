import { beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { create, field, read, remove, uidOf } from './api.ts';
import {
  NOTHING,
  addressesIn,
  condition,
  contexts,
  createNamespace,
  formClusterset,
  held,
  writesDuring,
} from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported, namespaceObject, service, serviceExport } from './objects.ts';

describeWithServers('namespaces', () => {
  let east: Handle;
  let west: Handle;
  let both: readonly Handle[];
  let reconcile: readonly string[];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    both = [east, west];
    reconcile = ['reconcile', '--quiet', ...contexts(both)];
    await formClusterset('prod', both);
  });

  it('get no import until they exist, and get it in the next pass', async () => {
    const later = uniqueNamespace('later');
    await createNamespace(later, [east]);
    await create(east, ...exported(later, 'cart', ['10.0.0.1']));
    expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
    expect(await held(west, later, 'cart')).toEqual(NOTHING);
    const status = await mcs(['status', '-n', later]);
    expect(status.stdout).toContain(`namespace ${later} is missing in west`);
    const document: unknown = JSON.parse(await mcsDone(['status', '-n', later, '-o', 'json']));
    expect(field(document, 'services', 0)).toMatchObject({ state: 'OK', noNamespaceIn: ['west'], missingIn: [] });

    await createNamespace(later, [west]);
    expect((await mcs(['status', '-n', later])).stdout).toMatch(/cart .*MISSING in west/);
    await mcsDone(reconcile);
    const { import: found, slices } = await held(west, later, 'cart');
    expect(condition(found, 'Ready')).toMatchObject({ status: 'True' });
    expect(addressesIn(slices)).toEqual(['10.0.0.1']);
  });

  it('lose their exports with them', async () => {
    const gone = uniqueNamespace('gone');
    await createNamespace(gone, both);
    await create(west, ...exported(gone, 'cart', ['10.0.1.1']));
    await mcsDone(reconcile);
    for (const kind of ['ServiceExport', 'ServiceImport'] as const) await remove(west, kind, gone, 'cart');
    await west.removeNamespace(gone);
    await mcsDone(reconcile);
    expect(await held(east, gone, 'cart')).toEqual(NOTHING);
  });

  it('that are terminating get nothing new, keep what they have, and export until they are empty', async () => {
    const going = uniqueNamespace('going');
    await createNamespace(going, both);
    await create(west, ...exported(going, 'cart', ['10.0.1.1']));
    await mcsDone(reconcile);
    const before = await held(west, going, 'cart');
    await create(west, service(going, 'late'), serviceExport(going, 'late'));
    await west.request('DELETE', `/api/v1/namespaces/${going}`);
    expect(await west.get('namespace', going)).toMatchObject({ status: { phase: 'Terminating' } });
    const writes = await writesDuring([west], async () => {
      expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
    });
    expect(writes.map(({ resource, subresource }) => `${resource}/${subresource}`)).toEqual(['serviceexports/status']);
    expect(await held(west, going, 'late')).toEqual(NOTHING);
    expect(uidOf((await held(west, going, 'cart')).import)).toBe(uidOf(before.import));
    expect((await held(east, going, 'late')).import).toBeDefined();
    expect(await mcsDone(reconcile)).toContain('nothing to change');
    await remove(west, 'ServiceExport', going, 'late');
    await mcsDone(reconcile);
    expect(await held(east, going, 'late')).toEqual(NOTHING);
  });

  it('of the system take no part unless they are allowed by name', async () => {
    const system = uniqueNamespace('kube-shop');
    await Promise.all(both.map((server) => create(server, namespaceObject(system))));
    await create(east, ...exported(system, 'dns', ['10.0.0.53']));
    const refused = await mcs(['export', 'svc', 'dns', '-n', system, '--context', 'west', '--allow-missing']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('--allow-namespace');
    await mcsDone(reconcile);
    expect(await held(west, system, 'dns')).toEqual(NOTHING);
    expect(condition(await read(east, 'ServiceExport', system, 'dns'), 'Valid')).toMatchObject({ status: 'False' });
    await mcsDone([...reconcile, '--allow-namespace', system]);
    expect((await held(west, system, 'dns')).import).toBeDefined();
    await mcsDone(reconcile);
    expect(await held(west, system, 'dns')).toEqual(NOTHING);
  });
});
