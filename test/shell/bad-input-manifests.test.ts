/** Issue 3, section 6, seen from outside: manifests. What each says in detail is tested beside the reader of directories. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { SERVICE, built, expectTidy, filesIn, folder, member, write } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

type Make = (root: string) => void;
const file =
  (content: string | Buffer, name = 'a.yaml'): Make =>
  (root) => {
    write(join(root, 'bad', name), content);
  };

const BOMB = Array.from({ length: 10 }, (_, level) => {
  const [name, below] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
  return `${name}: &${name} [${Array.from({ length: 9 }, () => (level === 0 ? 'lol' : `*${below}`)).join(', ')}]\n`;
}).join('');

const UNUSABLE: readonly (readonly [string, Make, RegExp])[] = [
  ['binary', file(Buffer.from([0x89, 0x50, 0x0a, 0x00, 0x01])), /a\.yaml:2: the file is binary/],
  [
    'a file of 100 MB and a byte',
    (root) => {
      file('')(root);
      truncateSync(join(root, 'bad/a.yaml'), 100_000_001);
    },
    /a\.yaml:1: the file has 100\.0 MB, more than the 100 MB that are read/,
  ],
  ['truncated YAML', file(`${SERVICE}  selector: {app: we`), /a\.yaml:9: cannot be parsed: unexpected end/],
  ['invalid YAML', file('a: 1\n b: 2\n'), /a\.yaml:2: cannot be parsed: bad indentation/],
  ['truncated JSON', file('{"apiVersion": "v1",\n"kind": "Serv', 'a.json'), /a\.json:2: cannot be parsed: /],
  ['duplicated keys', file(`${SERVICE}kind: Service\n`), /a\.yaml:9: cannot be parsed: duplicated mapping key/],
  ['an alias bomb', file(BOMB), /a\.yaml:1: its aliases stand for more than 100000 nodes/],
  [
    'a link to itself',
    (root) => {
      mkdirSync(join(root, 'bad'));
      symlinkSync('a.yaml', join(root, 'bad/a.yaml'));
    },
    /a\.yaml:1: cannot be read: its symbolic links form a loop \(ELOOP\)/,
  ],
  ['".." in a name', file(SERVICE.replace('web', '../../x')), /a\.yaml:4: metadata\.name: .*got "\.\.\/\.\.\/x"/],
  ['".." in a namespace', file(SERVICE.replace('shop', '../..')), /a\.yaml:5: metadata\.namespace: .*got "\.\.\/\.\."/],
  ['a name that is not RFC 1123', file(SERVICE.replace('web', 'Web_1')), /a\.yaml:4: .*RFC 1123 label, got "Web_1"/],
  ['a name with escapes', file(SERVICE.replace('web', '"a\\e[2J"')), /a\.yaml:4: .*RFC 1123 label, got "a/],
  ['a field of another type', file(SERVICE.replace('80', 'eighty')), /a\.yaml:8: spec\.ports\[0\]\.port: expected/],
  // Root may read every file; the memory of a process at address 0 is what even root cannot read.
  ...(existsSync('/proc/self/mem') ? [['an unreadable file', unreadable, /a\.yaml:1: cannot be read: /] as const] : []),
];

function unreadable(root: string): void {
  mkdirSync(join(root, 'bad'));
  symlinkSync('/proc/self/mem', join(root, 'bad/a.yaml'));
}

const GOOD = ['--dir', 'good'] as const;
const BOTH = [...GOOD, '--dir', 'bad'] as const;

describe.concurrent('a directory that cannot be read is one line with file and line; the others are served', () => {
  it.each(UNUSABLE)('%s', async (_what, make, place) => {
    const root = folder({ 'good/a.yaml': member('good') });
    make(root);
    const before = filesIn(root);
    const status = await built(['status', ...BOTH, '-o', 'json'], { cwd: root });
    expectTidy(status);
    expect(status.code).toBe(3);
    expect(status.stderr).toMatch(/^error: bad: bad\/.*\n {2}next: correct bad\/a\.\w+:\d+, or move the file out.*\n$/);
    expect(status.stderr).toMatch(place);
    expect(JSON.parse(status.stdout)).toMatchObject({ services: [{ name: 'web', exportedBy: ['good'] }] });

    const alone = await built(['reconcile', '--dir', 'bad', '--yes'], { cwd: root });
    expectTidy(alone);
    expect(alone).toMatchObject({ code: 4, stdout: '' });
    expect(alone.stderr).toMatch(/^error: no cluster answered; bad: .*\nnext: correct bad\/.*\n$/);
    expect(alone.stderr).toMatch(place);

    const join = await built(['join', 'prod', ...BOTH], { cwd: root });
    expectTidy(join);
    expect(join).toMatchObject({ code: 3, stdout: '' });
    expect(join.stderr).toContain('; nothing was written\n');
    expect(filesIn(root)).toEqual(before);
  });

  it('reconcile writes the others', async () => {
    const root = folder({ 'good/a.yaml': member('good'), 'bad/a.yaml': 'a: [' });
    const pass = await built(['reconcile', ...BOTH], { cwd: root });
    expectTidy(pass);
    expect(pass.code).toBe(3);
    expect(pass.stdout).toMatch(/good {2}create {2}ServiceImport shop\/web/);
    expect(pass.stderr).toMatch(/^error: bad: bad\/a\.yaml:1: cannot be parsed/);
    expect(filesIn(root)).toContain('good/mcs/shop/serviceimport-web.yaml');
    expect(filesIn(join(root, 'bad'))).toEqual(['a.yaml']);
  });

  it('export and leave write nothing into it', async () => {
    const root = folder({ 'bad/a.yaml': 'a: [' });
    for (const args of [
      ['export', 'svc', 'web', '-n', 'shop'],
      ['unexport', 'svc', 'web', '-n', 'shop'],
      ['leave', '--yes'],
    ]) {
      const outcome = await built([...args, '--dir', 'bad'], { cwd: root });
      expectTidy(outcome);
      expect(outcome.code, args.join(' ')).toBe(4);
      expect(outcome.stderr).toMatch(
        /^error: .*bad\/a\.yaml:1: cannot be parsed.*\n {0,2}next: correct bad\/a\.yaml:1/,
      );
    }
    expect(filesIn(root)).toEqual(['bad/a.yaml']);
  });
});

const JSON_SERVICE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { ports: [{ port: 80 }] },
});

describe.concurrent('unusual manifests that are right', () => {
  it.each([
    ['JSON', { 'bad/a.json': JSON_SERVICE }],
    ['a List', { 'bad/a.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${JSON_SERVICE}\n` }],
    ['a JSON List', { 'bad/a.json': `{"apiVersion":"v1","kind":"List","items":[${JSON_SERVICE}]}` }],
    ['Windows line ends', { 'bad/a.yaml': SERVICE.replaceAll('\n', '\r\n') }],
    ['a byte order mark', { 'bad/a.yaml': `\ufeff${SERVICE}` }],
    [
      'an empty file and a document of nothing beside it',
      { 'bad/a.yaml': SERVICE, 'bad/b.yaml': '', 'bad/c.yaml': '---\n' },
    ],
  ])('%s', async (_what, files: Readonly<Record<string, string>>) => {
    const root = folder(files);
    const outcome = await built(['export', 'svc', 'web', '-n', 'shop', '--dir', 'bad'], { cwd: root });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 0, stdout: 'bad  shop/web  exported\n' });
  });

  it.each([
    ['an empty folder', {}],
    ['an empty file', { 'bad/a.yaml': '' }],
  ])('%s is a cluster that holds nothing', async (_what, files: Readonly<Record<string, string>>) => {
    const root = folder(files);
    mkdirSync(join(root, 'bad'), { recursive: true });
    const outcome = await built(['status', '--dir', 'bad'], { cwd: root });
    expect(outcome).toEqual({ code: 0, stdout: 'no clusterset · 1/1 clusters read · 0 services\n', stderr: '' });
  });

  it('a folder that holds a link to itself is walked once', async () => {
    const root = folder({ 'bad/a.yaml': member('bad') });
    symlinkSync('../bad', join(root, 'bad/loop'));
    const outcome = await built(['status', '--dir', 'bad', '-o', 'name'], { cwd: root });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 0, stdout: 'shop/web\n' });
  });
});

describe.concurrent('warnings', () => {
  it.each([
    [
      'an object that is there twice: both places',
      { 'bad/a.yaml': SERVICE, 'bad/b.yaml': `\n---\n${SERVICE}` },
      'bad: Service shop/web is in bad/a.yaml:1 and again in bad/b.yaml:3: the one in bad/b.yaml:3 is used',
    ],
    [
      'group multicluster.k8s.io: which to write',
      {
        'bad/a.yaml':
          'apiVersion: multicluster.k8s.io/v1alpha1\nkind: ServiceExport\nmetadata: {name: web, namespace: shop}\n',
      },
      'bad: bad/a.yaml:1: ServiceExport of "multicluster.k8s.io/v1alpha1" is ignored: write apiVersion: multicluster.x-k8s.io/v1beta1 or multicluster.x-k8s.io/v1alpha1',
    ],
    [
      'about.k8s.io/v1, which does not exist: which to write',
      { 'bad/a.yaml': 'apiVersion: about.k8s.io/v1\nkind: ClusterProperty\nmetadata: {name: a.b}\nspec: {value: c}\n' },
      'bad: bad/a.yaml:1: ClusterProperty of "about.k8s.io/v1" is ignored: write apiVersion: about.k8s.io/v1beta1 or about.k8s.io/v1alpha1',
    ],
  ])('%s', async (_what, files: Readonly<Record<string, string>>, warning) => {
    const outcome = await built(['status', '--dir', 'bad'], { cwd: folder(files) });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 0, stderr: `warning: ${warning}\n` });
  });
});

describe.concurrent('--dir', () => {
  it.each([
    [
      'a path to nothing, with its neighbours',
      ['clusters/eats'],
      'does not exist (ENOENT)',
      'did you mean clusters/east?',
    ],
    ['a path below nothing', ['nope/east'], 'does not exist (ENOENT)', 'nope does not exist either'],
    [
      'a file',
      ['clusters/east/a.yaml'],
      'a file, not a directory',
      'give its folder, or --dir - < clusters/east/a.yaml',
    ],
    ['an empty ID', ['=clusters/east'], 'the ID before "=" is empty', 'write --dir ID=PATH or --dir PATH'],
    ['an empty path', ['a='], 'the PATH is empty', 'write --dir ID=PATH or --dir PATH'],
  ])('%s', async (_what, [path = ''], message, next) => {
    const root = folder({ 'clusters/east/a.yaml': SERVICE });
    for (const args of [['status'], ['join', 'prod'], ['reconcile']]) {
      const outcome = await built([...args, '--dir', path], { cwd: root });
      expect(outcome).toEqual({ code: 2, stdout: '', stderr: `error: --dir ${path}: ${message}\nnext: ${next}\n` });
    }
    expect(filesIn(root)).toEqual(['clusters/east/a.yaml']);
  });

  it('- reads what is piped in, and refuses to write it', async () => {
    const root = folder();
    const stdin = member('east');
    const read = await built(['status', '--dir', '-', '-o', 'name'], { cwd: root, stdin });
    expect(read).toEqual({ code: 0, stdout: 'shop/web\n', stderr: '' });
    for (const args of [['reconcile'], ['export', 'svc', 'api', '-n', 'shop', '--allow-missing']]) {
      const write = await built([...args, '--dir', '-'], { cwd: root, stdin });
      expectTidy(write);
      expect(write.stderr, args.join(' ')).toMatch(/^error: stdin: .*: standard input can be read but not written$/m);
      expect(write.code).toBe(3);
    }
    expect(filesIn(root)).toEqual([]);
  });

  it('standard input is no argument', async () => {
    const root = folder({ 'good/a.yaml': SERVICE });
    const outcome = await built(['join', ...GOOD], { cwd: root, stdin: 'prod\n' });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toBe('error: missing argument CLUSTERSET\nnext: see mcs join --help\n');
  });

  it('- that is broken is said with its line', async () => {
    const outcome = await built(['status', '--dir', '-'], { cwd: folder(), stdin: 'a: 1\n b: 2\n' });
    expectTidy(outcome);
    expect(outcome.code).toBe(4);
    expect(outcome.stderr).toMatch(/^error: no cluster answered; stdin: .*:2: cannot be parsed: /);
  });

  it('- without any input is a cluster that holds nothing', async () => {
    const outcome = await built(['status', '--dir', '-'], { cwd: folder(), stdio: ['ignore', 'pipe', 'pipe'] });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('the same ID twice is one cluster in layers; writes go to the last', async () => {
    const root = folder({ 'base/a.yaml': SERVICE, 'over/a.yaml': SERVICE.replace('80', '81') });
    const args = ['--dir', 'east=base', '--dir', 'east=over'];
    const outcome = await built(['export', 'svc', 'web', '-n', 'shop', ...args], { cwd: root });
    expectTidy(outcome);
    expect(outcome.code).toBe(0);
    expect(filesIn(root)).toEqual(['base/a.yaml', 'over/a.yaml', 'over/mcs/shop/serviceexport-web.yaml']);
  });

  it('one folder under two ids is refused by join', async () => {
    const root = folder({ 'good/a.yaml': SERVICE });
    const outcome = await built(['join', 'prod', '--dir', 'a=good', '--dir', 'b=good'], { cwd: root });
    expectTidy(outcome);
    expect({ code: outcome.code, files: filesIn(root) }).toEqual({ code: 2, files: ['good/a.yaml'] });
  });
});

describe.concurrent('ids', () => {
  it.each([
    ['upper case', 'East', '--id east'],
    ['a dot', 'a.b', '--id a-b'],
    ['64 characters', 'a'.repeat(64), `--id ${'a'.repeat(63)}`],
    ['nothing', '', '--id ID'],
    ['escapes', 'a\u001b[2J', '--id a-2j'],
  ])('--id with %s is refused with one that can be', async (_what, id, next) => {
    const root = folder({ 'good/a.yaml': SERVICE });
    const outcome = await built(['join', 'prod', ...GOOD, `--id=${id}`], { cwd: root });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(
      /^error: --id ".*" cannot be a cluster id: it must be one label of lower case letters/,
    );
    expect(outcome.stderr).toContain(`\nnext: ${next}\n`);
    expect(filesIn(root)).toEqual(['good/a.yaml']);
  });

  it('a name that cannot be an id is refused with one that can be', async () => {
    const root = folder({ 'E.x/a.yaml': SERVICE });
    const outcome = await built(['join', 'prod', '--dir', 'E.x'], { cwd: root });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain('\nnext: mcs join prod --dir E.x --id e-x\n');
    expect(filesIn(root)).toEqual(['E.x/a.yaml']);
  });

  it('an id that is taken is refused', async () => {
    const root = folder({ 'good/a.yaml': member('good'), 'new/a.yaml': SERVICE });
    const outcome = await built(['join', 'prod', ...GOOD, '--dir', 'good2=new', '--dry-run'], { cwd: root });
    expect(outcome.code).toBe(0);
    const taken = await built(['join', 'prod', '--dir', 'new', ...GOOD, '--id', 'good'], { cwd: root });
    expectTidy(taken);
    expect(taken.code).toBe(2);
    expect(filesIn(join(root, 'new'))).toEqual(['a.yaml']);
  });

  it.each([
    ['upper case', 'East', /"East" is no RFC 1123 label/],
    ['64 characters', 'a'.repeat(64), /is no RFC 1123 label of at most 63 characters/],
    ['escapes', 'a\u001b[2J\u202e', /"a\\x1b\[2J\\u\{202e\}" is no RFC 1123 label/],
  ])('a member whose id has %s is left out, the others are served', async (_what, id, message) => {
    const root = folder({ 'good/a.yaml': member('good'), 'bad/a.yaml': member('bad', { id }) });
    const outcome = await built(['reconcile', ...BOTH], { cwd: root });
    expectTidy(outcome);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toContain('  next: mcs leave --dir bad --forget-id && mcs join prod --dir bad --id ID\n');
    expect(filesIn(join(root, 'good'))).toContain('mcs/shop/serviceimport-web.yaml');
    expect(filesIn(join(root, 'bad'))).toEqual(['a.yaml']);
  });

  it('of two members with one id the younger is left out', async () => {
    const root = folder({
      'good/a.yaml': member('east'),
      'bad/a.yaml': member('east', { since: '2025-01-01T00:00:00Z' }),
    });
    const outcome = await built(['reconcile', ...BOTH], { cwd: root });
    expectTidy(outcome);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(/^error: bad: ClusterProperty .*: "east" is also the id of good, /);
    expect(filesIn(join(root, 'bad'))).toEqual(['a.yaml']);
    expect(readFileSync(join(root, 'good/mcs/shop/serviceimport-web.yaml'), 'utf8')).toContain('cluster: east');
  });
});

describe.concurrent('many', () => {
  it('names on one command line', async () => {
    const root = folder({ 'good/a.yaml': SERVICE });
    const names = Array.from({ length: 3000 }, (_, index) => `web-${index}`);
    const outcome = await built(['export', 'svc', ...names, '-n', 'shop', ...GOOD], { cwd: root });
    expectTidy(outcome);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.length).toBeLessThan(2000);
    expect(filesIn(root)).toEqual(['good/a.yaml']);
  });
});
