import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { directoryClusters } from '../../../../src/lib/clusters/directory/directories.ts';
import { UsageError } from '../../../../src/lib/errors.ts';
import { SERVICE, failure, folder, open } from './folder.ts';

async function usage(specs: readonly string[], cwd: string): Promise<UsageError> {
  try {
    await directoryClusters(specs, { cwd });
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('ID is the name shown, else the base name of the path', async () => {
  const cwd = folder({ 'clusters/east/a.yaml': '', 'clusters/west/a.yaml': '' });
  const { clusters, warnings } = await directoryClusters(['e=clusters/east', 'clusters/west/'], { cwd });
  expect(clusters.map(({ name, location, type }) => [name, location, type])).toEqual([
    ['e', 'clusters/east', 'directory'],
    ['west', 'clusters/west/', 'directory'],
  ]);
  expect(warnings).toEqual([]);
});

test('"." is called as the folder it is', async () => {
  const cwd = join(folder({ 'east/a.yaml': '' }), 'east');
  expect((await open(cwd, '.')).name).toBe('east');
});

test('a PATH may hold "=" behind a slash', async () => {
  const cwd = folder({ 'a=b/a.yaml': '' });
  expect((await open(cwd, './a=b')).name).toBe('a=b');
});

test('two paths with one base name are shown by their paths, and it says so', async () => {
  const cwd = folder({ 'prod/east/a.yaml': '', 'test/east/a.yaml': '' });
  const { clusters, warnings } = await directoryClusters(['prod/east', 'test/east'], { cwd });
  expect(clusters.map(({ name }) => name)).toEqual(['prod/east', 'test/east']);
  expect(warnings[0]).toMatch(/several directories are called "east".*--dir ID=prod\/east/);
});

test('a base name gives way to an explicit ID', async () => {
  const cwd = folder({ 'a/x.yaml': '', 'b/east/x.yaml': '' });
  const { clusters } = await directoryClusters(['east=a', 'b/east'], { cwd });
  expect(clusters.map(({ name }) => name)).toEqual(['east', 'b/east']);
});

test('the same value twice is read once, with a warning', async () => {
  const cwd = folder({ 'east/a.yaml': '' });
  const { clusters, warnings } = await directoryClusters(['east', 'east'], { cwd });
  expect(clusters).toHaveLength(1);
  expect(warnings).toEqual(['--dir east is given twice and read once']);
});

test('the same ID twice means layers of one cluster: later wins', async () => {
  const cwd = folder({ 'base/a.yaml': SERVICE, 'over/a.yaml': SERVICE.replace('port: 80', 'port: 8080') });
  const cluster = await open(cwd, 'east=base', 'east=over');
  expect(cluster.location).toBe('base, over');
  const [service] = await cluster.list('Service');
  expect(service?.spec.ports[0]?.port).toBe(8080);
  expect((await cluster.facts()).warnings).toEqual([]);
});

test('one directory under two IDs is refused, through a link as well', async () => {
  const cwd = folder({ 'east/a.yaml': '' });
  symlinkSync(join(cwd, 'east'), join(cwd, 'link'));
  expect((await usage(['a=east', 'b=link'], cwd)).message).toBe('"a" and "b" are the same directory: link');
});

test.each([
  ['clusters/eats', 'clusters/eats: does not exist (ENOENT)', 'did you mean clusters/east?'],
  ['clusters/zzz', 'clusters/zzz: does not exist (ENOENT)', 'there is clusters/east or clusters/west'],
  [
    'clusters/east/a.yaml',
    'clusters/east/a.yaml: a file, not a directory',
    'give its folder, or --dir - < clusters/east/a.yaml',
  ],
  ['=clusters/east', '=clusters/east: the ID before "=" is empty', 'write --dir ID=PATH or --dir PATH'],
  ['east=', 'east=: the PATH is empty', 'write --dir ID=PATH or --dir PATH'],
])('--dir %s is a usage error that says what is near', async (spec, message, next) => {
  const cwd = folder({ 'clusters/east/a.yaml': '', 'clusters/west/a.yaml': '' });
  const error = await usage([spec], cwd);
  expect(error.message).toBe(`--dir ${message}`);
  expect(error.next).toBe(next);
});

test('"-" reads standard input, once, and cannot be written', async () => {
  let reads = 0;
  const stdin = (): Promise<Buffer> => {
    reads++;
    return Promise.resolve(Buffer.from(SERVICE));
  };
  const { clusters } = await directoryClusters(['east=-'], { stdin });
  const cluster = clusters[0];
  if (cluster === undefined) throw new Error('no cluster');
  const [service] = await cluster.list('Service');
  await cluster.list('Namespace');
  expect(service?.metadata.name).toBe('web');
  expect(reads).toBe(1);
  const made = cluster.apply('ServiceExport', {
    apiVersion: '',
    kind: 'ServiceExport',
    metadata: { name: 'web', namespace: 'shop' },
  });
  expect((await failure(made)).message).toBe('standard input can be read but not written');
});

test('standard input as first layer, writes go to the directory', async () => {
  const cwd = folder();
  mkdirSync(join(cwd, 'out'));
  const { clusters } = await directoryClusters(['e=-', 'e=out'], {
    cwd,
    stdin: () => Promise.resolve(Buffer.from(SERVICE)),
  });
  const [cluster] = clusters;
  await cluster?.apply('ServiceExport', {
    apiVersion: '',
    kind: 'ServiceExport',
    metadata: { name: 'web', namespace: 'shop' },
  });
  expect(await (await open(cwd, 'out')).list('ServiceExport')).toHaveLength(1);
});

test('a fault in standard input is named as such', async () => {
  const { clusters } = await directoryClusters(['-'], { stdin: () => Promise.resolve(Buffer.from('a: [1,')) });
  expect(clusters[0]?.name).toBe('stdin');
  expect((await failure(clusters[0]?.list('Service') ?? Promise.resolve())).message).toMatch(
    /^<stdin>:1: cannot be parsed: /,
  );
});

test('standard input that breaks is a cluster error', async () => {
  const { clusters } = await directoryClusters(['-'], { stdin: () => Promise.reject(new Error('broken pipe')) });
  const error = await failure(clusters[0]?.list('Service') ?? Promise.resolve());
  expect(error.message).toBe('<stdin>:1: cannot be read: broken pipe');
});

test('a directory that goes away before it is read is a cluster error', async () => {
  const cwd = folder({ 'east/a.yaml': '' });
  const cluster = await open(cwd, 'east');
  rmSync(join(cwd, 'east'), { recursive: true });
  const { message, next } = await failure(cluster.list('Service'));
  expect(message).toBe('the directory east cannot be read: does not exist (ENOENT)');
  expect(next).toBe('put it back, or leave it out of the command');
});
