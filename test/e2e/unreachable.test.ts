import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { clusters, describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { startServer, type Server } from '../kube/servers.ts';
import { change, create, field, readAll } from './api.ts';
import {
  NOTHING,
  addressesIn,
  contexts,
  createNamespace,
  formClusterset,
  held,
  nextSecond,
  writesDuring,
} from './clusterset.ts';
import { mcs, mcsDone, startMcs, type McsOptions } from './mcs.ts';
import { exported, service, serviceExport } from './objects.ts';

describeWithServers('a cluster that does not answer', () => {
  let east: Handle;
  let west: Handle;
  let server: Server;
  let doomed: Handle;
  let options: McsOptions;
  let reconcile: readonly string[];
  let shop: string;

  beforeAll(async () => {
    ({ east, west } = await clusters());
    const { assets, etcd } = shared();
    server = await startServer(assets, { name: 'doomed', etcd, serviceCIDR: '10.40.0.0/16' });
    doomed = await handle(server.info);
    options = { kubeconfig: await writeKubeconfig([east.info, west.info, doomed.info]) };
    reconcile = ['reconcile', '--quiet', '--request-timeout=4s', ...contexts([east, west, doomed])];
    await formClusterset('prod', [east, west, doomed], options);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('unreachable');
    await createNamespace(shop, [east, west, doomed]);
  });

  afterAll(async () => {
    await server.kill();
  });

  it('keeps what it gave, in slices, status and merge, while the others go on', async () => {
    await create(doomed, ...exported(shop, 'cart', ['10.0.9.1'], { sessionAffinity: 'ClientIP' }));
    await create(doomed, ...exported(shop, 'alone', ['10.0.9.2']));
    await nextSecond();
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await mcsDone(reconcile, options);
    await server.stop();
    try {
      await change(east, 'EndpointSlice', shop, 'cart-abcde', { endpoints: [{ addresses: ['10.0.0.2'] }] });
      await create(west, ...exported(shop, 'fresh', ['10.0.1.1']));
      const { code, stdout, stderr } = await mcs(reconcile, options);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^error: doomed: .*refused/);
      expect(stderr).not.toMatch(/\n +at /);
      expect(stdout).toContain('kept what "doomed" gave to 2 services');
      for (const at of [east, west]) {
        const cart = await held(at, shop, 'cart');
        expect(cart.import).toMatchObject({
          spec: { sessionAffinity: 'ClientIP' },
          status: { clusters: [{ cluster: 'doomed' }, { cluster: 'east' }] },
        });
        expect(addressesIn(cart.slices)).toEqual(['10.0.0.2', '10.0.9.1']);
        expect(addressesIn((await held(at, shop, 'alone')).slices)).toEqual(['10.0.9.2']);
        expect((await held(at, shop, 'fresh')).import).toBeDefined();
      }
      const again = await writesDuring([east, west], async () => {
        expect((await mcs(reconcile, options)).code).toBe(3);
      });
      expect(again).toEqual([]);

      const status = await mcs(['status', '-n', shop, '--request-timeout=4s', '-o', 'json'], options);
      expect(status.code).toBe(3);
      const report: unknown = JSON.parse(status.stdout);
      expect(field(report, 'clusters', 2)).toMatchObject({ cluster: 'doomed', state: 'unreachable' });
      expect(field(report, 'services', 0)).toMatchObject({ name: 'alone', state: 'UNKNOWN', unreachable: ['doomed'] });

      const gone = await mcs(['reconcile', '--gone', 'doomed', ...contexts([east, west])], options);
      expect(gone.code).toBe(0);
      const cart = await held(west, shop, 'cart');
      expect(addressesIn(cart.slices)).toEqual(['10.0.0.2']);
      expect(cart.import).toMatchObject({
        spec: { sessionAffinity: 'None' },
        status: { clusters: [{ cluster: 'east' }] },
      });
      expect(await held(west, shop, 'alone')).toEqual(NOTHING);
    } finally {
      await server.restart();
    }
    // Back again, it is asked like all others.
    await mcsDone(reconcile, options);
    expect(addressesIn((await held(west, shop, 'alone')).slices)).toEqual(['10.0.9.2']);
    expect((await held(doomed, shop, 'fresh')).import).toBeDefined();
    expect(await mcsDone(reconcile, options)).toContain('nothing to change');
  });

  it('counts as such when it is not among those chosen', async () => {
    await create(doomed, ...exported(shop, 'cart', ['10.0.9.1']));
    await mcsDone(reconcile, options);
    const two = ['reconcile', ...contexts([east, west])];
    const { code, stdout } = await mcs(two, options);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('kept what "doomed"') as unknown }); // prettier-ignore
    expect(addressesIn((await held(west, shop, 'cart')).slices)).toEqual(['10.0.9.1']);
  });

  it.each([
    { end: 'frozen', message: /error: doomed: .*no answer within 4 s/g },
    { end: 'killed', message: /error: doomed: .*(refused|closed|reset)/g },
  ])('any more, $end in mid-run, is given up, and the others are served to the end', async ({ end, message }) => {
    const names = Array.from({ length: 48 }, (_, index) => `svc-${String(index).padStart(2, '0')}`);
    await Promise.all(names.map((name) => create(doomed, service(shop, name), serviceExport(shop, name))));
    const run = startMcs(reconcile, options);
    await run.lines(1);
    if (end === 'frozen') server.freeze();
    else await server.kill();
    try {
      const { code, stderr } = await run.ended;
      expect(code).toBe(3);
      expect(stderr.match(message)).toHaveLength(1);
      for (const at of [east, west]) {
        const imports = await readAll(at, 'ServiceImport', shop);
        expect(imports.map((one) => field(one, 'metadata', 'name')).sort()).toEqual(names);
        expect(imports.filter((one) => field(one, 'spec', 'ips', 0) === undefined)).toEqual([]);
      }
    } finally {
      if (end === 'frozen') server.thaw();
      else await server.restart();
    }
    expect((await readAll(doomed, 'ServiceImport', shop)).length).toBeLessThan(names.length);
    await mcsDone(reconcile, options);
    expect(await readAll(doomed, 'ServiceImport', shop)).toHaveLength(names.length);
    expect(await mcsDone(reconcile, options)).toContain('nothing to change');
  });

  it('is one line, and nothing is done, when there is no other', async () => {
    const kubeconfig = await writeKubeconfig([{ ...doomed.info, url: 'https://127.0.0.1:1' }]);
    const { code, stdout, stderr } = await mcs(['reconcile', '--quiet', '--yes'], { kubeconfig });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/^error: no cluster answered; doomed: /);
  });
});
