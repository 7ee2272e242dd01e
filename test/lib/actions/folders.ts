import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ReconcileOptions, type ReconcileResult, reconcile } from '../../../src/lib/actions/reconcile.ts';
import type { Cluster } from '../../../src/lib/clusters/cluster.ts';
import { directoryClusters } from '../../../src/lib/clusters/directory/directories.ts';

/** Clusters in real folders, removed when the test ends. */
export interface Folders {
  readonly root: string;
  /** Writes a file of a user's with these manifests. */
  write(cluster: string, file: string, ...manifests: readonly object[]): void;
  remove(cluster: string, file: string): void;
  /** Every file below a cluster's `mcs/`, with its text and the time it was written. */
  written(
    cluster: string,
  ): Readonly<Record<string, { readonly text: string; readonly at: bigint; readonly inode: bigint }>>;
  /** Opens clusters afresh, as a new process would. */
  open(...names: readonly string[]): Promise<readonly Cluster[]>;
  /** One pass over these clusters (all when none is named), opened afresh as a new process would. */
  pass(options?: Partial<ReconcileOptions>, clusters?: readonly string[]): Promise<ReconcileResult>;
}

export const NOW = '2026-02-01T12:00:00Z';

export function folders(): Folders {
  const root = mkdtempSync(join(tmpdir(), 'mcs-actions-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const open: Folders['open'] = async (...names) => {
    const specs = names.map((name) => `${name}=${join(root, name)}`);
    return (await directoryClusters(specs, {})).clusters;
  };
  return {
    root,
    open,
    write(cluster, file, ...manifests) {
      const path = join(root, cluster, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
    },
    remove(cluster, file) {
      rmSync(join(root, cluster, file));
    },
    written(cluster) {
      const own = join(root, cluster, 'mcs');
      const files = existsSync(own) ? readdirSync(own, { recursive: true, encoding: 'utf8' }).sort() : [];
      return Object.fromEntries(
        files.flatMap((file) => {
          const stats = statSync(join(own, file), { bigint: true });
          if (!stats.isFile()) return [];
          return [
            [file, { text: readFileSync(join(own, file), 'utf8'), at: stats.mtimeNs, inode: stats.ino }] as const,
          ];
        }),
      );
    },
    async pass(options = {}, clusters = readdirSync(root).sort()) {
      return reconcile(await open(...clusters), {
        concurrency: 4,
        gone: [],
        adopt: false,
        allowedNamespaces: [],
        dryRun: 'none',
        now: NOW,
        ...options,
      });
    },
  };
}

const meta = (name: string, rest: object = {}): object => ({ name, namespace: 'shop', ...rest });

/** The two ClusterProperties of a member; without a clusterset the id of one that left. */
export function membership(
  id: string | undefined,
  clusterset?: string,
  since = '2026-01-01T00:00:00Z',
): readonly object[] {
  const property = (name: string, value: string): object => ({
    apiVersion: 'about.k8s.io/v1beta1',
    kind: 'ClusterProperty',
    metadata: { name, creationTimestamp: since },
    spec: { value },
  });
  return [
    ...(id === undefined ? [] : [property('cluster.clusterset.k8s.io', id)]),
    ...(clusterset === undefined ? [] : [property('clusterset.k8s.io', clusterset)]),
  ];
}

export const namespace = (name = 'shop', uid?: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid },
});

export function service(name: string, port = 80, spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(name),
    spec: { ports: [{ name: 'http', port }], ...spec },
  };
}

export function serviceExport(name: string, creationTimestamp = '2026-01-01T00:00:00Z'): object {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1alpha1',
    kind: 'ServiceExport',
    metadata: meta(name, { creationTimestamp }),
  };
}

export function slice(name: string, address: string): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: meta(`${name}-1`, { labels: { 'kubernetes.io/service-name': name } }),
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
    ports: [{ name: 'http', port: 8080 }],
  };
}

export function serviceImport(name: string, labels: object = {}): object {
  const spec = { type: 'ClusterSetIP', ports: [] };
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: meta(name, { labels }), spec };
}
