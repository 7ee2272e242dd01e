import { afterAll, beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { startServer, type Server } from '../kube/servers.ts';
import { create } from './api.ts';
import { contexts, createNamespace, formClusterset } from './clusterset.ts';
import { mcs, mcsDone, startMcs, type McsOptions } from './mcs.ts';
import { exported } from './objects.ts';

describeWithServers('mcs wait svc', () => {
  let east: Handle;
  let server: Server;
  let away: Handle;
  let options: McsOptions;
  let shop: string;
  let both: readonly string[];

  beforeAll(async () => {
    ({ east } = await clusters());
    const { assets, etcd } = shared();
    server = await startServer(assets, { name: 'away', etcd, serviceCIDR: '10.41.0.0/16' });
    away = await handle(server.info);
    options = { kubeconfig: await writeKubeconfig([east.info, away.info]) };
    both = ['--request-timeout=4s', ...contexts([east, away])];
    await formClusterset('prod', [east, away], options);
    shop = uniqueNamespace('wait');
    await createNamespace(shop, [east, away]);
  });

  afterAll(async () => {
    await server.kill();
  });

  it('outlives an API server that goes away and comes back, and ends when all clusters hold it', async () => {
    const wait = startMcs(
      ['wait', 'svc', `${shop}/cart`, '--for=imported', '--for=endpoints=1', '--timeout=100s', ...both],
      options,
    );
    await wait.says(/waiting for imported: no cluster exports it/);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await wait.says(/waiting for imported: missing in away, east/);
    await server.stop();
    await wait.says(/waiting for imported: missing in east/);
    expect((await mcs(['reconcile', '--quiet', ...both], options)).code).toBe(3);
    await wait.says(/in east, but not all could be read: away: /);
    await server.restart();
    await mcsDone(['reconcile', '--quiet', ...both], options);
    const { code, stdout, stderr } = await wait.ended;
    expect([code, /^error/m.exec(stderr)]).toEqual([0, null]);
    expect(stdout).toMatch(/imported +met +in away, east\n.*endpoints=1 +met +1 ready: east=1\/1/);
    expect(
      (await mcs(['wait', 'svc', `${shop}/cart`, '--for=endpoints=2', '--timeout=0', ...both], options)).code,
    ).toBe(5);
  });
});
