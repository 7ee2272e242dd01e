import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../src/lib/api/reader.ts';
import { isSystemNamespace } from '../../src/lib/api/names.ts';
import { must, request } from './request.ts';
import type { ServerInfo } from './servers.ts';

export interface ResetOptions {
  /** Remove the CRDs of the MCS and About APIs too. */
  readonly crds?: boolean;
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const OURS = [
  { crd: 'serviceexports.multicluster.x-k8s.io', versions: ['v1beta1', 'v1alpha1'] },
  { crd: 'serviceimports.multicluster.x-k8s.io', versions: ['v1beta1', 'v1alpha1'] },
  { crd: 'clusterproperties.about.k8s.io', versions: ['v1beta1', 'v1alpha1'] },
];

/**
 * Takes away what tests make: exports, imports, cluster properties, slices, Services and namespaces, but nothing that
 * the API server made itself. Tests that run at the same time on that server lose theirs too.
 */
export async function reset(server: ServerInfo, options: ResetOptions = {}): Promise<void> {
  const namespaces = (await names(server, '/api/v1/namespaces')).filter((name) => !isSystemNamespace(name));
  for (const { crd, versions } of OURS) {
    const plural = crd.slice(0, crd.indexOf('.'));
    const group = crd.slice(crd.indexOf('.') + 1);
    for (const version of versions) {
      const scopes = plural === 'clusterproperties' ? [''] : namespaces.map((name) => `namespaces/${name}/`);
      const paths = scopes.map((scope) => `/apis/${group}/${version}/${scope}${plural}`);
      await Promise.all(paths.map((path) => must(request(server, 'DELETE', path), 404)));
    }
  }
  await Promise.all(namespaces.map((name) => emptyNamespace(server, name)));
  const own = namespaces.filter((name) => name !== 'default');
  await Promise.all(own.map((name) => removeNamespace(server, name)));
  if (options.crds === true) await removeCRDs(server);
}

/** Deletes a namespace and does what its controller would do at the end: say that nothing holds it any more. */
export async function removeNamespace(server: ServerInfo, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const namespace = await must(request(server, 'DELETE', path), 404, 409);
  if (!isRecord(namespace) || namespace.kind !== 'Namespace') return;
  const body = { ...namespace, spec: { finalizers: [] } };
  await must(request(server, 'PUT', `${path}/finalize`, { body }), 404);
}

/** Path of a collection: group '' is the core's. */
export function collectionPath(group: string, version: string, plural: string, namespace?: string): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${namespace}/${plural}`;
}

async function emptyNamespace(server: ServerInfo, namespace: string): Promise<void> {
  for (const base of [`/api/v1/namespaces/${namespace}/services`, slicesOf(namespace)]) {
    const made = (await names(server, base)).filter((name) => namespace !== 'default' || name !== 'kubernetes');
    await Promise.all(made.map((name) => must(request(server, 'DELETE', `${base}/${name}`), 404)));
  }
}

function slicesOf(namespace: string): string {
  return `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
}

async function removeCRDs(server: ServerInfo): Promise<void> {
  await Promise.all(OURS.map(({ crd }) => must(request(server, 'DELETE', `${CRDS}/${crd}`), 404)));
  for (const { crd } of OURS) {
    // The server deletes the objects first, in the background.
    while ((await request(server, 'GET', `${CRDS}/${crd}`)).status !== 404) await sleep(50);
  }
}

async function names(server: ServerInfo, path: string): Promise<readonly string[]> {
  const list = await must(request(server, 'GET', path));
  const items: readonly unknown[] = isRecord(list) && Array.isArray(list.items) ? list.items : [];
  return items.flatMap((item) => {
    const metadata = isRecord(item) ? item.metadata : undefined;
    return isRecord(metadata) && typeof metadata.name === 'string' ? [metadata.name] : [];
  });
}
