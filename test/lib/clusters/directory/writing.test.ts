import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServiceExport, ServiceImport } from '../../../../src/lib/api/objects.ts';
import { EXPORT, SERVICE, failure, filesIn, folder, open, read } from './folder.ts';

const made: ServiceExport = {
  apiVersion: 'multicluster.x-k8s.io/v1alpha1',
  kind: 'ServiceExport',
  metadata: {
    name: 'web',
    namespace: 'shop',
    labels: { z: '1', 'app.kubernetes.io/managed-by': 'mcs' },
    creationTimestamp: '2026-01-02T03:04:05Z',
  },
};

const imported: ServiceImport = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceImport',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { type: 'ClusterSetIP', ports: [{ port: 80, protocol: 'TCP', name: 'http' }] },
};

const FILE = 'mcs/shop/serviceexport-web.yaml';

test('one object a file, v1beta1, keys in a stable order; the next run reads it', async () => {
  const root = folder({ 'a.yaml': SERVICE });
  const written = await (await open(root)).apply('ServiceExport', made);
  expect(filesIn(root)).toEqual(['a.yaml', FILE]);
  expect(read(root, FILE)).toBe(`apiVersion: multicluster.x-k8s.io/v1beta1
kind: ServiceExport
metadata:
  name: web
  namespace: shop
  creationTimestamp: '2026-01-02T03:04:05Z'
  labels:
    app.kubernetes.io/managed-by: mcs
    z: '1'
`);
  expect(written.apiVersion).toBe('multicluster.x-k8s.io/v1beta1');
  expect(await (await open(root)).list('ServiceExport')).toEqual([written]);
});

test('cluster-scoped objects go to mcs/_cluster', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ClusterProperty', {
    apiVersion: 'about.k8s.io/v1alpha1',
    kind: 'ClusterProperty',
    metadata: { name: 'clusterset.k8s.io' },
    spec: { value: 'prod' },
  });
  const file = 'mcs/_cluster/clusterproperty-clusterset.k8s.io.yaml';
  expect(filesIn(root)).toEqual([file]);
  expect(read(root, file)).toContain('apiVersion: about.k8s.io/v1beta1\n');
});

test('reads after writes see them, and dryRun writes nothing', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.list('ServiceExport');
  expect((await cluster.apply('ServiceExport', made, { dryRun: true })).metadata.name).toBe('web');
  expect(filesIn(root)).toEqual([]);
  expect(await cluster.list('ServiceExport')).toEqual([]);
  await cluster.apply('ServiceExport', made);
  expect(await cluster.list('ServiceExport')).toHaveLength(1);
  expect(await cluster.delete('ServiceExport', made.metadata, { dryRun: true })).toBe('deleted');
  expect(await cluster.list('ServiceExport')).toHaveLength(1);
  expect(await cluster.delete('ServiceExport', made.metadata)).toBe('deleted');
  expect(await cluster.list('ServiceExport')).toEqual([]);
});

test('applying the same again touches nothing, in this run and the next', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ServiceExport', made);
  utimesSync(join(root, FILE), 1000, 1000);
  const { ino } = statSync(join(root, FILE));
  await cluster.apply('ServiceExport', made);
  const { creationTimestamp: _time, ...metadata } = made.metadata;
  await (await open(root)).apply('ServiceExport', { ...made, metadata });
  const after = statSync(join(root, FILE));
  expect([after.mtimeMs, after.ino]).toEqual([1_000_000, ino]);
});

test('the creation time is the first one given; uid, resourceVersion and generation are never made up', async () => {
  const root = folder();
  const cluster = await open(root);
  const { creationTimestamp: _time, ...metadata } = made.metadata;
  await cluster.apply('ServiceExport', {
    ...made,
    metadata: { ...metadata, uid: 'x', resourceVersion: '7', generation: 3 },
  });
  expect(read(root, FILE)).not.toMatch(/uid|resourceVersion|generation|creationTimestamp/);
  await cluster.apply('ServiceExport', made);
  await cluster.apply('ServiceExport', { ...made, metadata: { ...metadata, labels: { y: '2' } } });
  const found = await cluster.get('ServiceExport', made.metadata);
  expect(found?.metadata).toMatchObject({ creationTimestamp: '2026-01-02T03:04:05Z', labels: { y: '2' } });
});

