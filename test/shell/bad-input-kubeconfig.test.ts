/** Issue 3, section 6, seen from outside: kubeconfigs and contexts. No server is asked: all ports are closed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { SERVICE, built, expectTidy, filesIn, folder, member } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'closed', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'anybody', user: { token: 'abc' } }],
  contexts: [
    { name: 'prod-east', context: { cluster: 'closed', user: 'anybody' } },
    { name: 'no-user', context: { cluster: 'closed', user: 'gone' } },
    { name: 'no-cluster', context: { cluster: 'gone', user: 'anybody' } },
    { name: 'empty', context: {} },
    { name: 'a\u001b[2J\u202e', context: { cluster: 'closed', user: 'anybody' } },
  ],
});

const SOME = 'give --kubeconfig FILE or --dir PATH, or set KUBECONFIG';
const REPAIR = 'correct the file, or name another by --kubeconfig or KUBECONFIG';
const CHECK = 'check --kubeconfig and KUBECONFIG';

describe.concurrent('a kubeconfig that is of no use is one line with file and line, exit 2', () => {
  it.each<readonly [string, string | Buffer, RegExp, string]>([
    ['empty', '', /^error: no contexts in kc$/, SOME],
    ['an empty Config', 'apiVersion: v1\nkind: Config\n', /^error: no contexts in kc$/, SOME],
    ['broken YAML', 'apiVersion: v1\nclusters:\n- name: [\n', /^error: kubeconfig kc:4: not YAML: /, REPAIR],
    ['binary', Buffer.from([0x89, 0x50, 0x0a, 0x00]), /^error: kubeconfig kc:2: not YAML: /, REPAIR],
    ['plain text', 'hello', /^error: kubeconfig kc: the document: expected a mapping, got "hello"$/, REPAIR],
    ['a wrong type', 'contexts: 7\n', /^error: kubeconfig kc: contexts: expected /, REPAIR],
    ['escapes', '"a\\e[2J"', /^error: kubeconfig kc: the document: expected a mapping, got "a/, REPAIR],
  ])('%s', async (_what, content, message, next) => {
    const root = folder({ kc: content });
    for (const args of [['status'], ['clusters'], ['reconcile', '--yes'], ['join', 'prod', '--context', 'east']]) {
      const outcome = await built([...args, '--kubeconfig', 'kc'], { cwd: root });
      expectTidy(outcome);
      expect(outcome).toMatchObject({ code: 2, stdout: '' });
      const [error = '', advice, ...rest] = outcome.stderr.split('\n');
      expect(error).toMatch(message);
      expect([advice, ...rest]).toEqual([`next: ${next}`, '']);
    }
  });

  it.each([
    ['missing', 'nope', 'no such file'],
    ['a directory', 'folder', 'is a directory'],
  ])('%s', async (_what, path, why) => {
    const root = folder();
    mkdirSync(join(root, 'folder'));
    const outcome = await built(['status', '--kubeconfig', path], { cwd: root });
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: `error: kubeconfig ${path}: ${why}\nnext: ${CHECK}\n` });
  });

  it.each([
    ['KUBECONFIG', { KUBECONFIG: '/nope/kc' }, '/nope/kc'],
    ['the default', {}, '/nope/.kube/config'],
  ])('%s that names nothing', async (_what, env: Readonly<Record<string, string>>, path) => {
    const outcome = await built(['status'], { cwd: folder(), env: { HOME: '/nope', ...env } });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: no contexts in ${path} (no such file)\nnext: ${SOME}\n`,
    });
  });
});

describe.concurrent('contexts', () => {
  it.each([
    [
      'unknown, with the nearest names',
      ['prod-eats'],
      2,
      'there is no context "prod-eats"',
      'did you mean "prod-east"?',
    ],
    ['unknown, escapes and all', ['x\u001b[2J'], 2, 'there is no context "x\\x1b[2J"', undefined],
    ['a glob without a match', ['test-*'], 4, 'no context matches "test-*"', undefined],
    [
      'without a user',
      ['no-user'],
      4,
      'no cluster answered; no-user: the context names user "gone", which is not there (kc)',
      'correct the kubeconfig',
    ],
    [
      'without a cluster',
      ['no-cluster'],
      4,
      'no cluster answered; no-cluster: the context names cluster "gone", which is not there (kc)',
      'correct the kubeconfig',
    ],
    [
      'that is empty',
      ['empty'],
      4,
      'no cluster answered; empty: the context names no cluster (kc)',
      'correct the kubeconfig',
    ],
  ])('%s', async (_what, names, code, message, next) => {
    const root = folder({ kc: KUBECONFIG });
    const contexts = names.flatMap((name) => ['--context', name]);
    for (const args of [['status'], ['join', 'prod'], ['reconcile']]) {
      const outcome = await built([...args, '--kubeconfig', 'kc', ...contexts], { cwd: root });
      expectTidy(outcome);
      const [error, advice = '', ...rest] = outcome.stderr.split('\n');
      expect({ ...outcome, stderr: error }).toEqual({ code, stdout: '', stderr: `error: ${message}` });
      expect(advice).toBe(next === undefined ? advice : `next: ${next}`);
      expect(advice).toMatch(/^next: ./);
      expect(rest).toEqual(['']);
    }
  });

  it('of which none is left', async () => {
    const args = ['status', '--kubeconfig', 'kc', '--context', '!*'];
    const outcome = await built(args, { cwd: folder({ kc: KUBECONFIG }) });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 4, stdout: '' });
    expect(outcome.stderr).toMatch(/^error: no context is left of "!\*"\nnext: there is "prod-east", .*\n$/);
  });

  it('that all fail are a line each, with what to do', async () => {
    const outcome = await built(['status', '--kubeconfig', 'kc'], { cwd: folder({ kc: KUBECONFIG }) });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 4, stdout: '' });
    const refused =
      '127.0.0.1:1: connection refused\n  next: check that the cluster runs and that "server" in the kubeconfig is right (VPN?)';
    expect(outcome.stderr).toBe(
      [
        `error: prod-east: ${refused}`,
        'error: no-user: the context names user "gone", which is not there (kc)\n  next: correct the kubeconfig',
        'error: no-cluster: the context names cluster "gone", which is not there (kc)\n  next: correct the kubeconfig',
        'error: empty: the context names no cluster (kc)\n  next: correct the kubeconfig',
        `error: a\\x1b[2J\\u{202e}: ${refused}`,
        'error: no cluster answered\n',
      ].join('\n'),
    );
  });

  it('that fail do not keep the others from being served', async () => {
    const root = folder({ kc: KUBECONFIG, 'good/a.yaml': member('good') });
    const args = ['--kubeconfig', 'kc', '--context', 'no-user', '--context', 'prod-east', '--dir', 'good'];
    const status = await built(['status', ...args, '-o', 'name'], { cwd: root });
    expectTidy(status);
    expect(status).toMatchObject({ code: 3, stdout: 'shop/web\n' });
    expect(status.stderr).toMatch(/^error: prod-east: .*\n {2}next: .*\nerror: no-user: .*\n {2}next: .*\n$/);
    const pass = await built(['reconcile', ...args], { cwd: root });
    expectTidy(pass);
    expect(pass.code).toBe(3);
    expect(filesIn(root)).toContain('good/mcs/shop/serviceimport-web.yaml');
  });

  it('mixed with a directory of no clusterset: both are said', async () => {
    const root = folder({ kc: KUBECONFIG, 'good/a.yaml': SERVICE });
    const args = ['--kubeconfig', 'kc', '--context', 'prod-east', '--dir', 'good'];
    const outcome = await built(['reconcile', ...args], { cwd: root });
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 4, stdout: '' });
    expect(outcome.stderr).toMatch(
      /^error: prod-east: .*\n {2}next: .*\nerror: no cluster that answered is a member of a clusterset\nnext: mcs join CLUSTERSET --dir good\n$/,
    );
  });
});
