import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findAssets } from '../test/kube/assets.ts';
import { writeKubeconfig } from '../test/kube/kubeconfig.ts';
import { type ServerInfo, startEtcd, startServer } from '../test/kube/servers.ts';
import { BareClient } from './bare-client.ts';
import { runNode } from './process.ts';
import type { Scratch } from './program.ts';

/** A member of the clusterset: a real kube-apiserver on loopback. */
export interface Member {
  readonly name: string;
  readonly info: ServerInfo;
  readonly api: BareClient;
}

export interface Members {
  readonly all: readonly Member[];
  /** Whose services are exported. */
  readonly source: Member;
  readonly others: readonly Member[];
  /** Path of a kubeconfig with all of them. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Most requests under way to a server at a time, of the bare client as of mcs (`--concurrency`, its default). */
export const CONCURRENCY = 16;

/** Namespaces that all members have. Nothing in the second kind concerns mcs: the bare writes go there. */
export const NAMESPACES = Array.from({ length: 10 }, (_, index) => `team-${index}`);
export const BARE_NAMESPACES = NAMESPACES.map((name) => name.replace('team', 'bare'));

/**
 * Starts API servers on one etcd and joins them to a clusterset, with the namespaces.
 * @returns a string when there are none to be had: why
 */
export async function startMembers(scratch: Scratch, count: number): Promise<Members | string> {
  const assets = await findAssets();
  if ('unavailable' in assets) return assets.unavailable;
  const etcd = await startEtcd(assets);
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startServer(assets, { name: `c${index}`, etcd, serviceCIDR: `10.${100 + index}.0.0/16` }),
    ),
  );
  const all = servers.map(({ info }) => ({ name: info.name, info, api: new BareClient(info, CONCURRENCY) }));
  const [source, ...others] = all;
  if (source === undefined) throw new Error('no servers');
  const path = join(scratch.folder('kubeconfig'), 'config');
  const kubeconfig = await writeKubeconfig(
    servers.map(({ info }) => info),
    { path },
  );
  const contexts = all.flatMap(({ name }) => ['--context', name]);
  await runNode({ args: [scratch.mcs, 'join', 'bench', '--kubeconfig', kubeconfig, ...contexts], env: scratch.env });
  for (const namespace of [...NAMESPACES, ...BARE_NAMESPACES]) {
    await Promise.all(all.map(({ api }) => create(api, '/api/v1/namespaces', { metadata: { name: namespace } })));
  }
  await Promise.all(all.map(({ api }) => canBeWatched(api)));
  const stop = async (): Promise<void> => {
    await Promise.all(all.map(({ api }) => api.close()));
    await Promise.all(servers.map((server) => server.kill()));
    await etcd.kill();
  };
  return { all, source, others, kubeconfig, stop };
}

export async function create(api: BareClient, path: string, object: object): Promise<void> {
  await api.send({ method: 'POST', path, body: JSON.stringify(object) });
}

/** A kind whose CRD was just made can be read and written, but not watched at once: the server answers 429. */
async function canBeWatched(api: BareClient): Promise<void> {
  for (const plural of ['serviceexports', 'serviceimports']) {
    const path = `/apis/multicluster.x-k8s.io/v1beta1/${plural}?watch=1&timeoutSeconds=1`;
    const opens = (): Promise<boolean> =>
      api.send({ method: 'GET', path }).then(
        () => true,
        () => false,
      );
    while (!(await opens())) await sleep(100);
  }
}

/**
 * Waits until all members hold so many imported slices. Looks seldom: a list of them keeps a server busy that is to be
 * written to.
 */
export async function hold(members: readonly Member[], slices: number): Promise<void> {
  const path = '/apis/discovery.k8s.io/v1/endpointslices?labelSelector=multicluster.kubernetes.io/service-name';
  const count = async ({ api }: Member): Promise<number> => {
    const { items } = JSON.parse(await api.send({ method: 'GET', path })) as { readonly items: readonly unknown[] };
    return items.length;
  };
  for (const member of members) while ((await count(member)) < slices) await sleep(2000);
}
