/** A kubeconfig whose clusters are behind a proxy, with the built program: in tests of single files undici is whole. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRecord } from '../../src/lib/api/reader.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, type Handle } from '../kube/fixture.ts';
import { kubeconfig } from '../kube/kubeconfig.ts';
import { type CompanyProxy, httpProxy, socksProxy } from '../lib/clusters/kube/proxies.ts';
import { formClusterset } from './clusterset.ts';
import { mcs } from './mcs.ts';

describeWithServers('clusters behind a proxy', () => {
  let east: Handle;
  let west: Handle;
  const proxies: CompanyProxy[] = [];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    await formClusterset('prod', [east, west]);
  });

  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  /** Of both clusters, by the proxy. */
  function through(proxy: CompanyProxy): string {
    const config = kubeconfig([east.info, west.info]);
    const entries = isRecord(config) && Array.isArray(config.clusters) ? config.clusters.filter(isRecord) : [];
    for (const { cluster } of entries) if (isRecord(cluster)) Object.assign(cluster, { 'proxy-url': proxy.url });
    const path = join(temporaryFolder('proxied'), 'config');
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  it.each([
    ['HTTP', httpProxy],
    ['SOCKS 5', socksProxy],
  ])('are reached over it alone: %s', async (_name, startProxy) => {
    const proxy = await startProxy();
    proxies.push(proxy);
    const { code, stdout, stderr } = await mcs(['clusters', '-o', 'name'], { kubeconfig: through(proxy) });
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: 'east\nwest\n' });
    const status = await mcs(['status'], { kubeconfig: through(proxy) });
    expect(status).toMatchObject({ code: 0, stdout: 'clusterset prod · 2/2 clusters read · 0 services\n' });
    expect(new Set(proxy.tunnels)).toEqual(new Set([east, west].map(({ info }) => new URL(info.url).host)));
  });
});
