import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXPORT, SERVICE, failure, folder, open } from './folder.ts';

/** Nine lists of nine aliases: a few lines that stand for 9^9 nodes. */
const BOMB = Array.from({ length: 10 }, (_, level) => {
  const name = String.fromCharCode(97 + level);
  const below = String.fromCharCode(96 + level);
  return `${name}: &${name} [${Array.from({ length: 9 }, () => (level === 0 ? 'lol' : `*${below}`)).join(', ')}]\n`;
}).join('');

function named(name: string, namespace = '"shop"'): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n`;
}

const JSON_SERVICE =
  '{\n"apiVersion": "v1",\n"kind": "Service",\n"metadata": {"name": "web"},\n"spec": {"ports": [{"port": "x"}]}\n}';

describe('bad input (issue 3, section 6) is an error with file and line', () => {
  test.each<readonly [string, Readonly<Record<string, string | Buffer>>, string]>([
    [
      'binary',
      { 'a.yaml': Buffer.from([0x89, 0x50, 0x0a, 0x00, 0x01]) },
      'a.yaml:2: the file is binary (it holds a zero byte)',
    ],
    ['not UTF-8', { 'a.yaml': Buffer.from('a: 1\nb: \xe4\n', 'latin1') }, 'a.yaml:2: the file is not UTF-8'],
    ['UTF-16', { 'a.yaml': Buffer.from('\ufeffa: 1', 'utf16le') }, 'a.yaml:1: the file is UTF-16; save it as UTF-8'],
    ['truncated YAML', { 'a.yaml': `${SERVICE}  selector: {app: we` }, 'a.yaml:10: cannot be parsed: '],
    ['truncated JSON', { 'a.json': JSON_SERVICE.slice(0, 40) }, 'a.json:3: cannot be parsed: '],
    ['invalid YAML', { 'a.yaml': 'a: 1\n b: 2\n' }, 'a.yaml:2: cannot be parsed: '],
    ['invalid YAML in the second document', { 'a.yaml': `${SERVICE}---\na: b: c\n` }, 'a.yaml:11: cannot be parsed: '],
    [
      'a duplicated key in YAML',
      { 'a.yaml': `${SERVICE}---\n# two\nkind: Service\nkind: Service\n` },
      'a.yaml:13: cannot be parsed: duplicated mapping key',
    ],
    [
      'a duplicated key in JSON',
      { 'a.json': '{"apiVersion": "v1",\n"kind": "Service",\n"kind": "Service"}' },
      'a.json:3: cannot be parsed: duplicated mapping key',
    ],
    ['an alias bomb', { 'a.yaml': BOMB }, 'a.yaml:1: its aliases stand for more than 100000 nodes; write them out'],
    [
      'an alias that holds itself',
      { 'a.yaml': '# top\na: &a\n  b: *a\n' },
      'a.yaml:2: the alias *a stands for a node that holds it',
    ],
    ['an unknown alias', { 'a.yaml': 'a: *b\n' }, 'a.yaml:1: cannot be parsed: unidentified alias'],
    ['a merge key bomb', { 'a.yaml': mergeBomb() }, 'cannot be parsed: merge keys exceeded'],
    ['YAML nested too deep', { 'a.yaml': '['.repeat(5000) }, 'a.yaml:1: cannot be parsed: nesting exceeded'],
    ['JSON nested too deep', { 'a.json': `{"a":${'['.repeat(5000)}` }, 'a.json:1: cannot be parsed: nesting exceeded'],
    [
      'a field of the wrong type',
      { 'a.yaml': `---\n${SERVICE.replace('80', 'eighty')}` },
      'a.yaml:10: spec.ports[0].port: expected ',
    ],
    ['a field of the wrong type in JSON', { 'a.json': JSON_SERVICE }, 'a.json:5: spec.ports[0].port: expected '],
    [
      'a missing field',
      { 'a.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  namespace: shop\n' },
      'a.yaml:3: metadata.name: expected a string, got nothing',
    ],
    [
      'a field of an item of a List',
      {
        'a.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } })}\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: 7}\n`,
      },
      'a.yaml:7: items[1].metadata.name: expected a string, got 7',
    ],
    [
      'a field of an item of a JSON List',
      { 'a.json': `{"apiVersion":"v1","kind":"List","items":[\n{},\n${JSON_SERVICE}]}` },
      'a.json:7: items[1].spec.ports[0].port: expected ',
    ],
    [
      'an item that is no object',
      { 'a.yaml': 'apiVersion: v1\nkind: List\nitems:\n- 7\n' },
      'a.yaml:4: items[0]: expected an object, got 7',
    ],
    [
      '".." in a name',
      { 'a.yaml': named('"../../etc/passwd"') },
      'a.yaml:4: metadata.name: expected an RFC 1123 label, got "../../etc/passwd"',
    ],
    [
      '".." in a namespace',
      { 'a.yaml': named('web', '"../.."') },
      'a.yaml:5: metadata.namespace: expected an RFC 1123 label, got "../.."',
    ],
    [
      '".." in a name that may have dots',
      { 'a.yaml': EXPORT.replace('name: web', 'name: ..') },
      'a.yaml:4: metadata.name: expected an RFC 1123 subdomain, got ".."',
    ],
    [
      'control characters in a name',
      { 'a.yaml': named('"a\\e[31mb"') },
      'a.yaml:4: metadata.name: expected an RFC 1123 label, got "a\\u001b[31mb"',
    ],
    [
      'upper case in a name',
      { 'a.yaml': named('Web') },
      'a.yaml:4: metadata.name: expected an RFC 1123 label, got "Web"',
    ],
    [
      'a name of 64 characters',
      { 'a.yaml': named('a'.repeat(64)) },
      'a.yaml:4: metadata.name: expected an RFC 1123 label',
    ],
    [
      'a label that YAML makes a number',
      { 'a.yaml': SERVICE.replace('  namespace', '  labels: {a.b/c: 1}\n  namespace') },
      'a.yaml:5: metadata.labels["a.b/c"]: expected a string, got 1',
    ],
  ])('%s', async (_what, files, expected) => {
    const cluster = await open(folder(files));
    const error = await failure(cluster.list('Namespace'));
    expect(error.reason).toBe('malformed');
    expect(error.message).toContain(expected);
    expect((await failure(cluster.facts())).message).toBe(error.message);
  });
});

