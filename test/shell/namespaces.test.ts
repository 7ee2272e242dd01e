/** `mcs namespaces` as a job of CI and a person at a terminal meet it: on folders, by its exit codes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { built, expectTidy, folder, member, write } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

const TWO = ['--dir', 'east', '--dir', 'west'] as const;
const PROPERTIES = (id: string): string => member(id).split('---\n').slice(0, 2).join('---\n');

/** east exports shop/web from a namespace with an owner; west lacks the namespace. */
function clusters(): string {
  const owner = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: shop}}\n';
  return folder({
    'east/all.yaml': `${member('east')}---\n${owner}`,
    'west/all.yaml': PROPERTIES('west'),
  });
}

it('--missing ends with 1 while there are holes, and -o yaml prints what fills them', async () => {
  const cwd = clusters();
  const gate = await built(['namespaces', '--missing', ...TWO], { cwd });
  expect(gate).toMatchObject({ code: 1, stderr: '' });
  expect(gate.stdout).toContain('west      shop        MISSING   east          web\n');

  const [, command = ''] = /next: mcs (.*?) {3}#/.exec(gate.stdout) ?? [];
  const manifests = await built(command.split(' '), { cwd });
  expect(manifests).toMatchObject({ code: 0, stderr: '' });
  expect(manifests.stdout).toMatch(/^# cluster: west\n/);
  write(join(cwd, 'west/namespaces.yaml'), manifests.stdout);

  const done = await built(['ns', '--missing', ...TWO], { cwd });
  expect(done).toEqual({ code: 0, stdout: expect.stringContaining('no holes\n') as string, stderr: '' });
  const matrix = await built(['ns', ...TWO], { cwd });
  expect(matrix.stdout).toMatch(/^shop +1 exported +present +team=shop$/m);
});

it('without --missing, holes are a result', async () => {
  const outcome = await built(['namespaces', ...TWO, '-o', 'json'], { cwd: clusters() });
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    apiVersion: 'kubectl-mcs/v1',
    kind: 'NamespaceReport',
    clusterset: 'prod',
    holes: [{ cluster: 'west', namespace: 'shop' }],
  });
});

it('a cluster that cannot be read is UNKNOWN and ends with 3, unless another has a hole', async () => {
  const cwd = clusters();
  write(join(cwd, 'north/bad.yaml'), 'a: [');
  const three = [...TWO, '--dir', 'north'];
  const matrix = await built(['namespaces', ...three], { cwd });
  expectTidy(matrix);
  expect(matrix.code).toBe(3);
  expect(matrix.stdout).toMatch(/^shop +1 exported +MISSING +UNKNOWN +/m);
  expect(matrix.stderr).toMatch(/^error: north: .*bad\.yaml:1: cannot be parsed/);
  expect((await built(['namespaces', '--missing', ...three], { cwd })).code).toBe(1);
  expect((await built(['namespaces', '--missing', '-o', 'yaml', ...three], { cwd })).code).toBe(3);
  mkdirSync(join(cwd, 'west/shop'));
  write(join(cwd, 'west/shop/namespace.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n');
  expect((await built(['namespaces', '--missing', ...three], { cwd })).code).toBe(3);
});

it.each([
  [['--in', 'west'], '--in needs --missing'],
  [['-A', 'shop'], 'names and -A exclude each other'],
  [['Shop'], '"Shop" cannot be the name of a namespace'],
  [['--missing', '--in', 'wst'], 'no cluster of this clusterset is called "wst"'],
  [['--owner-label', 'a b'], '"a b" cannot be the key of a label'],
])('%j is a mistake that it names', async (args, message) => {
  const outcome = await built(['namespaces', ...TWO, ...args], { cwd: clusters() });
  expectTidy(outcome);
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.stderr).toContain(`error: ${message}`);
});

it('warns when the manifests are for several clusters', async () => {
  const cwd = clusters();
  write(join(cwd, 'north/all.yaml'), PROPERTIES('north'));
  const three = [...TWO, '--dir', 'north', '--missing', '-o', 'yaml'];
  const both = await built(['namespaces', ...three], { cwd });
  expect(both.stdout.match(/^# cluster: .*$/gm)).toEqual(['# cluster: west', '# cluster: north']);
  expect(both.stderr).toBe('warning: these are for 2 clusters; --in CLUSTER prints those of one\n');
  const one = await built(['namespaces', ...three, '--in', 'north'], { cwd });
  expect(one).toMatchObject({ code: 0, stderr: '' });
  expect(one.stdout.match(/^# cluster: .*$/gm)).toEqual(['# cluster: north']);
});