test('a file name over 255 bytes is shortened with a hash', async () => {
  const root = folder();
  const label = 'a'.repeat(61);
  const names = ['b', 'c'].map((end) => `${label}.${label}.${label}.${label}.${end.repeat(5)}`);
  const cluster = await open(root);
  for (const name of names)
    await cluster.apply('ServiceImport', { ...imported, metadata: { name, namespace: 'shop' } });
  const files = filesIn(root).map((path) => path.slice('mcs/shop/'.length));
  expect(files).toHaveLength(2);
  for (const file of files) {
    expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255);
    expect(file).toMatch(/^serviceimport-a.*-[0-9a-v]{10}\.yaml$/);
  }
  const again = await open(root);
  expect((await again.list('ServiceImport')).map(({ metadata }) => metadata.name)).toEqual(names);
  expect(await again.delete('ServiceImport', { name: names[0] ?? '', namespace: 'shop' })).toBe('deleted');
});

test('delete removes the file, then the folders that are empty without it', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ServiceExport', made);
  await cluster.apply('ServiceImport', imported);
  expect(await cluster.delete('ServiceExport', made.metadata)).toBe('deleted');
  expect(filesIn(root)).toEqual(['mcs/shop/serviceimport-web.yaml']);
  expect(await cluster.delete('ServiceImport', made.metadata)).toBe('deleted');
  expect(readdirSync(root)).toEqual([]);
  expect(await cluster.delete('ServiceImport', made.metadata)).toBe('absent');
});

test('delete with a uid leaves a successor alone', async () => {
  const root = folder({ [FILE]: EXPORT.replace('  name: web', '  name: web\n  uid: two') });
  const cluster = await open(root);
  expect(await cluster.delete('ServiceExport', made.metadata, { uid: 'one' })).toBe('absent');
  expect(await cluster.delete('ServiceExport', made.metadata, { uid: 'two' })).toBe('deleted');
});

test('patch is a JSON merge patch: null removes, lists are replaced whole', async () => {
  const root = folder();
  const cluster = await open(root);
  await cluster.apply('ServiceImport', { ...imported, metadata: { ...imported.metadata, labels: { a: '1', b: '2' } } });
  const patched = await cluster.patch('ServiceImport', imported.metadata, {
    metadata: { labels: { a: null } },
    spec: { ports: [{ port: 81 }] },
  });
  expect(patched.metadata.labels).toEqual({ b: '2' });
  expect(patched.spec.ports).toEqual([{ port: 81, protocol: 'TCP' }]);
  expect(await (await open(root)).get('ServiceImport', imported.metadata)).toEqual(patched);
  const bad = cluster.patch('ServiceImport', imported.metadata, { spec: { type: 'Odd' } });
  expect((await failure(bad)).message).toMatch(
    /^ServiceImport "shop\/web": spec.type: expected ClusterSetIP or Headless/,
  );
  expect((await failure(cluster.patch('ServiceImport', { name: 'no', namespace: 'shop' }, {}))).reason).toBe(
    'rejected',
  );
});

