/**
 * Issue 3, section 2, last sentence, seen from outside: a cluster that does not do its part is one line that says which
 * and what to do, and the others are served. Servers that misbehave, on loopback; real ones are in test/e2e.
 */
import { chmodSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { answer, hasOpenSSL, selfSigned, serve, type KeyPair } from '../lib/clusters/kube/loopback.ts';
import { createAuthority } from '../kube/certificates.ts';
import { built, expectTidy, filesIn, folder, member, write } from './built.ts';

vi.setConfig({ testTimeout: 90_000 });

const closing: (() => unknown)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function server(handler: Handler, pair?: KeyPair): Promise<string> {
  const started = await serve(handler, pair);
  closing.push(() => started.close());
  return started.url;
}

/** A socket that listens and never says a word. */
async function blackHole(): Promise<string> {
  const sockets = new Set<Socket>();
  const hole = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    hole.close();
  });
  return `http://127.0.0.1:${(hole.address() as AddressInfo).port}`; // a TCP server has one
}

const text =
  (status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };
const status = (code: number, reason: string, message: string): Handler => {
  return (_request, response) => {
    answer(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
  };
};

interface Case {
  readonly cluster: object;
  readonly user?: object;
}

/** A folder with a kubeconfig of one context `bad`, and a member to be served beside it. */
async function beside({ cluster, user = { token: 'abc' } }: Case): Promise<string> {
  const root = folder({ 'good/a.yaml': member('good') });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bad', cluster }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'bad', context: { cluster: 'bad', user: 'me' } }],
  };
  write(join(root, 'kc'), JSON.stringify(config));
  return Promise.resolve(root);
}

/** Asserts that both reads and a pass tell of the bad cluster in one line and serve the good one. */
async function expectServed(made: Case, message: RegExp, next: RegExp, timeout = '30s'): Promise<void> {
  const root = await beside(made);
  const args = ['--kubeconfig', 'kc', '--context', 'bad', '--dir', 'good', '--request-timeout', timeout];
  const read = await built(['status', ...args, '-o', 'name'], { cwd: root });
  expectTidy(read);
  expect(read, read.stderr).toMatchObject({ code: 3, stdout: 'shop/web\n' });
  const [error = '', advice = '', ...rest] = read.stderr.split('\n');
  expect(error).toMatch(/^error: bad: /);
  expect(error).toMatch(message);
  expect(error.length).toBeLessThan(400);
  expect(advice).toMatch(/^ {2}next: /);
  expect(advice).toMatch(next);
  expect(rest).toEqual(['']);
  const pass = await built(['reconcile', ...args], { cwd: root });
  expectTidy(pass);
  expect(pass).toMatchObject({ code: 3, stderr: read.stderr });
  expect(filesIn(root)).toContain('good/mcs/shop/serviceimport-web.yaml');
}

const CONNECTIONS: readonly (readonly [string, () => Promise<Case>, RegExp, RegExp])[] = [
  [
    'a closed port',
    () => Promise.resolve({ cluster: { server: 'https://127.0.0.1:1' } }),
    /127\.0\.0\.1:1: connection refused$/,
    /check that the cluster runs/,
  ],
  [
    'a name that does not exist',
    () => Promise.resolve({ cluster: { server: 'https://nowhere.invalid' } }),
    /nowhere\.invalid/,
    /./,
  ],
  [
    'a socket that never answers',
    async () => ({ cluster: { server: await blackHole() } }),
    /no answer within 2 s$/,
    /--request-timeout/,
  ],
];

describe.concurrent('no connection', () => {
  it.each(CONNECTIONS)('%s', async (_what, make, message, next) => {
    await expectServed(await make(), message, next, '2s');
  });
});

