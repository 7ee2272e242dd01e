import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { oldCRDs, relabelled } from '../fixtures/crds.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { create, field, uidOf } from './api.ts';
import { condition, contexts, createNamespace, writesDuring } from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported, service } from './objects.ts';

const WAIT = ['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s'];

async function ours(plural: string): Promise<Json> {
  const text = await readFile(new URL(`../../crds/${plural}.yaml`, import.meta.url), 'utf8');
  const document: unknown = load(text);
  if (!isRecord(document)) throw new Error(plural);
  return document;
}

describeWithServers('CRDs of several ages in one clusterset', () => {
  const shop = uniqueNamespace('ages');
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let reconcile: readonly string[];

  const oldImport = async (name: string): Promise<Json | undefined> =>
    west.get('serviceimports.v1alpha1.multicluster.x-k8s.io', name, shop);
  const newestCRD = async (): Promise<unknown> =>
    field(await north.get('crd', 'serviceimports.multicluster.x-k8s.io'), 'metadata', 'labels');

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    const all = [east, west, north];
    reconcile = ['reconcile', '--quiet', ...contexts(all)];
    await Promise.all(all.map((server) => server.reset({ crds: true })));
    const about = await ours('about.k8s.io_clusterproperties');
    await west.apply([...(await oldCRDs()), about]);
    const mine = await Promise.all(['serviceexports', 'serviceimports'].map((it) => ours(`multicluster.x-k8s.io_${it}`))); // prettier-ignore
    await north.apply([...mine.map((crd) => relabelled(crd, 'v9.9.9')), about]);
    await Promise.all([west, north].map((server) => server.kubectl(WAIT)));
    await mcsDone(['join', 'prod', '--context', 'east']);
    await mcsDone(['join', 'prod', '--skip-crds', '--context', 'west', '--context', 'north']);
    await createNamespace(shop, all);
  });

  afterAll(async () => {
    await Promise.all([east, west, north].map((server) => server.reset({ crds: true })));
  });

  it('serve all of them: an export of v1alpha1 counts, and its import has what its schema knows', async () => {
    const spec = { sessionAffinity: 'ClientIP', ports: [{ name: 'http', port: 80, appProtocol: 'h2c' }] };
    await create(east, ...exported(shop, 'cart', ['10.0.0.1'], spec));
    await create(west, service(shop, 'cart', spec));
    await mcsDone(['export', 'svc', 'cart', '-n', shop, '--context', 'west']);
    expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
    const found = await oldImport('cart');
    expect(found).toMatchObject({
      apiVersion: 'multicluster.x-k8s.io/v1alpha1',
      spec: {
        type: 'ClusterSetIP',
        ips: [expect.stringMatching(/^10\./)],
        ports: [{ name: 'http', port: 80 }],
        sessionAffinity: 'ClientIP',
      },
      status: { clusters: [{ cluster: 'east' }, { cluster: 'west' }] },
    });
    expect(field(found, 'spec', 'ipFamilies')).toBeUndefined();
    const serviceExport = await west.get('serviceexports.v1alpha1.multicluster.x-k8s.io', 'cart', shop);
    expect(condition(serviceExport, 'Valid')).toMatchObject({ status: 'True' });
    expect(condition(serviceExport, 'Conflict')).toMatchObject({ status: 'False' });
    const newer = await north.get('serviceimports.v1beta1.multicluster.x-k8s.io', 'cart', shop);
    expect(newer).toMatchObject({ spec: { ipFamilies: ['IPv4'], ports: [{ appProtocol: 'h2c' }] } });
  });

  it('need nothing in a second pass', async () => {
    const writes = await writesDuring([east, west, north], async () => {
      expect(await mcsDone(reconcile)).toContain('nothing to change');
    });
    expect(writes).toEqual([]);
  });

  it('are shown, and refuse what an old one cannot hold', async () => {
    const { stdout, code } = await mcs(['crds', 'status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/west .*v1alpha1/);
    const { code: refused, stderr } = await mcs(
      ['export', 'svc', 'cart', '-n', shop, '--context', 'west', '--exported-label', 'tier=gold'],
    ); // prettier-ignore
    expect(refused).not.toBe(0);
    expect(stderr).toContain('west');
  });

  it('are upgraded when older and left when newer, and the imports gain their fields in place', async () => {
    const before = { uid: uidOf(await oldImport('cart')), labels: await newestCRD() };
    await mcsDone(['crds', 'install', ...contexts([east, west, north])]);
    expect(await newestCRD()).toEqual(before.labels);
    expect(before.labels).toMatchObject({ 'multicluster.x-k8s.io/release-version': 'v9.9.9' });
    expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
    const after = await west.get('serviceimports.v1beta1.multicluster.x-k8s.io', 'cart', shop);
    expect(after).toMatchObject({ metadata: { uid: before.uid }, spec: { ipFamilies: ['IPv4'] } });
    expect(await oldImport('cart')).toMatchObject({ metadata: { uid: before.uid } });
    expect(await mcsDone(reconcile)).toContain('nothing to change');
  });

  it('that are missing leave their cluster out, and say what to type', async () => {
    await north.reset({ crds: true });
    await north.apply([await ours('about.k8s.io_clusterproperties')]);
    await north.kubectl(WAIT);
    await mcsDone(['join', 'prod', '--skip-crds', '--context', 'north']);
    const { code, stderr } = await mcs(reconcile);
    expect(code).toBe(3);
    expect(stderr).toMatch(/north: .*MCS API is not installed\n +next: mcs crds install --context north/);
  });
});
