import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { create, field } from './api.ts';
import { NOTHING, addressesIn, contexts, createNamespace, formClusterset, held, writesDuring } from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported, namespaceObject } from './objects.ts';

describeWithServers('which clusters take part', () => {
  const shop = uniqueNamespace('selection');
  let east: Handle;
  let west: Handle;
  let north: Handle;

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    await formClusterset('prod', [east, west]);
    await formClusterset('other', [north]);
    await createNamespace(shop, [east, west, north]);
  });

  it('of two clustersets in one kubeconfig: those of the one that is named', async () => {
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await create(north, ...exported(shop, 'cart', ['10.0.2.1']));
    const unnamed = await mcs(['reconcile', '-q', '--yes']);
    expect(unnamed).toMatchObject({ code: 2, stdout: '' });
    expect(unnamed.stderr).toMatch(/other \(north\); prod \(east, west\)\nnext: .*--clusterset/);
    expect((await mcs(['status', '-q'])).code).toBe(2);
    const writes = await writesDuring([north], async () => {
      const printed = await mcsDone(['reconcile', '-q', '--yes', '--clusterset', 'prod']);
      expect(printed).toContain('clusterset prod: 2 clusters');
    });
    expect(writes).toEqual([]);
    expect(addressesIn((await held(west, shop, 'cart')).slices)).toEqual(['10.0.0.1']);
    await mcsDone(['reconcile', '-q', '--yes', '--clusterset', 'other']);
    expect(addressesIn((await held(north, shop, 'cart')).slices)).toEqual(['10.0.2.1']);
    expect((await mcs(['reconcile', '-q', '--yes', '--clusterset', 'none'])).code).toBe(2);
  });

  it('by two contexts of one cluster: it counts once, with a warning', async () => {
    const twin = await writeKubeconfig([{ ...east.info, name: 'east-again' }, west.info]);
    const kubeconfig = `${await writeKubeconfig([east.info])}:${twin}`;
    await create(east, ...exported(shop, 'twice', ['10.0.0.2']));
    const { code, stdout, stderr } = await mcs(['reconcile', '-q', '--yes'], { kubeconfig });
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: .*east.* are the same cluster/);
    expect(stdout).toContain('clusterset prod: 2 clusters');
    expect(stdout).not.toContain('east-again');
    expect(addressesIn((await held(west, shop, 'twice')).slices)).toEqual(['10.0.0.2']);
    const report: unknown = JSON.parse(
      (await mcs(['status', 'twice', '-n', shop, '-q', '-o', 'json'], { kubeconfig })).stdout,
    );
    expect(field(report, 'services', 0, 'importedBy')).toEqual(['east', 'west']);
  });

  it('from contexts and directories in one call', async () => {
    const folder = temporaryFolder('site');
    const manifests = [namespaceObject(shop), ...exported(shop, 'mixed', ['10.0.7.1'])];
    await mkdir(join(folder, 'apps'));
    await writeFile(join(folder, 'apps', 'mixed.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests })); // prettier-ignore
    await create(east, ...exported(shop, 'mixed', ['10.0.0.3']));
    const mixed = ['--dir', `site=${folder}`, ...contexts([east, west])];
    await mcsDone(['join', 'prod', '--dir', `site=${folder}`]);
    expect((await mcs(['reconcile', '-q', ...mixed])).code).toBe(0);
    for (const at of [east, west]) {
      const { import: found, slices } = await held(at, shop, 'mixed');
      expect(addressesIn(slices)).toEqual(['10.0.0.3', '10.0.7.1']);
      expect(field(found, 'status', 'clusters')).toEqual([{ cluster: 'east' }, { cluster: 'site' }]);
    }
    expect(await readdir(join(folder, 'mcs', shop))).toContain('serviceimport-mixed.yaml');
    expect(await mcsDone(['reconcile', '-q', ...mixed])).toContain('nothing to change');
    const report: unknown = JSON.parse(await mcsDone(['status', 'mixed', '-q', ...mixed, '-o', 'json']));
    expect(field(report, 'services', 0)).toMatchObject({ exportedBy: ['east', 'site'], state: 'OK' });
    await mcsDone(['leave', '-q', '--dir', `site=${folder}`, '--exports=all', '--yes']).catch(() => undefined);
    await mcsDone(['reconcile', '-q', '--gone', 'site', ...contexts([east, west])]);
  });

  it('never a cluster of none, but to take away what it still holds of ours', async () => {
    await mcsDone(['leave', '-q', '--context', 'north', '--exports=all', '--yes']);
    expect(await held(north, shop, 'cart')).toEqual(NOTHING);
    await mcsDone(['reconcile', '-q', '--yes']);
    expect(await held(north, shop, 'cart')).toEqual(NOTHING);
  });
});
