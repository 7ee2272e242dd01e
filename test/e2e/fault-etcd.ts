import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assets } from '../kube/assets.ts';
import { Daemon, onFreePorts, temporaryFolder } from '../kube/daemon.ts';
import type { Etcd } from '../kube/servers.ts';

/** An etcd whose state can be kept and brought back, and that can be made to forget what was before now. */
export interface KeptEtcd extends Etcd {
  /** Keeps the state of now. Its API servers are not served meanwhile. */
  keep(): Promise<void>;
  /** Goes back to the state that was kept, as a restored backup does. */
  goBack(): Promise<void>;
  compact(): Promise<void>;
  kill(): Promise<void>;
}

export function startKeptEtcd(assets: Assets): Promise<KeptEtcd> {
  const dir = temporaryFolder('etcd');
  const [data, kept] = [join(dir, 'data'), join(dir, 'kept')];
  return onFreePorts(2, async ([port, peerPort]) => {
    const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
    const flags = ['--unsafe-no-fsync', '--name=test', `--data-dir=${data}`, '--log-level=warn'];
    flags.push(`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`, `--listen-peer-urls=${peer}`);
    flags.push(`--initial-advertise-peer-urls=${peer}`, `--initial-cluster=test=${peer}`);
    const daemon = new Daemon(assets.etcd, flags, join(dir, 'log'));
    const start = (): Promise<void> =>
      daemon.start(() =>
        fetch(`${url}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
    const replace = async (from: string, to: string): Promise<void> => {
      await daemon.stop();
      await rm(to, { recursive: true, force: true });
      await cp(from, to, { recursive: true });
      await start();
    };
    const ask = async (path: string, body: object): Promise<unknown> => {
      const response = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`etcd: ${path}: ${await response.text()}`);
      return response.json();
    };
    await start();
    return {
      url,
      keep: () => replace(data, kept),
      goBack: () => replace(kept, data),
      compact: async () => {
        const { header } = (await ask('range', { key: 'AA==', limit: '1' })) as { header: { revision: string } };
        await ask('compaction', { revision: header.revision, physical: true });
      },
      kill: () => daemon.kill(),
    };
  });
}
