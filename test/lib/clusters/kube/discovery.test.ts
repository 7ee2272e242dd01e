import { afterEach, describe, expect, it } from 'vitest';
import { kubeCluster } from '../../../../src/lib/clusters/kube/cluster.ts';
import { OPTIONS, answer, contextEntry, serve, type Loopback } from './loopback.ts';

let server: Loopback | undefined;
afterEach(async () => server?.close());

/** Plain discovery, as servers before 1.27 answer whatever is accepted. */
const PLAIN: Readonly<Record<string, unknown>> = {
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      { name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }] },
      {
        name: 'multicluster.x-k8s.io',
        versions: ['v1beta1', 'v1alpha1'].map((version) => ({
          groupVersion: `multicluster.x-k8s.io/${version}`,
          version,
        })),
      },
    ],
  },
  '/apis/multicluster.x-k8s.io/v1beta1': { kind: 'APIResourceList', resources: [{ name: 'clusterprofiles' }] },
  '/apis/multicluster.x-k8s.io/v1alpha1': {
    kind: 'APIResourceList',
    resources: [{ name: 'serviceexports' }, { name: 'serviceimports' }, { name: 'serviceimports/status' }],
  },
  '/apis/multicluster.x-k8s.io/v1alpha1/serviceimports?limit=500': { metadata: {}, items: null },
};

describe('discovery', () => {
  it('goes by kind where it is not aggregated: a version of the group is not one of the kind', async () => {
    server = await serve((request, response) => {
      const body = PLAIN[request.url ?? ''];
      answer(response, body === undefined ? 404 : 200, body ?? {});
    });
    const cluster = kubeCluster(contextEntry({ url: server.url }), OPTIONS);
    expect(await cluster.list('ServiceImport')).toEqual([]);
    await expect(cluster.list('ClusterProperty')).rejects.toMatchObject({ reason: 'not-served' });
    expect([...server.requests].sort()).toEqual(
      Object.keys(PLAIN)
        .map((path) => `GET ${path}`)
        .sort(),
    );
    await cluster.close();
  });

  it('asks anew after it failed', async () => {
    let up = false;
    server = await serve((request, response) => {
      const body = PLAIN[request.url ?? ''];
      answer(response, up ? 200 : 500, body ?? {});
    });
    const cluster = kubeCluster(contextEntry({ url: server.url }), OPTIONS);
    await expect(cluster.list('ServiceImport')).rejects.toMatchObject({ reason: 'failed' });
    up = true;
    expect(await cluster.list('ServiceImport')).toEqual([]);
    await cluster.close();
  });
});
