import type { Assets } from '../kube/assets.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant } from '../kube/rbac.ts';
import { startEtcd, startServer, type Etcd } from '../kube/servers.ts';
import { bodiesFlags } from './audit-bodies.ts';
import { Program } from './program.ts';
import { startProxy } from './proxy.ts';
import { Site } from './site.ts';

/** Several clusters of a clusterset, each with an etcd of its own and a proxy before it. */
export interface Fleet {
  readonly program: Program;
  readonly sites: readonly Site[];
  /** Ways to all clusters through the proxies, for the processes under test; nobody else is one of their users. */
  readonly accounts: readonly [Account, Account];
  /** Lets the etcd of a cluster forget all that was before now. */
  compact(site: Site): Promise<void>;
  end(): Promise<void>;
}

/** Who a process is. */
export interface Account {
  /** In the audit logs. */
  readonly user: string;
  readonly kubeconfig: string;
}

/** Starts the servers and joins them all to clusterset `soak`, each under its name. */
export async function startFleet(assets: Assets, names: readonly string[]): Promise<Fleet> {
  const flags = await bodiesFlags();
  const started = await Promise.all(
    names.map(async (name, index) => {
      const etcd = await startEtcd(assets);
      const serviceCIDR = `10.${60 + index}.0.0/16`;
      const server = await startServer(assets, { name, etcd, serviceCIDR, flags });
      return { etcd, site: new Site(server, await startProxy(Number(new URL(server.info.url).port))) };
    }),
  );
  const sites = started.map(({ site }) => site);
  const proxied = sites.map(({ info, proxy }) => ({ ...info, url: `https://127.0.0.1:${proxy.port}` }));
  for (const { info } of sites) await grant(info, 'limited', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  const kubeconfig = await writeKubeconfig(proxied, { user: 'certificate' });
  const limited = await writeKubeconfig(proxied, { user: 'limited' });
  const program = new Program();
  await program.document(['join', 'soak', '--kubeconfig', kubeconfig, ...contexts(sites)]);
  return {
    program,
    sites,
    accounts: [
      { user: 'admin-certificate', kubeconfig },
      { user: 'limited', kubeconfig: limited },
    ],
    compact: async (site) => {
      const etcd = started.find((one) => one.site === site)?.etcd;
      if (etcd !== undefined) await compact(etcd);
    },
    end: async () => {
      await Promise.all(sites.map(({ proxy }) => proxy.close()));
      await Promise.all(sites.map(({ server }) => server.kill()));
      await Promise.all(started.map(({ etcd }) => etcd.kill()));
    },
  };
}

/** `--context NAME` for each. */
export function contexts(sites: readonly { readonly name: string }[]): readonly string[] {
  return sites.flatMap(({ name }) => ['--context', name]);
}

/** Keeps the revision of now and no older one, by etcd's JSON gateway. */
async function compact({ url }: Etcd): Promise<void> {
  const ask = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd: ${path}: ${await response.text()}`);
    return response.json();
  };
  const { header } = (await ask('range', { key: 'AA==', limit: '1' })) as { header: { revision: string } };
  await ask('compaction', { revision: header.revision, physical: true });
}