describe("users' files are never rewritten", () => {
  test.each([
    ['unmarked', EXPORT],
    ['marked', EXPORT.replace('metadata:', 'metadata:\n  labels: {app.kubernetes.io/managed-by: mcs}')],
  ])('a change or removal of an %s object in one is an error naming the file', async (_what, manifest) => {
    const root = folder({ 'x/a.yaml': `${SERVICE}---\n${manifest}` });
    const cluster = await open(root, 'east=x');
    const change = await failure(cluster.apply('ServiceExport', { ...made, spec: { exportedLabels: { a: 'b' } } }));
    expect(change.reason).toBe('user-file');
    expect(change.message).toContain('ServiceExport shop/web is in x/a.yaml:11, a file that mcs does not rewrite');
    const removal = await failure(cluster.delete('ServiceExport', made.metadata));
    expect([removal.reason, removal.next]).toEqual(['user-file', 'remove it from x/a.yaml:11']);
    expect((await failure(cluster.delete('ServiceExport', made.metadata, { dryRun: true }))).reason).toBe('user-file');
    expect(read(root, 'x/a.yaml')).toBe(`${SERVICE}---\n${manifest}`);
    expect(filesIn(root)).toEqual(['x/a.yaml']);
  });

  test('a write that would change nothing is none', async () => {
    const root = folder({ 'a.yaml': EXPORT });
    await (await open(root)).apply('ServiceExport', { ...made, metadata: { name: 'web', namespace: 'shop' } });
    expect(filesIn(root)).toEqual(['a.yaml']);
  });

  test.each([
    ['of another name', 'mcs/shop/mine.yaml', EXPORT],
    ['with more than one object', FILE, `${EXPORT}---\n${SERVICE}`],
    ['in a List', FILE, `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify(made)}\n`],
  ])('a file %s below mcs/ is one of the user', async (_what, file, content) => {
    const root = folder({ [file]: content });
    const cluster = await open(root);
    expect(await cluster.list('ServiceExport')).toHaveLength(1);
    expect((await failure(cluster.delete('ServiceExport', made.metadata))).reason).toBe('user-file');
    expect(read(root, file)).toBe(content);
  });

  test('what stands in the way under the name of a file to be written is not overwritten', async () => {
    const root = folder({ [FILE]: 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n' });
    const error = await failure((await open(root)).apply('ServiceExport', made));
    expect([error.reason, error.message]).toEqual(['user-file', `${FILE} holds something that mcs did not write`]);
  });
});

describe('never a write outside <dir>/mcs', () => {
  test.each([
    ['../../etc/passwd', 'shop'],
    ['..', 'shop'],
    ['web', '..'],
    ['web', '../../x'],
    ['a/b', 'shop'],
    ['\u001b[31m', 'shop'],
    ['', 'shop'],
  ])('name %j in namespace %j is rejected', async (name, namespace) => {
    const root = folder({ 'in/a.yaml': '' });
    const cluster = await open(root, 'in');
    const object: ServiceExport = { ...made, metadata: { name, namespace } };
    expect((await failure(cluster.apply('ServiceExport', object))).reason).toBe('rejected');
    expect((await failure(cluster.delete('ServiceExport', { name, namespace }))).reason).toBe('rejected');
    expect(filesIn(root)).toEqual(['in/a.yaml']);
  });

  test.each(['mcs', 'mcs/shop'])('%s as a symbolic link is refused', async (link) => {
    const outside = folder();
    const root = folder(link === 'mcs' ? {} : { 'mcs/x/y.txt': '' });
    symlinkSync(outside, join(root, link));
    const error = await failure((await open(root)).apply('ServiceExport', made));
    expect(error.message).toBe(`cannot write below ${link}: it is a symbolic link, no folder`);
    expect(error.next).toBe(`move ${link} away: mcs needs a folder of that name`);
    expect(filesIn(outside)).toEqual([]);
  });

  test('delete does not follow a link either', async () => {
    const outside = folder({ 'serviceexport-web.yaml': EXPORT });
    const root = folder({ 'mcs/x/y.txt': '' });
    symlinkSync(outside, join(root, 'mcs/shop'));
    expect((await failure((await open(root)).delete('ServiceExport', made.metadata))).reason).toBe('failed');
    expect(filesIn(outside)).toEqual(['serviceexport-web.yaml']);
  });

  test('mcs as a file is refused', async () => {
    const error = await failure((await open(folder({ mcs: '' }))).apply('ServiceExport', made));
    expect(error.message).toBe('cannot write below mcs: it is a file, no folder');
  });

  test('a folder where the file belongs is refused, and no temporary file stays', async () => {
    const root = folder();
    mkdirSync(join(root, FILE), { recursive: true });
    const error = await failure((await open(root)).apply('ServiceExport', made));
    expect(error.message).toBe(`cannot write ${FILE}: is a folder where a file is needed (EISDIR)`);
    expect(filesIn(root)).toEqual([]);
  });
});

test('what a killed run left is ignored, and goes with the next write; that of a living one stays', async () => {
  const dead = 'mcs/shop/.mcs-999999999-0123456789ab.tmp';
  const living = `mcs/shop/.mcs-${process.pid}-0123456789ab.tmp`;
  const root = folder({ [dead]: 'half: [', [living]: 'half: [' });
  const cluster = await open(root);
  expect(await cluster.list('ServiceExport')).toEqual([]);
  await cluster.apply('ServiceExport', made);
  expect(filesIn(root)).toEqual([living, FILE]);
});

test('a directory that went away is said', async () => {
  const root = folder({ 'in/a.yaml': '' });
  const cluster = await open(root, 'in');
  await cluster.list('Service');
  const { rmSync } = await import('node:fs');
  rmSync(join(root, 'in'), { recursive: true });
  const error = await failure(cluster.apply('ServiceExport', made));
  expect(error.message).toBe(`cannot write in/${FILE}: does not exist (ENOENT)`);
});

test('writes at the same time end whole, and all are there', async () => {
  const root = folder();
  const cluster = await open(root);
  const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
  await Promise.all(
    names.map((name) => cluster.apply('ServiceExport', { ...made, metadata: { name, namespace: 'shop' } })),
  );
  expect(await (await open(root)).list('ServiceExport')).toHaveLength(50);
  writeFileSync(join(root, 'b.yaml'), SERVICE);
});

test('what a killed run left where a link leads to is not touched', async () => {
  const left = '.mcs-999999999-0123456789ab.tmp';
  const outside = folder({ [`mcs/x/${left}`]: 'half' });
  const root = folder();
  symlinkSync(outside, join(root, 'link'));
  await (await open(root)).apply('ServiceExport', made);
  expect(filesIn(outside)).toEqual([`mcs/x/${left}`]);
});
