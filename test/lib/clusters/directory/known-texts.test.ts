import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { directoryClusters } from '../../../../src/lib/clusters/directory/directories.ts';
import { KnownTexts } from '../../../../src/lib/clusters/directory/known-texts.ts';
import { readText } from '../../../../src/lib/clusters/directory/read-text.ts';
import { EXPORT, SERVICE, failure, folder } from './folder.ts';

const STATUS = `apiVersion: multicluster.x-k8s.io/v1beta1
kind: ServiceImport
metadata:
  name: web
  namespace: shop
status:
  clusters:
    - cluster: east
`;

const TEXTS = [
  SERVICE,
  EXPORT,
  STATUS,
  `${SERVICE}---\n${EXPORT}`,
  `---\n# nothing\n---\n${SERVICE}`,
  'kind: Service\n  name: [',
  SERVICE.replace('port: 80', 'port: eighty'),
  '',
];

it('gives what reading gives, whatever was read before and forgotten', () => {
  const readings = fc.array(fc.record({ text: fc.constantFrom(...TEXTS), own: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(readings, fc.integer({ min: 0, max: 1000 }), (read, most) => {
      const known = new KnownTexts(most);
      for (const { text, own } of read) expect(known.read(text, own, readText)).toEqual(readText(text, own));
    }),
    { numRuns: 50 },
  );
});

it('reads a text once, and again when much else was read since', () => {
  const known = new KnownTexts(2 * SERVICE.length);
  const read: string[] = [];
  const reading: typeof readText = (text, own) => {
    read.push(text);
    return readText(text, own);
  };
  const first = known.read(SERVICE, true, reading);
  expect(known.read(SERVICE, true, reading)).toBe(first);
  expect(read).toEqual([SERVICE]);
  for (let other = 0; other < 9; other++) known.read(`${SERVICE}# ${other}\n`, true, reading);
  expect(read).toHaveLength(10);
  expect(known.read(SERVICE, true, reading)).toEqual(first);
  expect(read).toHaveLength(11);
});

it('remembers no more when texts are hardly met again', () => {
  const known = new KnownTexts(4 * SERVICE.length);
  for (let other = 0; other < 9; other++) known.read(`${SERVICE}# ${other}\n`, true, readText);
  expect(known.read(SERVICE, true, readText)).not.toBe(known.read(SERVICE, true, readText));
});

test('files of the same text are each what their place makes of them', async () => {
  const root = folder({
    'east/a.yaml': STATUS,
    'west/x/b.yaml': STATUS,
    'north/mcs/shop/serviceimport-web.yaml': STATUS,
  });
  const { clusters } = await directoryClusters(['east', 'west', 'north'], { cwd: root });
  const [east, west, north] = clusters.map((cluster) => cluster.list('ServiceImport'));
  expect((await failure(Promise.resolve(east))).message).toMatch(/^east\/a\.yaml:\d+: spec: /);
  expect((await failure(Promise.resolve(west))).message).toMatch(/^west\/x\/b\.yaml:\d+: spec: /);
  expect(await north).toEqual([]); // below mcs/ it is a status
});

test('what is wrong in the same text is told of each file that has it, on its line', async () => {
  const text = `${EXPORT}---\n${SERVICE.replace('port: 80', 'port: eighty')}`;
  const { clusters } = await directoryClusters(['east', 'west'], {
    cwd: folder({ 'east/a.yaml': text, 'west/b.yaml': text }),
  });
  const faults = await Promise.all(
    clusters.map(async ({ manifests }) => {
      const read = (await manifests?.read())?.manifests;
      return read?.malformed.map(({ manifest, field }) => `${manifest.place.file}:${read.lineOf(manifest, field)}`);
    }),
  );
  expect(faults).toEqual([['east/a.yaml:15'], ['west/b.yaml:15']]);
});
