/** Issue 3, section 6, seen from outside: hostile values on a terminal, and streams that end or fill up. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it, vi } from 'vitest';
import { built, expectTidy, filesIn, folder, member } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A colour, a link (OSC 8), a title (OSC 0), a line break, a carriage return, bidi, C1 controls, zero width, a tag. */
const HOSTILE =
  'a\u001b[31mb\u001b]8;;http://evil.example\u0007c\u001b]0;title\u0007\n\rd\u202e\u2066e\u0085\u009b2Jf\u200b\u200d\ufeff\u{e0041}g';
const LONG = HOSTILE + 'L'.repeat(10_000);

function hostile(id: string, exported: Readonly<Record<string, string>>): string {
  const condition = { status: 'True', reason: HOSTILE, message: LONG, lastTransitionTime: '2024-01-01T00:00:00Z' };
  const meta = { labels: { [HOSTILE]: LONG }, annotations: { [HOSTILE]: LONG } };
  const at = { namespace: 'shop', creationTimestamp: '2024-01-01T00:00:00Z', ...meta };
  const property = (name: string, value: string): object => ({
    apiVersion: 'about.k8s.io/v1beta1',
    kind: 'ClusterProperty',
    metadata: { name, ...meta },
    spec: { value },
  });
  const items = [
    property('cluster.clusterset.k8s.io', id),
    property('clusterset.k8s.io', 'prod'),
    property('notes.example.com', LONG),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', ...at },
      spec: { selector: { [HOSTILE]: LONG }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceExport',
      metadata: { name: 'web', ...at },
      spec: { exportedAnnotations: exported },
      status: {
        conditions: [
          { type: 'Valid', ...condition },
          { type: 'Conflict', ...condition },
        ],
      },
    },
    {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceImport',
      metadata: { name: 'foreign', ...at },
      spec: { type: 'ClusterSetIP', ports: [{ name: 'p', port: 80 }] },
      status: { clusters: [{ cluster: HOSTILE }], conditions: [{ type: 'Ready', ...condition, status: 'False' }] },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

const MCS = `mcs() { '${process.execPath}' '${join(import.meta.dirname, '../../bin/mcs.cjs')}' "$@"; }`;

const pair = (): string =>
  folder({
    'east/a.json': hostile('east', { [HOSTILE]: LONG, plain: HOSTILE }),
    'west/a.json': hostile('west', { plain: 'x' }),
    'who/a.json': hostile(HOSTILE, {}),
  });
const BOTH = ['--dir', 'east', '--dir', 'west'] as const;

describe.concurrent('hostile values reach no terminal as they are', () => {
  it.each<readonly [readonly string[], number]>([
    [['status', ...BOTH], 0],
    [['status', ...BOTH, '-o', 'wide'], 0],
    [['status', ...BOTH, '-o', 'json'], 0],
    [['status', ...BOTH, '-o', 'yaml'], 0],
    [['status', '--dir', 'who'], 3],
    [['clusters', ...BOTH, '--dir', 'who', '-o', 'wide'], 0],
    [['clusters', ...BOTH, '--dir', 'who', '-o', 'yaml'], 0],
    [['reconcile', ...BOTH, '--dry-run'], 0],
    [['reconcile', ...BOTH, '--dry-run', '-o', 'yaml'], 0],
    [['reconcile', '--dir', 'who', '--dir', 'east', '--clusterset', HOSTILE], 2],
    [['export', 'svc', 'web', '-n', 'shop', '--dir', 'east', '-o', 'yaml'], 0],
    [['export', 'svc', 'web', '-n', 'shop', '--dir', 'east', '-o', 'json'], 0],
    [['leave', '--dir', 'who', '--dry-run', '--exports=all'], 0],
    [['crds', 'status', '--dir', 'who'], 0],
    [['status', HOSTILE, ...BOTH], 2],
    [['status', '--dir', HOSTILE], 2],
    [['status', '--context', HOSTILE], 2],
    [['status', `--${HOSTILE}`], 2],
    [[HOSTILE], 2],
  ])('%j', async (args, code) => {
    const outcome = await built(args, { cwd: pair() });
    expectTidy(outcome);
    expect(outcome.code, outcome.stderr).toBe(code);
  });

  it('a line of status stays readable; -o json and yaml have the whole value', async () => {
    const root = pair();
    const { stdout } = await built(['status', ...BOTH], { cwd: root });
    expect(stdout).toContain('CONFLICT annotations');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(1000);
    const json = await built(['status', ...BOTH, '-o', 'json'], { cwd: root });
    const yaml = await built(['status', ...BOTH, '-o', 'yaml'], { cwd: root });
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain('L'.repeat(10_000));
    expect(load(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  it('what is written to files reads back as it was', async () => {
    const root = pair();
    expect((await built(['reconcile', ...BOTH], { cwd: root })).code).toBe(0);
    const again = await built(['reconcile', ...BOTH], { cwd: root });
    expectTidy(again);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('nothing to change');
  });
});

describe.concurrent('colours', () => {
  const coloured = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<boolean> => {
    const root = folder({ 'east/a.yaml': member('east') });
    return (await built(['status', '--dir', 'east', ...args], { cwd: root, env })).stdout.includes('\u001b[');
  };
  it.each([
    ['none in a pipe', [], {}, false],
    ['FORCE_COLOR', [], { FORCE_COLOR: '1' }, true],
    ['NO_COLOR wins over FORCE_COLOR', [], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['--no-color too', ['--no-color'], { FORCE_COLOR: '1' }, false],
    ['TERM=dumb', [], { TERM: 'dumb' }, false],
  ])('%s', async (_what, args, env: Readonly<Record<string, string>>, expected) => {
    expect(await coloured(args, env)).toBe(expected);
  });

  it.skipIf(!hasTerminals())('none on a terminal with NO_COLOR or TERM=dumb, some otherwise', () => {
    const root = folder({ 'east/a.yaml': member('east') });
    const onTerminal = (env: Readonly<Record<string, string>>): boolean =>
      terminal(root, 'mcs status --dir east', env).includes('\u001b[3');
    expect(onTerminal({ TERM: 'xterm' })).toBe(true);
    expect(onTerminal({ TERM: 'dumb' })).toBe(false);
    expect(onTerminal({ TERM: 'xterm', NO_COLOR: '1' })).toBe(false);
  });
});

const COMMANDS: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['reconcile', '--help'],
  ['status', '--dir', 'east'],
  ['status', '--dir', 'east', '-o', 'json'],
];

describe.concurrent('standard output that ends early', () => {
  it.each(COMMANDS.map((args) => [args] as const))('%j: no failure and no word', (args) => {
    const root = folder({ 'east/a.yaml': member('east') });
    const stdout = shell(root, `{ mcs ${args.join(' ')}; echo "code $?" >&2; } | true`);
    expect(stdout).toBe('code 0\n');
  });
});

describe.skipIf(!existsSync('/dev/full')).concurrent('standard output on a full device', () => {
  it.each(COMMANDS.map((args) => [args] as const))('%j: one message, exit 3', async (args) => {
    const root = folder({ 'east/a.yaml': member('east') });
    const full = openSync('/dev/full', 'w');
    const outcome = await built(args, { cwd: root, stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expectTidy(outcome);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(
      /^error: the (result|version) cannot be written to standard output.*\(ENOSPC\)\n(next: .*\n)?$/,
    );
  });

  it('a write is done all the same, and the message says that it stays', async () => {
    const root = folder({ 'east/a.yaml': member('east') });
    const full = openSync('/dev/full', 'w');
    const outcome = await built(['reconcile', '--dir', 'east'], { cwd: root, stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain('changes that were made stay made');
    expect(filesIn(root)).toContain('east/mcs/shop/serviceimport-web.yaml');
  });

  it('an error keeps its exit code when nobody can hear it', async () => {
    const full = openSync('/dev/full', 'w');
    const { code } = await built(['status', '--dir', 'nope'], { cwd: folder(), stdio: ['ignore', 'pipe', full] });
    closeSync(full);
    expect(code).toBe(2);
  });
});

it('closed standard streams are no failure', () => {
  const root = folder({ 'east/a.yaml': member('east') });
  expect(shell(root, 'mcs status --dir east -o name <&-; echo "code $?" >&2')).toBe('shop/web\ncode 0\n');
  expect(shell(root, 'mcs status --dir - <&-; echo "code $?" >&2')).toMatch(/0 services\ncode 0\n$/);
  expect(shell(root, 'mcs status --dir east >&-; echo "code $?" >&2')).toBe('code 0\n');
});

/** Runs a line of sh in which `mcs` is the built program; returns what it prints on both streams. */
function shell(cwd: string, line: string): string {
  return execFileSync('sh', ['-c', `exec 2>&1; ${MCS}; ${line}`], { cwd, encoding: 'utf8', env: environment(cwd) });
}

/** The same on a terminal, by script(1). */
function terminal(cwd: string, line: string, env: Readonly<Record<string, string>>): string {
  const args = ['-q', '-e', '-c', `${MCS}; ${line}`, '/dev/null'];
  return execFileSync('script', args, {
    cwd,
    encoding: 'utf8',
    env: { ...environment(cwd), SHELL: '/bin/sh', ...env },
  });
}

function hasTerminals(): boolean {
  return spawnSync('script', ['-q', '-e', '-c', 'true', '/dev/null']).status === 0;
}

function environment(cwd: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: cwd };
}
