import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../src/lib/api/reader.ts';
import { type Ask, connected, must } from './request.ts';
import type { ServerInfo } from './servers.ts';

export interface ResetOptions {
  /** Remove the CRDs of the MCS and About APIs too. */
  readonly crds?: boolean;
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const OURS = [
  { plural: 'serviceexports', group: 'multicluster.x-k8s.io' },
  { plural: 'serviceimports', group: 'multicluster.x-k8s.io' },
  { plural: 'clusterproperties', group: 'about.k8s.io' },
];

/** Collections of objects that tests make; a kind that is served in one of two versions is empty in the other. */
const MADE = [
  ...OURS.flatMap(({ group, plural }) => ['v1beta1', 'v1alpha1'].map((version) => ({ group, version, plural }))),
  { group: '', version: 'v1', plural: 'services' },
  { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
];

/** Namespaces that the API server makes itself. Others of the system's, as `kube-shop`, are of tests. */
const OWN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Takes away what tests make: exports, imports, cluster properties, slices, Services and namespaces, but nothing that
 * the API server made itself. Tests that run at the same time on that server lose theirs too.
 */
export function reset(server: ServerInfo, options: ResetOptions = {}): Promise<void> {
  return connected(server, async (ask) => {
    await Promise.all(
      MADE.map(async ({ group, version, plural }) => {
        const made = (await list(ask, collectionPath(group, version, plural))).filter(isOfTests);
        const paths = made.map(({ name, namespace }) => `${collectionPath(group, version, plural, namespace)}/${name}`);
        await Promise.all(paths.map((path) => must(ask('DELETE', path), 404)));
      }),
    );
    const namespaces = (await list(ask, '/api/v1/namespaces')).map(({ name }) => name);
    const made = namespaces.filter((name) => !OWN.has(name));
    await Promise.all(made.map((name) => remove(ask, name)));
    if (options.crds === true) await removeCRDs(ask);
  });
}

/** Deletes a namespace and does what its controller would do at the end: say that nothing holds it any more. */
export function removeNamespace(server: ServerInfo, name: string): Promise<void> {
  return connected(server, (ask) => remove(ask, name));
}

async function remove(ask: Ask, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const namespace = await must(ask('DELETE', path), 404, 409);
  if (!isRecord(namespace) || namespace.kind !== 'Namespace') return;
  const body = { ...namespace, spec: { finalizers: [] } };
  await must(ask('PUT', `${path}/finalize`, { body }), 404);
}

/** Path of a collection: group '' is the core's. */
export function collectionPath(group: string, version: string, plural: string, namespace?: string): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${namespace}/${plural}`;
}

async function removeCRDs(ask: Ask): Promise<void> {
  await Promise.all(OURS.map((each) => must(ask('DELETE', crdPath(each)), 404)));
  for (const each of OURS) {
    // The server deletes the objects first, in the background.
    while ((await ask('GET', crdPath(each))).status !== 404) await sleep(50);
  }
}

function crdPath({ plural, group }: (typeof OURS)[number]): string {
  return `${CRDS}/${plural}.${group}`;
}

interface Named {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** All but what the API server keeps for itself: its own Service, and what is in its namespaces. */
function isOfTests({ name, namespace }: Named): boolean {
  if (namespace === undefined) return true;
  return namespace === 'default' ? name !== 'kubernetes' : !OWN.has(namespace);
}

/** Of all namespaces; empty when the kind is not served. A kind whose CRD was just made is refused for a moment. */
async function list(ask: Ask, path: string): Promise<readonly Named[]> {
  let answer = await ask('GET', path);
  for (; answer.status === 429; answer = await ask('GET', path)) await sleep(50);
  const found = await must(Promise.resolve(answer), 404);
  const items: readonly unknown[] = isRecord(found) && Array.isArray(found.items) ? found.items : [];
  return items.flatMap((item) => {
    const metadata = isRecord(item) && isRecord(item.metadata) ? item.metadata : {};
    const { name, namespace } = metadata;
    if (typeof name !== 'string') return [];
    return [{ name, namespace: typeof namespace === 'string' ? namespace : undefined }];
  });
}
