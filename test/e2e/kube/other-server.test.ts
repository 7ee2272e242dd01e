import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRecord, type Json } from '../../../src/lib/api/reader.ts';
import { describeWithServers, handle, shared, type Handle } from '../../kube/fixture.ts';
import { writeKubeconfig } from '../../kube/kubeconfig.ts';
import { startServer, type Server } from '../../kube/servers.ts';
import { CRDS, as, closeAll, manifest, open, serviceExport, withoutField } from './opened.ts';

afterAll(closeAll);

describeWithServers('another server', () => {
  let server: Server;
  let other: Handle;

  beforeAll(async () => {
    const { assets, etcd } = shared();
    server = await startServer(assets, { name: 'other', etcd, serviceCIDR: '10.61.0.0/16', dualStack: true });
    other = await handle(server.info);
  });
  afterAll(async () => {
    await server.stop();
  });

  it('has no MCS API until its CRDs are installed', async () => {
    const cluster = await as(other, 'admin');
    expect(await cluster.facts()).toMatchObject({ mcsVersions: [], aboutVersions: [], ipFamilies: ['IPv4', 'IPv6'] });
    await expect(cluster.list('ServiceExport')).rejects.toMatchObject({
      reason: 'not-served',
      next: 'mcs crds install --context other',
    });
    expect(await cluster.crds?.list()).toEqual([]);
    for (const path of CRDS) await cluster.crds?.apply(onlyAlpha(await manifest(path)));
    expect((await cluster.facts()).mcsVersions).toEqual(['v1alpha1']);
    await cluster.apply('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    const made = { ...serviceExport('shop', 'web'), apiVersion: 'multicluster.x-k8s.io/v1beta1' };
    expect((await cluster.apply('ServiceExport', made)).apiVersion).toBe('multicluster.x-k8s.io/v1alpha1');
    for (const path of CRDS) await cluster.crds?.apply(withoutField(onlyAlpha(await manifest(path)), 'ipFamilies'));
    const { fields } = await cluster.facts();
    expect([fields.has('ServiceImport.spec.ipFamilies'), fields.has('ServiceExport.spec.exportedLabels')]).toEqual([
      false,
      true,
    ]);
  });

  it('is seen to have other MCS controllers when they are at work', async () => {
    const crd = (group: string, plural: string, kind: string): object => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, kind },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    const deployment = (namespace: string, name: string, replicas: number): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'it', image: 'none' }] } },
      },
    });
    const namespaceOf = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kube-system', name: 'cilium-config' },
    };
    await other.apply([
      crd('submariner.io', 'gateways', 'Gateway'),
      crd('cilium.io', 'ciliumnodes', 'CiliumNode'),
      crd('multicluster.crd.antrea.io', 'clustersets', 'ClusterSet'),
      namespaceOf('submariner-operator'),
      deployment('submariner-operator', 'submariner-lighthouse-agent', 1),
      { ...config, data: { 'clustermesh-enable-mcs-api': 'false' } },
      deployment('kube-system', 'antrea-mc-controller', 0),
      namespaceOf('gke-mcs'),
    ]);
    await expect
      .poll(async () =>
        (await (await as(other, 'admin')).facts()).controllers.map(({ name, evidence }) => `${name}: ${evidence}`),
      )
      .toEqual(['Submariner: Deployment submariner-operator/submariner-lighthouse-agent']);
    await other.apply([{ ...config, data: { 'clustermesh-enable-mcs-api': 'true' } }]);
    const { controllers } = await (await as(other, 'admin')).facts();
    expect(controllers.map(({ name }) => name)).toEqual(['Submariner', 'Cilium']);
  });

  it('is one line when it does not answer in time', async () => {
    const cluster = await open(await writeKubeconfig([server.info]), 0.5);
    await cluster.list('Namespace');
    server.freeze();
    try {
      // The signal takes a moment to stop all threads of the server: a first answer may still come.
      const list = (): Promise<unknown> => cluster.list('Namespace').catch((error: unknown) => error);
      await expect.poll(list, { timeout: 10_000 }).toMatchObject({ reason: 'timeout' });
    } finally {
      server.thaw();
    }
  });
});

/** The CRD as of old: v1alpha1 alone. */
function onlyAlpha(crd: Json): Json {
  const spec = isRecord(crd.spec) ? crd.spec : {};
  const versions = (Array.isArray(spec.versions) ? spec.versions : []).filter(isRecord);
  const alpha = versions
    .filter(({ name }) => name === 'v1alpha1')
    .map((version) => ({ ...version, served: true, storage: true }));
  return { ...crd, spec: { ...spec, versions: alpha } };
}
