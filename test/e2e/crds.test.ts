import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ourCRDs } from '../../src/lib/clusters/crd-manifests.ts';
import { oldCRDs } from '../fixtures/crds.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';

const ROOT = new URL('../../', import.meta.url);
const GROUP = 'multicluster.x-k8s.io';
const FILES = [
  'multicluster.x-k8s.io_serviceexports.yaml',
  'multicluster.x-k8s.io_serviceimports.yaml',
  'about.k8s.io_clusterproperties.yaml',
];
const WAIT = ['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s'];

const CONDITION = {
  type: 'Ready',
  status: 'True',
  reason: 'Ready',
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-02T03:04:05Z',
};
const EXPORT_SPEC = { exportedLabels: { team: 'a' }, exportedAnnotations: { note: 'b' } };
const IMPORT_SPEC = {
  type: 'ClusterSetIP',
  ips: ['10.0.0.1', 'fd00::1'],
  ipFamilies: ['IPv4', 'IPv6'],
  ports: [{ name: 'http', protocol: 'TCP', port: 80, appProtocol: 'http' }],
  sessionAffinity: 'ClientIP',
  sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
  internalTrafficPolicy: 'Local',
  trafficDistribution: 'PreferClose',
};
const IMPORT_STATUS = { clusters: [{ cluster: 'east' }], conditions: [CONDITION], endpointSliceObjects: 'Present' };

describeWithServers('the CRDs that mcs installs', () => {
  const namespace = uniqueNamespace('crds');
  let east: Handle;

  const serviceImport = (name: string, spec: object, version = 'v1beta1'): object => ({
    apiVersion: `${GROUP}/${version}`,
    kind: 'ServiceImport',
    metadata: { name, namespace },
    spec,
  });

  beforeAll(async () => {
    ({ east } = await clusters());
    await east.reset({ crds: true });
    for (const file of FILES) await east.apply(await readFile(new URL(`crds/${file}`, ROOT), 'utf8'));
    expect(await east.kubectl(WAIT)).toMatchObject({ code: 0 });
    await east.kubectl(['create', 'namespace', namespace]);
  });

  afterAll(async () => {
    await east.reset({ crds: true });
  });

  it('are accepted by an API server, schema and all', async () => {
    for (const { crd, manifest } of await ourCRDs(ROOT)) {
      const installed = await east.get('crd', crd.name);
      // The server adds defaults; it must have dropped nothing that we wrote.
      expect(installed?.spec).toMatchObject(manifest.spec as object);
      expect(installed?.status).toMatchObject({
        storedVersions: ['v1beta1'],
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'NamesAccepted', status: 'True' }),
          expect.objectContaining({ type: 'Established', status: 'True' }),
        ]) as unknown,
      });
      expect(JSON.stringify(installed?.status)).not.toContain('NonStructuralSchema');
    }
  });

  describe.each(['v1alpha1', 'v1beta1'])('written in %s', (version) => {
    const other = version === 'v1beta1' ? 'v1alpha1' : 'v1beta1';
    const readBoth = (plural: string, group: string, name: string): Promise<readonly unknown[]> =>
      Promise.all([version, other].map((each) => east.get(`${plural}.${each}.${group}`, name, namespace)));
    const status = (kind: string, name: string, value: object, group = GROUP): Promise<void> =>
      east.apply([{ apiVersion: `${group}/${version}`, kind, metadata: { name, namespace }, status: value }], 'status');

    it('a ServiceExport comes back whole in both versions', async () => {
      const name = `export-${version}`;
      const metadata = { name, namespace };
      await east.apply([{ apiVersion: `${GROUP}/${version}`, kind: 'ServiceExport', metadata, spec: EXPORT_SPEC }]);
      await status('ServiceExport', name, { conditions: [CONDITION] });
      for (const object of await readBoth('serviceexports', GROUP, name)) {
        expect(object).toMatchObject({ spec: EXPORT_SPEC, status: { conditions: [CONDITION] } });
      }
    });

    it('a ServiceImport comes back whole in both versions', async () => {
      const name = `import-${version}`;
      await east.apply([serviceImport(name, IMPORT_SPEC, version)]);
      await status('ServiceImport', name, IMPORT_STATUS);
      for (const object of await readBoth('serviceimports', GROUP, name)) {
        expect(object).toMatchObject({ spec: IMPORT_SPEC, status: IMPORT_STATUS });
      }
    });

    it('a ClusterProperty comes back whole in both versions', async () => {
      const name = `${version}.example.com`;
      const spec = { value: 'east' };
      await east.apply([{ apiVersion: `about.k8s.io/${version}`, kind: 'ClusterProperty', metadata: { name }, spec }]);
      for (const object of await readBoth('clusterproperties', 'about.k8s.io', name)) {
        expect(object).toMatchObject({ spec });
      }
    });
  });

  it('show their columns, short names and category', async () => {
    await east.apply([serviceImport('shown', { ...IMPORT_SPEC, ips: ['10.0.0.7'] })]);
    const header = async (...kind: string[]): Promise<string | undefined> =>
      (await east.kubectl(['get', ...kind, '-n', namespace])).stdout.split('\n')[0]?.replace(/ +/g, ' ');
    expect(await header('serviceimports')).toBe('NAME TYPE IP AGE');
    expect((await east.kubectl(['get', 'serviceimports', 'shown', '-n', namespace])).stdout).toMatch(
      /^shown +ClusterSetIP +\["10\.0\.0\.7"\] /m,
    );
    expect(await header('svcim')).toBe('NAME TYPE IP AGE');
    expect(await header('svcimport')).toBe('NAME TYPE IP AGE');
    expect(await header('svcex')).toBe('NAME AGE');
    expect(await header('svcexport')).toBe('NAME AGE');
    expect(await header('multicluster')).toBe('NAME VALUE AGE');
  });

  it.each<[string, object, string]>([
    ['three IPs', { ...IMPORT_SPEC, ips: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }, 'spec.ips: Too many: 3'],
    ['three families', { ...IMPORT_SPEC, ipFamilies: ['IPv4', 'IPv6', 'IPv4'] }, 'spec.ipFamilies: Too many: 3'],
    ['type Foo', { ...IMPORT_SPEC, type: 'Foo' }, 'spec.type: Unsupported value: "Foo"'],
    ['no ports', { type: 'Headless' }, 'spec.ports: Required value'],
    ['no type', { ports: [] }, 'spec.type: Required value'],
    ['a port without number', { type: 'Headless', ports: [{ name: 'http' }] }, 'spec.ports[0].port: Required value'],
  ])('refuse a ServiceImport with %s', async (_title, spec, message) => {
    await expect(east.apply([serviceImport('refused', spec)])).rejects.toThrow(message);
  });

  it.each<[string, object, string]>([
    ['a reason with a space', { conditions: [{ ...CONDITION, reason: 'Not ready' }] }, 'status.conditions[0].reason'],
    ['a status of its own', { conditions: [{ ...CONDITION, status: 'Yes' }] }, 'status.conditions[0].status'],
    ['no reason', { conditions: [{ ...CONDITION, reason: undefined }] }, 'status.conditions[0].reason: Required value'],
    ['endpointSliceObjects Maybe', { endpointSliceObjects: 'Maybe' }, 'status.endpointSliceObjects'],
  ])('refuse a status with %s', async (_title, value, message) => {
    await east.apply([serviceImport('status', IMPORT_SPEC)]);
    const metadata = { name: 'status', namespace };
    const object = { apiVersion: `${GROUP}/v1beta1`, kind: 'ServiceImport', metadata, status: value };
    await expect(east.apply([object], 'status')).rejects.toThrow(message);
  });

  it('refuse a ClusterProperty without a value', async () => {
    const property = { apiVersion: 'about.k8s.io/v1beta1', kind: 'ClusterProperty', metadata: { name: 'empty' } };
    await expect(east.apply([{ ...property, spec: { value: '' } }])).rejects.toThrow('spec.value');
    await expect(east.apply([{ ...property, spec: {} }])).rejects.toThrow('spec.value: Required value');
  });
});

