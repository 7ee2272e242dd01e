import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Kind } from '../../src/lib/api/kinds.ts';
import type { Cluster } from '../../src/lib/clusters/cluster.ts';
import { contextClusters } from '../../src/lib/clusters/kube/contexts.ts';
import { describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { must, request } from '../kube/request.ts';
import { startEtcd, startServer, type Etcd, type Server } from '../kube/servers.ts';
import { notes, proxyTo, type Notes } from '../lib/clusters/kube/watch-server.ts';
import { change, create, field, remove } from './api.ts';
import { CRDS, manifest } from './kube/opened.ts';
import { serviceExport } from './objects.ts';

/** Shorter than a controller waits, or each test of a failure would take minutes. */
const TUNING = { firstPause: 100, longestPause: 500 };

describeWithServers('a watch of an API server', () => {
  let etcd: Etcd & { kill(): Promise<void> };
  let server: Server;
  let at: Handle;
  let cluster: Cluster;
  let shop: string;
  let stops: (() => void)[] = [];

  beforeAll(async () => {
    const { assets } = shared();
    etcd = await startEtcd(assets); // its own: what is compacted is gone for all servers of an etcd
    server = await startServer(assets, { name: 'watched', etcd, serviceCIDR: '10.41.0.0/16' });
    at = await handle(server.info);
    cluster = await open();
    for (const path of [...CRDS, 'crds/about.k8s.io_clusterproperties.yaml']) {
      await cluster.crds?.apply(await manifest(path));
    }
  });

  beforeEach(async () => {
    shop = uniqueNamespace('watch');
    await create(at, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: shop } });
  });

  afterEach(() => {
    for (const stop of stops) stop();
    stops = [];
  });

  afterAll(async () => {
    await cluster.close();
    await server.kill();
    await etcd.kill();
  });

  async function open({ silence = 75_000, url = server.info.url } = {}): Promise<Cluster> {
    const kubeconfig = await writeKubeconfig([{ ...server.info, url }]);
    const call = { contexts: [], env: process.env, home: '/nonexistent', requestTimeout: 3, concurrency: 1 };
    const watch = { ...TUNING, silence };
    const [made] = (await contextClusters({ ...call, kubeconfigs: [kubeconfig], watch })).clusters;
    if (made === undefined) throw new Error('no cluster');
    return made;
  }

  async function watching<K extends Kind>(kind: K, by: Cluster = cluster): Promise<Notes<K>> {
    const seen = notes<K>(30_000);
    const stop = by.watch(kind, seen);
    stops.push(stop);
    await seen.until(/^replace/);
    await seen.until('heard');
    return seen;
  }

  const exported = (name: string): Promise<void> => create(at, serviceExport(shop, name));

  it('shows what is created, changed and deleted', async () => {
    await exported('there');
    const seen = await watching('ServiceExport');
    expect(seen.told()[0]).toMatch(/\bthere\b/);
    await exported('web');
    await change(at, 'ServiceExport', shop, 'web', { metadata: { labels: { a: 'b' } } });
    await remove(at, 'ServiceExport', shop, 'web');
    await seen.until('remove web');
    expect(seen.told().slice(1)).toEqual(['put web', 'put web', 'remove web']);
    expect(seen.objects.at(-1)).toMatchObject({
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      metadata: { namespace: shop, name: 'web', labels: { a: 'b' } },
    });
    expect(seen.errors).toEqual([]);
  });

  it('has five kinds on one HTTP/2 session', async () => {
    const proxy = await proxyTo(Number(new URL(server.info.url).port));
    const remote = await open({ url: `https://127.0.0.1:${proxy.port}` });
    await Promise.all(
      (['Namespace', 'Service', 'EndpointSlice', 'ServiceExport', 'ServiceImport'] as const).map((kind) =>
        watching(kind, remote),
      ),
    );
    expect(proxy.taken()).toBe(1); // the lists are on it too
    await remote.close();
    await proxy.close();
  });

  it('comes back after the server was killed, with what was missed', async () => {
    await exported('kept');
    await exported('again');
    const seen = await watching('ServiceExport');
    const first = uidOf(seen, 'again');
    await server.kill();
    await seen.until('failed unreachable');
    await server.restart();
    await remove(at, 'ServiceExport', shop, 'again');
    await exported('again');
    await remove(at, 'ServiceExport', shop, 'kept');
    await seen.until('heard', 2);
    // The server may have forgotten what was before its start: then the whole is told anew.
    await seen.until(/^remove kept$|^replace (?!.*\bkept\b)/);
    expect(uidOf(seen, 'again')).not.toBe(first);
  });

  it('lists anew when its version was compacted, and shows what was created anew under one name', async () => {
    await exported('twice');
    await exported('gone');
    const proxy = await proxyTo(Number(new URL(server.info.url).port));
    const remote = await open({ url: `https://127.0.0.1:${proxy.port}` });
    const seen = await watching('ServiceExport', remote);
    const first = uidOf(seen, 'twice');
    proxy.cut();
    await seen.until('failed unreachable');
    await remove(at, 'ServiceExport', shop, 'twice');
    await exported('twice');
    await remove(at, 'ServiceExport', shop, 'gone');
    await compact(etcd);
    await server.restart(); // or its cache would still have what etcd has forgotten
    proxy.revive();
    await seen.until(/^replace/, 2);
    expect(seen.told().at(-1)).toMatch(/\btwice\b/);
    expect(seen.told().at(-1)).not.toMatch(/\bgone\b/);
    expect(uidOf(seen, 'twice')).not.toBe(first);
    expect(seen.told().filter((note) => !/^(replace|failed)/.test(note))).toEqual([]);
    await remote.close();
    await proxy.close();
  });

  it('finds out that the server is frozen, and comes back when it thaws', async () => {
    const impatient = await open({ silence: 2000 });
    const seen = await watching('ServiceExport', impatient);
    server.freeze();
    try {
      await seen.until('failed timeout');
    } finally {
      server.thaw();
    }
    await exported('late');
    await seen.until(/\blate\b/);
    await impatient.close();
  });

  it('notices that a CRD was deleted, and that it is back', async () => {
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/clusterproperties.about.k8s.io';
    const seen = await watching('ClusterProperty');
    await must(request(server.info, 'DELETE', crd));
    await seen.until('failed not-served');
    await cluster.crds?.apply(await manifest('crds/about.k8s.io_clusterproperties.yaml'));
    await seen.until(/^replace/, 2);
    const metadata = { name: 'back' };
    await create(at, { apiVersion: 'about.k8s.io/v1beta1', kind: 'ClusterProperty', metadata, spec: { value: 'x' } });
    await seen.until('put back');
  });
});

function uidOf<K extends Kind>(seen: Notes<K>, name: string): string | undefined {
  return seen.objects.findLast(({ metadata }) => metadata.name === name)?.metadata.uid;
}

/** Makes an etcd forget all but its present state. */
async function compact({ url }: Etcd): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const revision = field(await post('maintenance/status', {}), 'header', 'revision');
  await post('kv/compaction', { revision, physical: true });
}