describe.skipIf(!hasOpenSSL).concurrent('no trust', () => {
  it('a certificate of an unknown authority', async () => {
    const url = await server(text(200, 'text/plain', ''), selfSigned());
    await expectServed({ cluster: { server: url } }, /certificate/, /certificate-authority/);
  });

  it('a server certificate that has expired', async () => {
    const pair = selfSigned('20200201000000Z');
    const url = await server(text(200, 'text/plain', ''), pair);
    const trust = { 'certificate-authority-data': Buffer.from(pair.cert).toString('base64') };
    await expectServed({ cluster: { server: url, ...trust } }, /certificate.*expired/, /renew|clock/);
  });
});

const ANSWERS: readonly (readonly [string, Handler, RegExp, RegExp])[] = [
  ['401', status(401, 'Unauthorized', 'Unauthorized'), /the server does not accept the credentials/, /log in again/],
  [
    '403',
    status(403, 'Forbidden', 'namespaces is forbidden: User "me" cannot list'),
    /not allowed to get \/apis$/,
    /RBAC verb "get"/,
  ],
  [
    'a page of a proxy',
    text(200, 'text/html', '<html>\u001b[2J<title>Log in</title></html>'),
    /the answer is not JSON$/,
    /an API server\?/,
  ],
  [
    'a redirect',
    text(302, 'text/html', '', { location: 'https://login.example/\u0009x' }),
    /HTTP 302/,
    /an API server\?/,
  ],
  ['500 with a Status', status(500, 'InternalError', 'etcd \u001b[2J\nhas\u202e left'), /500|etcd/, /./],
  ['500 with garbage', text(500, 'text/plain', `\u001b[2J\u0000${'x'.repeat(100_000)}`), /500/, /./],
  ['503 without a word', text(503, 'text/plain', ''), /503/, /./],
  ['truncated JSON', text(200, 'application/json', '{"kind": "APIGroupL'), /JSON/, /./],
  [
    'an answer that breaks off',
    (_request, response) =>
      void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
    /./,
    /./,
  ],
];

describe.concurrent('answers that are none', () => {
  it.each(ANSWERS)('%s', async (_what, handler, message, next) => {
    await expectServed({ cluster: { server: await server(handler) } }, message, next);
  });

  it('a refused client certificate that has expired: it is said', async () => {
    const past = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };
    const { certificate, key } = createAuthority().issue({ user: 'me' }, past);
    const user = {
      'client-certificate-data': Buffer.from(certificate).toString('base64'),
      'client-key-data': Buffer.from(key).toString('base64'),
    };
    const url = await server(status(401, 'Unauthorized', 'Unauthorized'), hasOpenSSL ? selfSigned() : undefined);
    await expectServed(
      { cluster: { server: url, 'insecure-skip-tls-verify': true }, user },
      /the client certificate expired on 2020-02-01$/,
      /renew the credentials/,
    );
  });
});

const exec = (command: string, extra: object = {}): object => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command, ...extra },
});

describe.concurrent('credential plugins', () => {
  const plugin = (body: string): string => {
    const path = join(folder({ plugin: `#!/bin/sh\n${body}\n` }), 'plugin');
    chmodSync(path, 0o755);
    return path;
  };
  it.each<readonly [string, () => object, RegExp, RegExp]>([
    [
      'missing, with a hint',
      () => exec('no-such-plugin', { installHint: 'get it:\n  brew install \u001b[31mplugin' }),
      /no-such-plugin/,
      /get it: brew install .*plugin$/,
    ],
    [
      'missing, without',
      () => exec('no-such-plugin'),
      /no-such-plugin: not found$/,
      /install it, or give its whole path/,
    ],
    ['that fails', () => exec(plugin('printf "token \\033[2Jexpired\\nlog in\\n" >&2; exit 7')), /7|expired/, /./],
    ['that prints garbage', () => exec(plugin('echo "<html>"')), /JSON|ExecCredential/, /./],
    ['that prints nothing', () => exec(plugin('exit 0')), /./, /./],
  ])('%s', async (_what, user, message, next) => {
    const url = await server(status(401, 'Unauthorized', 'Unauthorized'));
    await expectServed({ cluster: { server: url }, user: user() }, message, next);
  });
});
