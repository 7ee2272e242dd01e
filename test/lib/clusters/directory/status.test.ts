import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import type { Condition, ServiceExport, ServiceImport } from '../../../../src/lib/api/objects.ts';
import { EXPORT, failure, filesIn, folder, open, read } from './folder.ts';

const ref = { name: 'web', namespace: 'shop' };
const bare: ServiceExport = { apiVersion: '', kind: 'ServiceExport', metadata: ref };
const FILE = 'mcs/shop/serviceexport-web.yaml';

function condition(type: string, status: Condition['status'] = 'True'): Condition {
  return { type, status, reason: type, message: '', lastTransitionTime: '2026-01-02T03:04:05Z', observedGeneration: 1 };
}

async function setStatus(cluster: Cluster, ...conditions: readonly Condition[]): Promise<ServiceExport> {
  return cluster.apply('ServiceExport', { ...bare, status: { conditions } }, { subresource: 'status' });
}

async function types(cluster: Cluster): Promise<readonly string[] | undefined> {
  return (await cluster.get('ServiceExport', ref))?.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
}

test('a new object takes its status along: one write where no subresource keeps them apart', async () => {
  const cluster = await open(folder());
  await cluster.apply('ServiceExport', { ...bare, status: { conditions: [condition('Valid')] } });
  expect(await types(cluster)).toEqual(['Valid=True']);
});

test('a spec write keeps the status, a status write keeps the spec', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ServiceExport', bare);
  await setStatus(cluster, condition('Valid'));
  const status = { conditions: [condition('Odd')] };
  await cluster.apply('ServiceExport', { ...bare, status, spec: { exportedLabels: { a: 'b' } } });
  const [found] = await (await open(root)).list('ServiceExport');
  expect(found?.spec).toEqual({ exportedLabels: { a: 'b' } });
  expect(found?.status?.conditions).toEqual([condition('Valid')]);
});

test('an object of mcs with nothing but status stays an object', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ServiceExport', bare);
  const written = await setStatus(cluster, condition('Valid'));
  expect(await (await open(root)).list('ServiceExport')).toEqual([written]);
});

test('conditions of a ServiceExport are keyed by type: ours replaced, others kept', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ServiceExport', bare);
  await setStatus(cluster, condition('Other'), condition('Valid'));
  await setStatus(cluster, condition('Ready'), condition('Valid', 'False'));
  expect(await types(await open(root))).toEqual(['Other=True', 'Valid=False', 'Ready=True']);
});

test('the status of a ServiceImport is replaced whole', async () => {
  const cluster = await open(folder());
  const object: ServiceImport = {
    apiVersion: '',
    kind: 'ServiceImport',
    metadata: ref,
    spec: { type: 'Headless', ports: [] },
  };
  await cluster.apply('ServiceImport', object);
  const set = (status: NonNullable<ServiceImport['status']>): Promise<ServiceImport> =>
    cluster.apply('ServiceImport', { ...object, status }, { subresource: 'status' });
  await set({ clusters: [{ cluster: 'a' }, { cluster: 'b' }], conditions: [condition('Odd')] });
  expect((await set({ clusters: [{ cluster: 'b' }] })).status).toEqual({ clusters: [{ cluster: 'b' }] });
});

test('a patch of status can take away a condition', async () => {
  const cluster = await open(folder());
  await cluster.apply('ServiceExport', bare);
  await setStatus(cluster, condition('Other'), condition('Valid'));
  await cluster.patch(
    'ServiceExport',
    ref,
    { status: { conditions: [condition('Valid')] } },
    { subresource: 'status' },
  );
  expect(await types(cluster)).toEqual(['Valid=True']);
});

test('the status of an object that is not there is rejected', async () => {
  expect((await failure(setStatus(await open(folder()), condition('Valid')))).message).toBe(
    'there is no ServiceExport shop/web',
  );
});