describeWithServers('the CRDs of v0.1.0 that tests install', () => {
  let west: Handle;

  beforeAll(async () => {
    ({ west } = await clusters());
    await west.reset({ crds: true });
    await west.apply(await oldCRDs());
    expect(await west.kubectl(WAIT)).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await west.reset({ crds: true });
  });

  it('are accepted, serve v1alpha1 alone, know no spec of an export and one IP of an import', async () => {
    const namespace = uniqueNamespace('old');
    await west.kubectl(['create', 'namespace', namespace]);
    const base = { apiVersion: `${GROUP}/v1alpha1`, metadata: { name: 'web', namespace } };
    const object = { ...base, kind: 'ServiceExport', spec: EXPORT_SPEC };
    const path = `/apis/${GROUP}/v1alpha1/namespaces/${namespace}/serviceexports`;
    expect(await west.request('POST', path, { body: object })).toMatchObject({ status: 201 });
    expect(await west.get('serviceexport', 'web', namespace)).not.toHaveProperty('spec');
    expect(await west.request('GET', `/apis/${GROUP}/v1beta1`)).toMatchObject({ status: 404 });
    const { ports } = IMPORT_SPEC;
    const two = { ...base, kind: 'ServiceImport', spec: { type: 'ClusterSetIP', ports, ips: ['10.0.0.1', 'fd00::1'] } };
    await expect(west.apply([two])).rejects.toThrow('spec.ips: Too many: 2');
  });
});
