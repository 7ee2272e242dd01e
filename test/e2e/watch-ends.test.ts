import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kept } from '../faults/kept.ts';
import { Program } from '../faults/program.ts';
import { clusters, describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { startServer, type Server } from '../kube/servers.ts';
import { change, create, remove } from './api.ts';
import { addressesIn, contexts, createNamespace, importedSlices, writesDuring } from './clusterset.ts';
import { exported } from './objects.ts';

describeWithServers('mcs reconcile --watch that is ended and begun', () => {
  const shop = uniqueNamespace('ends');
  let east: Handle;
  let west: Handle;
  let all: readonly Handle[];
  let server: Server;
  let kept: Kept;

  const expectAddresses = async (name: string, addresses: readonly string[], at = all): Promise<void> => {
    for (const cluster of at) {
      expect(addressesIn(await importedSlices(cluster, shop, name)), cluster.name).toEqual(addresses);
    }
  };
  const moveTo = (address: string): Promise<void> =>
    change(east, 'EndpointSlice', shop, 'web-0-abcde', { endpoints: [{ addresses: [address] }] });

  beforeAll(async () => {
    ({ east, west } = await clusters());
    const { assets, etcd } = shared();
    server = await startServer(assets, { name: 'icy', etcd, serviceCIDR: '10.90.0.0/16' });
    all = [east, west, await handle(server.info)];
    const program = new Program();
    const access = ['--kubeconfig', await writeKubeconfig(all.map(({ info }) => info)), ...contexts(all)];
    await program.document(['join', 'prod', ...access]);
    await createNamespace(shop, all);
    for (const name of ['web-0', 'web-1', 'web-2']) await create(east, ...exported(shop, name, ['10.1.0.1']));
    kept = new Kept(program, access);
    await kept.start();
    await kept.until(() => expectAddresses('web-0', ['10.1.0.1']));
  });

  afterAll(async () => {
    await kept.end('SIGKILL');
    await server.kill();
  });

  it('ends with 0 on SIGTERM and on SIGINT, and writes nothing when it begins again', async () => {
    const writes = await writesDuring(all, async () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        expect(await kept.end(signal)).toBe(0);
        kept.expectClean();
        await kept.start();
        await kept.until(() => expectAddresses('web-0', ['10.1.0.1']));
      }
    });
    expect(writes).toEqual([]);
  });

  it('writes nothing after kill -9 and a new begin', async () => {
    const writes = await writesDuring(all, async () => {
      await kept.end('SIGKILL');
      await kept.start();
      await kept.until(() => expectAddresses('web-0', ['10.1.0.1']));
    });
    expect(writes).toEqual([]);
  });

  it('takes up what happened while it was away', async () => {
    await kept.end('SIGTERM');
    await moveTo('10.1.0.2');
    await remove(east, 'ServiceExport', shop, 'web-1');
    await kept.start();
    await kept.until(async () => {
      await expectAddresses('web-0', ['10.1.0.2']);
      await expectAddresses('web-1', []);
    });
  });

  it('ends with 0, within its 10 s and some, while a server does not answer a write', async () => {
    server.freeze();
    await moveTo('10.1.0.3');
    await expect.poll(async () => addressesIn(await importedSlices(west, shop, 'web-0'))).toEqual(['10.1.0.3']);
    expect(await kept.end('SIGTERM')).toBe(0);
    server.thaw();
    await kept.start();
    await kept.until(() => expectAddresses('web-0', ['10.1.0.3']));
  });

  it('ends at once with 130 on a second signal', async () => {
    server.freeze();
    await moveTo('10.1.0.4');
    await expect.poll(async () => addressesIn(await importedSlices(west, shop, 'web-0'))).toEqual(['10.1.0.4']);
    expect(await kept.end('SIGTERM', 'SIGINT')).toBe(130);
    server.thaw();
    await kept.start();
    await kept.until(() => expectAddresses('web-0', ['10.1.0.4']));
  });
});
