import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRecord } from '../../src/lib/api/reader.ts';
import { contextClusters } from '../../src/lib/clusters/kube/contexts.ts';
import { auditMark } from '../kube/audit.ts';
import { clusters, describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { startEtcd, startServer, type Etcd, type Server } from '../kube/servers.ts';
import { notes } from '../lib/clusters/kube/watch-server.ts';
import { create } from './api.ts';

describeWithServers('the list that a watch begins with', () => {
  let etcd: Etcd & { kill(): Promise<void> };
  let older: Server;

  beforeAll(async () => {
    const { assets } = shared();
    etcd = await startEtcd(assets);
    const flags = ['--feature-gates=WatchList=false']; // as it is by default before Kubernetes 1.32, and in 1.33
    older = await startServer(assets, { name: 'older', etcd, serviceCIDR: '10.42.0.0/16', flags });
  });

  afterAll(async () => {
    await older.kill();
    await etcd.kill();
  });

  it('is streamed, and not asked for as a list', async () => {
    const { east } = await clusters();
    const requests = await requestsOfWatch(east);
    expect(requests).toEqual(['watch 200 streamed']);
  });

  it('is read page by page from a server that streams none', async () => {
    const requests = await requestsOfWatch(await handle(older.info));
    expect(requests).toEqual(['watch 422 streamed', 'list 200', 'watch 200']);
  });
});

/** What mcs asks a server to be told of its Namespaces, and to be told of one more. */
async function requestsOfWatch(server: Handle): Promise<readonly string[]> {
  const kubeconfig = await writeKubeconfig([server.info]);
  const call = { contexts: [], env: process.env, home: '/nonexistent', requestTimeout: 3, concurrency: 1 };
  const [cluster] = (await contextClusters({ ...call, kubeconfigs: [kubeconfig] })).clusters;
  if (cluster === undefined) throw new Error('no cluster');
  const mark = await auditMark(server.info);
  const seen = notes<'Namespace'>();
  const stop = cluster.watch('Namespace', seen);
  await seen.until(/^replace .*\bdefault\b/);
  const name = uniqueNamespace('listed');
  await create(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await seen.until(`put ${name}`);
  expect(seen.errors).toEqual([]);
  stop();
  await cluster.close();
  await auditMark(server.info);
  const log = (await readFile(server.info.auditLog)).subarray(mark).toString('utf8');
  return log
    .split('\n')
    .filter((line) => line.includes('"kubectl-mcs"') && line.includes('/api/v1/namespaces?'))
    .map(shown);
}

/** `watch 200 streamed`: verb and status, and whether a streamed list was asked for. */
function shown(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (!isRecord(entry) || !isRecord(entry.responseStatus)) throw new Error(`no entry: ${line}`);
  const streamed = String(entry.requestURI).includes('sendInitialEvents=true') ? ' streamed' : '';
  return `${String(entry.verb)} ${String(entry.responseStatus.code)}${streamed}`;
}