function mergeBomb(): string {
  const keys = Array.from({ length: 200 }, (_, index) => `k${index}: 1`).join(', ');
  return `base: &b {${keys}}\n${Array.from({ length: 60 }, (_, index) => `m${index}: {<<: *b}\n`).join('')}`;
}

test('a file of more than 100 MB is refused before it is read', async () => {
  const root = folder({ 'huge.yaml': '' });
  truncateSync(join(root, 'huge.yaml'), 100_000_001);
  const error = await failure((await open(root)).list('Service'));
  expect(error.message).toBe(
    'huge.yaml:1: the file has 100.0 MB, more than the 100 MB that are read; split it or move it out of the directory',
  );
});

test('lists are never partial: the first place is named, and how many more', async () => {
  const root = folder({
    'a.yaml': `${SERVICE}---\nkind: a\nkind: b\n---\n${named('B')}`,
    'b.yaml': 'a: [',
    'c.yaml': SERVICE,
  });
  const error = await failure((await open(root)).list('Service'));
  expect(error.message).toBe('a.yaml:12: cannot be parsed: duplicated mapping key (and 2 more: a.yaml:17, b.yaml:1)');
  expect(error.next).toBe('correct a.yaml:12, or move the file out of the directory');
});

test('paths are shown as they were given', async () => {
  const root = folder({ 'clusters/east/shop.yaml': 'a: [' });
  expect((await failure((await open(root, 'east=clusters/east')).list('Service'))).message).toMatch(
    /^clusters\/east\/shop.yaml:1: /,
  );
});

test('a link to nothing is an error', async () => {
  const root = folder();
  symlinkSync('nowhere', join(root, 'a.yaml'));
  expect((await failure((await open(root)).list('Service'))).message).toBe(
    'a.yaml:1: cannot be read: does not exist (ENOENT)',
  );
});

test('a link to itself is an error', async () => {
  const root = folder();
  symlinkSync('a.yaml', join(root, 'a.yaml'));
  expect((await failure((await open(root)).list('Service'))).message).toContain(
    'a.yaml:1: cannot be read: its symbolic links form a loop (ELOOP)',
  );
});

test('a named pipe is not waited for', async () => {
  const root = folder();
  execFileSync('mkfifo', [join(root, 'a.yaml')]);
  expect((await failure((await open(root)).list('Service'))).message).toBe('a.yaml:1: is no regular file');
});

test('a socket is no file to read', async () => {
  const root = folder();
  const server = createServer().listen(join(root, 'a.yaml'));
  await once(server, 'listening');
  expect((await failure((await open(root)).list('Service'))).message).toBe('a.yaml:1: is no regular file');
  server.close();
});

// Root may read every file; the memory of a process at address 0 is what even root cannot read.
test.skipIf(!existsSync('/proc/self/mem'))('an unreadable file is an error', async () => {
  const root = folder();
  symlinkSync('/proc/self/mem', join(root, 'a.yaml'));
  expect((await failure((await open(root)).list('Service'))).message).toMatch(
    /^a.yaml:1: cannot be read: .*\(E[A-Z]+\)$/,
  );
});

test.skipIf(process.getuid?.() === 0)('a file or folder without the right to read is an error', async () => {
  const root = folder({ 'a.yaml': SERVICE, 'b/c.yaml': SERVICE });
  chmodSync(join(root, 'a.yaml'), 0);
  chmodSync(join(root, 'b'), 0);
  const { message } = await failure((await open(root)).list('Service'));
  chmodSync(join(root, 'b'), 0o700);
  expect(message).toContain('permission denied (EACCES)');
  expect(message).toContain('(and 1 more');
});
