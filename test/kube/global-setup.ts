import { stderr } from 'node:process';
import type { TestProject } from 'vitest/node';
import { findAssets, type Assets, type Unavailable } from './assets.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { WORKERS } from './workers.ts';
import { startEtcd, startServer, type Etcd, type ServerInfo } from './servers.ts';

/** What the test files of one worker share: servers `east`, `west` and `north`, and an etcd for more. */
export interface SharedServers {
  readonly assets: Assets;
  readonly etcd: Etcd;
  readonly servers: readonly ServerInfo[];
  /** A kubeconfig with a context for each, for the admin. */
  readonly kubeconfig: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** One set of servers for each worker, so that files may run side by side. */
    kube: readonly SharedServers[] | Unavailable;
  }
}

const NAMES = ['east', 'west', 'north'];

/** Starts the servers once per run; vitest calls what it returns at the end. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const assets = await findAssets();
  if ('unavailable' in assets) {
    stderr.write(`SKIPPED: all e2e tests; ${assets.unavailable}\n`);
    project.provide('kube', assets);
    return undefined;
  }
  const started = await Promise.all(Array.from({ length: WORKERS }, () => startSet(assets)));
  project.provide(
    'kube',
    started.map(({ shared }) => shared),
  );
  return async () => {
    await Promise.all(started.map((set) => set.end()));
  };
}

async function startSet(assets: Assets): Promise<{ readonly shared: SharedServers; end(): Promise<void> }> {
  const etcd = await startEtcd(assets);
  const servers = await Promise.all(
    NAMES.map((name, index) => startServer(assets, { name, etcd, serviceCIDR: `10.${11 + index}.0.0/16` })),
  );
  const infos = servers.map(({ info }) => info);
  return {
    shared: { assets, etcd: { url: etcd.url }, servers: infos, kubeconfig: await writeKubeconfig(infos) },
    async end() {
      await Promise.all([...servers.map((server) => server.kill()), etcd.kill()]);
    },
  };
}