describe("an object in a user's file", () => {
  test('its status goes to mcs/, as identity and status only, and is merged in on reading', async () => {
    const root = folder({ 'a.yaml': EXPORT.replace('metadata:', 'metadata:\n  labels: {a: b}') });
    const cluster = await open(root);
    const written = await setStatus(cluster, condition('Valid'));
    expect(written.metadata.labels).toEqual({ a: 'b' });
    expect(read(root, FILE)).toBe(`apiVersion: multicluster.x-k8s.io/v1beta1
kind: ServiceExport
metadata:
  name: web
  namespace: shop
status:
  conditions:
    - type: Valid
      status: 'True'
      reason: Valid
      message: ''
      lastTransitionTime: '2026-01-02T03:04:05Z'
      observedGeneration: 1
`);
    const again = await open(root);
    expect(await again.list('ServiceExport')).toEqual([written]);
    expect((await again.facts()).warnings).toEqual([]);
    await setStatus(again, condition('Valid'));
    expect(await types(again)).toEqual(['Valid=True']);
  });

  test('status below mcs/ wins over status in the file, whose other conditions are kept by the first write', async () => {
    const own = EXPORT + 'status: {conditions: [{type: Mine, status: "True"}, {type: Valid, status: "False"}]}\n';
    const root = folder({ 'a.yaml': own });
    await setStatus(await open(root), condition('Valid'));
    expect(await types(await open(root))).toEqual(['Mine=True', 'Valid=True']);
    writeFileSync(join(root, 'a.yaml'), own.replace('Mine', 'Changed'));
    expect(await types(await open(root))).toEqual(['Mine=True', 'Valid=True']);
  });

  test('when the file goes, the status alone is no object, and goes on delete', async () => {
    const root = folder({ 'a.yaml': EXPORT });
    await setStatus(await open(root), condition('Valid'));
    rmSync(join(root, 'a.yaml'));
    const cluster = await open(root);
    expect(await cluster.list('ServiceExport')).toEqual([]);
    expect(await cluster.list('Namespace')).toEqual([]);
    expect(await cluster.delete('ServiceExport', ref)).toBe('absent');
    expect(filesIn(root)).toEqual([]);
  });

  test('when the file goes and mcs makes the object anew, the old status is forgotten', async () => {
    const root = folder({ 'a.yaml': EXPORT });
    await setStatus(await open(root), condition('Valid'));
    rmSync(join(root, 'a.yaml'));
    const cluster = await open(root);
    await cluster.apply('ServiceExport', bare);
    expect(await (await open(root)).list('ServiceExport')).toEqual([await cluster.get('ServiceExport', ref)]);
    expect(await types(cluster)).toBeUndefined();
  });

  test('when a file comes for what mcs has made, the file wins, and it says so', async () => {
    const root = folder();
    const before = await open(root);
    await before.apply('ServiceExport', { ...bare, metadata: { ...ref, labels: { by: 'mcs' } } });
    await setStatus(before, condition('Valid'));
    writeFileSync(join(root, 'z.yaml'), EXPORT);
    const cluster = await open(root);
    const [found] = await cluster.list('ServiceExport');
    expect(found?.metadata.labels).toBeUndefined();
    expect(await types(cluster)).toEqual(['Valid=True']);
    expect((await cluster.facts()).warnings).toEqual([
      `ServiceExport shop/web is in ${FILE}:1 and again in z.yaml:1: the one in z.yaml:1 is used`,
    ]);
    expect((await failure(cluster.delete('ServiceExport', ref))).message).toContain('z.yaml:1');
  });

  test('a status alone in a file of the user is an object without spec', async () => {
    const cluster = await open(folder({ 'a.yaml': `${EXPORT}status: {conditions: []}\n` }));
    expect(await cluster.list('ServiceExport')).toHaveLength(1);
  });
});

describe('layers', () => {
  test('writes go to the last', async () => {
    const root = folder({ 'base/a.yaml': EXPORT, 'over/x.yaml': '' });
    const cluster = await open(root, 'e=base', 'e=over');
    await setStatus(cluster, condition('Valid'));
    await cluster.apply('ServiceExport', { ...bare, metadata: { name: 'b', namespace: 'shop' } });
    expect(filesIn(root)).toEqual(['base/a.yaml', 'over/mcs/shop/serviceexport-b.yaml', `over/${FILE}`, 'over/x.yaml']);
    expect((await failure(cluster.delete('ServiceExport', ref))).message).toContain('base/a.yaml:1');
  });

  test('what mcs wrote into a lower layer is changed in the last, and cannot be removed there', async () => {
    const root = folder({ 'base/a.yaml': '', 'over/x.yaml': '' });
    await (await open(root, 'base')).apply('ServiceExport', bare);
    const cluster = await open(root, 'e=base', 'e=over');
    await cluster.apply('ServiceExport', { ...bare, spec: { exportedLabels: { a: 'b' } } });
    expect(read(root, `base/${FILE}`)).not.toContain('exportedLabels');
    expect((await (await open(root, 'e=base', 'e=over')).list('ServiceExport'))[0]?.spec).toEqual({
      exportedLabels: { a: 'b' },
    });
    expect((await failure(cluster.delete('ServiceExport', ref))).message).toContain(`base/${FILE}:1`);
  });
});
