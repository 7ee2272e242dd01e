import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import type { ServiceImport } from '../../../src/lib/api/objects.ts';
import { isRecord } from '../../../src/lib/api/reader.ts';
import type { Cluster } from '../../../src/lib/clusters/cluster.ts';
import { auditMark, auditWrites } from '../../kube/audit.ts';
import { createAuthority } from '../../kube/certificates.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../../kube/fixture.ts';
import { writeKubeconfig } from '../../kube/kubeconfig.ts';
import { grant } from '../../kube/rbac.ts';
import { deadURL } from '../../kube/servers.ts';
import { temporary } from '../../lib/clusters/kube/loopback.ts';
import { CRDS, as, closeAll, manifest, open, serviceExport, withUser, withoutField } from './opened.ts';

afterAll(closeAll);

describeWithServers('a context as a Cluster', () => {
  let east: Handle;
  let cluster: Cluster;
  let namespace: string;

  beforeAll(async () => {
    east = (await clusters()).east;
    cluster = await as(east, 'admin');
    for (const path of CRDS) await cluster.crds?.apply(await manifest(path));
    await cluster.crds?.apply(await manifest('crds/about.k8s.io_clusterproperties.yaml'));
  });

  beforeEach(async () => {
    namespace = uniqueNamespace('kube');
    await cluster.apply('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });

  it('knows who and what it is', async () => {
    const facts = await cluster.facts();
    const system = await east.get('namespace', 'kube-system');
    expect(facts.uid).toBe(isRecord(system?.metadata) ? system.metadata.uid : 'none');
    expect(facts).toMatchObject({
      mcsVersions: ['v1beta1', 'v1alpha1'],
      aboutVersions: ['v1beta1', 'v1alpha1'],
      ipFamilies: ['IPv4'],
      controllers: [],
      warnings: [],
    });
    expect(facts.kubernetesVersion).toMatch(/^v1\.\d+\.\d+$/);
    expect(facts.fields.has('ServiceImport.spec.ipFamilies')).toBe(true);
    expect(await cluster.facts()).toBe(facts);
  });

  it('says the same by client certificate', async () => {
    const other = await as(east, 'certificate');
    expect((await other.facts()).uid).toBe((await cluster.facts()).uid);
  });

  it('applies an object in the version that is served, without what the server alone sets', async () => {
    const object = serviceExport(namespace, 'web', {
      metadata: {
        namespace,
        name: 'web',
        uid: 'other',
        resourceVersion: '1',
        generation: 7,
        creationTimestamp: '2020-01-01T00:00:00Z',
      },
      spec: { exportedLabels: { tier: 'front' } },
      status: { conditions: [{ type: 'Valid', status: 'True', reason: 'Valid', message: 'not sent' }] },
    });
    const applied = await cluster.apply('ServiceExport', object);
    expect(applied).toMatchObject({
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      spec: { exportedLabels: { tier: 'front' } },
    });
    expect(applied.metadata.uid).not.toBe('other');
    expect(applied.status).toBeUndefined();
    const raw = await east.get('serviceexports.multicluster.x-k8s.io', 'web', namespace);
    expect(JSON.stringify(raw)).toContain('"name":"web"');
    expect(await cluster.get('ServiceExport', { namespace, name: 'web' })).toEqual(applied);
  });

  it('writes status alone through the subresource', async () => {
    await cluster.apply('ServiceExport', serviceExport(namespace, 'web', { spec: { exportedLabels: { a: 'b' } } }));
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const condition = { type: 'Valid', status: 'True', reason: 'Valid', message: 'm', lastTransitionTime } as const;
    const status = { conditions: [condition] };
    const after = await cluster.apply('ServiceExport', serviceExport(namespace, 'web', { status }), {
      subresource: 'status',
    });
    expect(after).toMatchObject({ spec: { exportedLabels: { a: 'b' } }, status: { conditions: [condition] } });
    const missing = cluster.apply('ServiceExport', serviceExport(namespace, 'none', { status }), {
      subresource: 'status',
    });
    await expect(missing).rejects.toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('does not exist') as string,
    });
  });

  it('gives owners in the version of the MCS API that is served', async () => {
    const made = await cluster.apply('ServiceImport', serviceImport(namespace, 'web'));
    const owner = {
      apiVersion: 'multicluster.x-k8s.io/v1alpha1',
      kind: 'ServiceImport',
      name: 'web',
      uid: made.metadata.uid ?? '',
    };
    const slice = await cluster.apply('EndpointSlice', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace, name: 'web-east', ownerReferences: [owner] },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    });
    expect(slice.metadata.ownerReferences).toEqual([{ ...owner, apiVersion: 'multicluster.x-k8s.io/v1beta1' }]);
  });

  it('changes nothing in a dry run, and a second apply changes nothing either', async () => {
    await cluster.apply('ServiceExport', serviceExport(namespace, 'dry'), { dryRun: true });
    expect(await cluster.get('ServiceExport', { namespace, name: 'dry' })).toBeUndefined();
    const first = await cluster.apply('ServiceExport', serviceExport(namespace, 'web'));
    const again = await cluster.apply('ServiceExport', serviceExport(namespace, 'web'));
    expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(await cluster.delete('ServiceExport', { namespace, name: 'web' }, { dryRun: true })).toBe('deleted');
    expect(await cluster.get('ServiceExport', { namespace, name: 'web' })).toBeDefined();
  });

  it('takes over fields of others, or names whose they are', async () => {
    const other = serviceExport(namespace, 'web', { spec: { exportedLabels: { a: 'theirs' } } });
    await east.apply([other]);
    const ours = serviceExport(namespace, 'web', { spec: { exportedLabels: { a: 'ours' } } });
    await expect(cluster.apply('ServiceExport', ours, { force: false })).rejects.toMatchObject({
      reason: 'conflict',
      message: `cannot apply serviceexports.multicluster.x-k8s.io ${namespace}/web: fields belong to "test"`,
    });
    expect((await cluster.apply('ServiceExport', ours)).spec).toEqual({ exportedLabels: { a: 'ours' } });
  });

  it('patches single fields, lists whole', async () => {
    await cluster.apply(
      'ServiceExport',
      serviceExport(namespace, 'web', { spec: { exportedLabels: { a: '1', b: '2' } } }),
    );
    const patched = await cluster.patch(
      'ServiceExport',
      { namespace, name: 'web' },
      { spec: { exportedLabels: { a: null } } },
    );
    expect(patched.spec).toEqual({ exportedLabels: { b: '2' } });
  });

  it('deletes what it was shown, not a successor', async () => {
    const first = await cluster.apply('ServiceExport', serviceExport(namespace, 'web'));
    const ref = { namespace, name: 'web' };
    expect(await cluster.delete('ServiceExport', ref, { uid: 'another' })).toBe('absent');
    expect(await cluster.get('ServiceExport', ref)).toBeDefined();
    expect(await cluster.delete('ServiceExport', ref, { uid: first.metadata.uid ?? '' })).toBe('deleted');
    expect(await cluster.delete('ServiceExport', ref)).toBe('absent');
  });

  it('deletes of a kind that the server keeps for itself go the same way', async () => {
    const service = await cluster.apply('Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: 'web' },
      spec: { type: 'ClusterIP', sessionAffinity: 'None', ports: [{ protocol: 'TCP', port: 80 }] },
    });
    const ref = { namespace, name: 'web' };
    expect(await cluster.delete('Service', ref, { uid: '00000000-0000-0000-0000-000000000000' })).toBe('absent');
    expect(await cluster.delete('Service', ref, { uid: service.metadata.uid ?? '' })).toBe('deleted');
  });

  it('lists over several pages, by label and namespace', async () => {
    const names = Array.from({ length: 520 }, (_, index) => `web-${String(index).padStart(3, '0')}`);
    const labels = (name: string): Record<string, string> => (name < 'web-010' ? { of: 'interest' } : {});
    await Promise.all(
      names.map((name) =>
        cluster.apply(
          'ServiceExport',
          serviceExport(namespace, name, { metadata: { namespace, name, labels: labels(name) } }),
        ),
      ),
    );
    const listed = await cluster.list('ServiceExport', { namespace });
    expect(listed.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(listed[0]).toMatchObject({ apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport' });
    expect(Object.isFrozen(listed[0]?.metadata)).toBe(true);
    expect(await cluster.list('ServiceExport', { namespace, labelSelector: 'of=interest' })).toHaveLength(10);
    expect((await cluster.list('ServiceExport')).length).toBeGreaterThanOrEqual(520);
  });

  it('says why the server refuses', async () => {
    const wrong = { type: 'Odd', sessionAffinity: 'None', ports: [{ protocol: 'TCP', port: 80 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: 'odd' }, spec: wrong } as const;
    await expect(cluster.apply('Service', service)).rejects.toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('spec.type') as string,
    });
    await expect(cluster.apply('ServiceExport', serviceExport('no-such-namespace', 'web'))).rejects.toMatchObject({
      reason: 'rejected',
      message:
        'cannot apply serviceexports.multicluster.x-k8s.io no-such-namespace/web: namespace no-such-namespace does not exist',
    });
    await cluster.delete('Namespace', { name: namespace });
    await expect(cluster.apply('ServiceExport', serviceExport(namespace, 'late'))).rejects.toMatchObject({
      reason: 'terminating',
    });
  });

  it('serves those who may do little as far as they may', async () => {
    await grant(east.info, 'limited', []);
    const limited = await as(east, 'limited');
    const facts = await limited.facts();
    expect(facts.mcsVersions).toEqual(['v1beta1', 'v1alpha1']);
    expect(facts.uid).toBeUndefined();
    expect(facts.warnings.join('\n')).toMatch(/not allowed to get namespaces kube-system/);
    await expect(limited.list('ServiceImport', { namespace })).rejects.toMatchObject({
      reason: 'forbidden',
      message: `not allowed to list serviceimports.multicluster.x-k8s.io in namespace ${namespace}`,
    });
    await expect(limited.apply('ServiceExport', serviceExport(namespace, 'web'))).rejects.toMatchObject({
      reason: 'forbidden',
    });
  });

  it('impersonates', async () => {
    await grant(east.info, 'viewer', [{ apiGroups: [''], resources: ['namespaces'], verbs: ['list'] }]);
    const viewer = await withUser(east, { as: 'viewer', token: east.info.tokens.admin });
    expect((await viewer.list('Namespace')).length).toBeGreaterThan(0);
    await expect(viewer.list('Service')).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('is one line when the credentials are wrong or nobody listens', async () => {
    const broken = { ...east.info, tokens: { ...east.info.tokens, admin: 'wrong' } };
    await expect((await open(await writeKubeconfig([broken]))).facts()).rejects.toMatchObject({
      reason: 'unauthorized',
    });
    const gone = { ...east.info, url: await deadURL() };
    const call = (await open(await writeKubeconfig([gone]))).facts();
    await expect(call).rejects.toMatchObject({
      reason: 'unreachable',
      message: `${new URL(gone.url).host}: connection refused`,
    });
  });

  it('installs CRDs and sees them at once, but not in a dry run', async () => {
    const names = (await cluster.crds?.list())?.map(({ name, established }) => [name, established]);
    expect(names).toEqual([
      ['serviceexports.multicluster.x-k8s.io', true],
      ['serviceimports.multicluster.x-k8s.io', true],
      ['clusterproperties.about.k8s.io', true],
    ]);
    const crd = withoutField(await manifest(CRDS[1] ?? ''), 'ipFamilies');
    await cluster.crds?.apply(crd, { dryRun: true });
    const fresh = await as(east, 'admin');
    expect((await fresh.facts()).fields.has('ServiceImport.spec.ipFamilies')).toBe(true);
  });

  it('sends no more than it must', async () => {
    const mark = await auditMark(east.info);
    const fresh = await as(east, 'admin');
    await fresh.facts();
    await fresh.list('ServiceImport');
    await fresh.get('ServiceImport', { namespace, name: 'none' });
    expect(await auditWrites(east.info, { since: mark })).toEqual([]);
    await fresh.apply('ServiceExport', serviceExport(namespace, 'one'));
    expect(await auditWrites(east.info, { since: mark })).toHaveLength(1);
  });

  it('lets in who a credential plugin gives a client certificate', async () => {
    const { certificate, key } = east.info.clientCertificate;
    const status = { clientCertificateData: certificate, clientKeyData: key };
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
    const dir = temporary();
    await writeFile(`${dir}/credential.json`, JSON.stringify(credential));
    const exec = { apiVersion: credential.apiVersion, command: 'cat', args: [`${dir}/credential.json`] };
    expect((await (await withUser(east, { exec })).facts()).uid).toBe((await cluster.facts()).uid);
  });

  it('says when a client certificate has expired', async () => {
    const until = new Date('2020-02-01T00:00:00Z');
    const expired = createAuthority().issue({ user: 'me' }, { from: new Date('2020-01-01T00:00:00Z'), until });
    const user = { 'client-certificate-data': base64(expired.certificate), 'client-key-data': base64(expired.key) };
    await expect((await withUser(east, user)).facts()).rejects.toMatchObject({
      reason: 'unauthorized',
      message: 'the client certificate expired on 2020-02-01',
    });
  });
});

function serviceImport(namespace: string, name: string): ServiceImport {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceImport',
    metadata: { namespace, name },
    spec: { type: 'ClusterSetIP', ports: [{ protocol: 'TCP', port: 80 }] },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
