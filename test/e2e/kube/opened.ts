import { readFile, writeFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import type { ServiceExport } from '../../../src/lib/api/objects.ts';
import { isRecord, type Json } from '../../../src/lib/api/reader.ts';
import type { Cluster } from '../../../src/lib/clusters/cluster.ts';
import { contextClusters } from '../../../src/lib/clusters/kube/contexts.ts';
import type { Handle } from '../../kube/fixture.ts';
import { kubeconfig, writeKubeconfig, type KubeconfigOptions } from '../../kube/kubeconfig.ts';
import { temporary } from '../../lib/clusters/kube/loopback.ts';

export const CRDS = ['serviceexports', 'serviceimports'].map((plural) => `crds/multicluster.x-k8s.io_${plural}.yaml`);

export async function manifest(path: string): Promise<Json> {
  const document = load(await readFile(path, 'utf8'));
  if (!isRecord(document)) throw new Error(`${path} is not a manifest`);
  return document;
}

const opened: Cluster[] = [];
/** Closes what `open` and the like have opened. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((cluster) => cluster.close()));
}

export async function open(path: string, requestTimeout = 10): Promise<Cluster> {
  const call = { contexts: [], env: process.env, home: '/nonexistent', requestTimeout, concurrency: 16 };
  const [cluster] = (await contextClusters({ ...call, kubeconfigs: [path] })).clusters;
  if (cluster === undefined) throw new Error('no cluster');
  opened.push(cluster);
  return cluster;
}

export async function as(server: Handle, user: NonNullable<KubeconfigOptions['user']>): Promise<Cluster> {
  return open(await writeKubeconfig([server.info], { user }));
}

/** A context with one server and a user entry of the test's own. */
export async function withUser({ info }: Handle, user: object): Promise<Cluster> {
  const path = `${temporary()}/config`;
  const { name } = info;
  await writeFile(path, JSON.stringify({ ...kubeconfig([info]), users: [{ name: `admin-${name}`, user }] }));
  return open(path);
}

export function serviceExport(namespace: string, name: string, rest: Partial<ServiceExport> = {}): ServiceExport {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1alpha1',
    kind: 'ServiceExport',
    metadata: { namespace, name },
    ...rest,
  };
}

export /** The CRD without a property, wherever it is. */
function withoutField(crd: Json, field: string): Json {
  const drop = (key: string, value: unknown): unknown => (key === field ? undefined : value);
  const copy: unknown = JSON.parse(JSON.stringify(crd, drop));
  return isRecord(copy) ? copy : {};
}
