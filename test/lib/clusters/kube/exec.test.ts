import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { kubeCluster } from '../../../../src/lib/clusters/kube/cluster.ts';
import type { ExecPlugin, Server } from '../../../../src/lib/clusters/kube/entries.ts';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { OPTIONS, answer, contextEntry, serve, temporary, type Loopback } from './loopback.ts';

const V1 = 'client.authentication.k8s.io/v1';
const EMPTY = { metadata: {}, items: [] };

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

/** A plugin that adds a line with its KUBERNETES_EXEC_INFO to a file at each run, and prints token-1, token-2, … */
function plugin(extra: Partial<ExecPlugin> = {}, body = ''): { exec: ExecPlugin; runs: () => string[] } {
  const dir = temporary();
  const command = join(dir, 'plugin.sh');
  const log = join(dir, 'runs');
  const credential = `{"apiVersion":"${V1}","kind":"ExecCredential","status":{"token":"token-'$n'"}}`;
  writeFileSync(
    command,
    `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> '${log}'\nn=$(grep -c . '${log}')\n${body || `sleep 0.2\necho '${credential}'`}\n`,
  );
  chmodSync(command, 0o755);
  return {
    exec: { apiVersion: V1, command, args: [], env: {}, interactiveMode: 'Never', provideClusterInfo: false, ...extra },
    runs: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
  };
}

/** A server that lets one token in, which a test may change. */
async function guarded(accepts: (token: string) => boolean): Promise<Loopback> {
  const server = await serve((request: IncomingMessage, response) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (accepts(token)) answer(response, 200, EMPTY);
    else answer(response, 401, { kind: 'Status', message: 'Unauthorized' });
  });
  open.push(server);
  return server;
}

function cluster(server: Server, exec: ExecPlugin): Cluster {
  const made = kubeCluster(contextEntry(server, { exec }), OPTIONS);
  open.push(made);
  return made;
}

describe('credential plugins', () => {
  it('run once, however many requests are in flight', async () => {
    const { exec, runs } = plugin();
    const server = await guarded((token) => token === 'token-1');
    const it = cluster({ url: server.url }, exec);
    await Promise.all(Array.from({ length: 50 }, () => it.list('Namespace')));
    expect(server.requests).toHaveLength(50);
    expect(runs()).toHaveLength(1);
  });

  it('run once more when the server says 401, for all that were refused', async () => {
    const { exec, runs } = plugin();
    const server = await guarded((token) => token === 'token-2');
    const it = cluster({ url: server.url }, exec);
    await Promise.all(Array.from({ length: 16 }, () => it.list('Namespace')));
    expect(runs()).toHaveLength(2);
    expect(server.requests).toHaveLength(32);
  });

  it('run not again for a request that is refused late, when there are newer credentials', async () => {
    const { exec, runs } = plugin();
    const held: ServerResponse[] = [];
    const refuse = (response: ServerResponse): void => {
      answer(response, 401, { kind: 'Status', message: 'Unauthorized' });
    };
    const server = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer token-2') {
        answer(response, 200, EMPTY);
        held.splice(0).forEach(refuse);
      } else if (request.url?.includes('services') === true) held.push(response);
      else refuse(response);
    });
    open.push(server);
    const it = cluster({ url: server.url }, exec);
    const late = it.list('Service');
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await it.list('Namespace');
    await late;
    expect(runs()).toHaveLength(2);
  });

  it('run once when they fail, also for the requests that wait their turn', async () => {
    const { exec, runs } = plugin({}, 'exit 1');
    const server = await guarded(() => true);
    const it = cluster({ url: server.url }, exec);
    const calls = await Promise.allSettled(Array.from({ length: 50 }, () => it.list('Namespace')));
    expect(calls.filter(({ status }) => status === 'rejected')).toHaveLength(50);
    expect(runs()).toHaveLength(1);
  });

  it('run no third time when the new credentials are refused too', async () => {
    const { exec, runs } = plugin();
    const server = await guarded(() => false);
    await expect(cluster({ url: server.url }, exec).list('Namespace')).rejects.toMatchObject({
      reason: 'unauthorized',
    });
    expect(runs()).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });

  it('run again when what they gave expires within a minute, not before', async () => {
    const expiring = (when: string): string =>
      `echo '{"apiVersion":"${V1}","kind":"ExecCredential","status":{"token":"token-'$n'","expirationTimestamp":"${when}"}}'`;
    const server = await guarded(() => true);
    const soon = plugin({}, expiring(new Date(Date.now() + 50_000).toISOString()));
    const late = plugin({}, expiring(new Date(Date.now() + 3_600_000).toISOString()));
    for (const { exec, runs, times } of [
      { ...soon, times: 2 },
      { ...late, times: 1 },
    ]) {
      const it = cluster({ url: server.url }, exec);
      await it.list('Namespace');
      await it.list('Namespace');
      expect(runs()).toHaveLength(times);
    }
  });

  it('are told about themselves, and about the cluster when they ask for it', async () => {
    const server = await guarded(() => true);
    const plain = plugin();
    await cluster({ url: server.url }, plain.exec).list('Namespace');
    expect(plain.runs().map((line): unknown => JSON.parse(line))).toEqual([
      { apiVersion: V1, kind: 'ExecCredential', spec: { interactive: false } },
    ]);

    const curious = plugin({ provideClusterInfo: true, interactiveMode: 'IfAvailable' });
    const caFile = join(temporary(), 'ca.crt');
    writeFileSync(caFile, 'PEM');
    const told = { url: server.url, caFile, tlsServerName: 'api.example', execConfig: { audience: 'shop' } };
    await cluster(told, curious.exec).list('Namespace');
    expect(curious.runs().map((line): unknown => JSON.parse(line))).toEqual([
      {
        apiVersion: V1,
        kind: 'ExecCredential',
        spec: {
          interactive: false,
          cluster: {
            server: server.url,
            'tls-server-name': 'api.example',
            'certificate-authority-data': Buffer.from('PEM').toString('base64'),
            config: { audience: 'shop' },
          },
        },
      },
    ]);
  });

  it('get their arguments and environment', async () => {
    const seen: string[] = [];
    const server = await guarded((token) => seen.push(token) > 0);
    const body = `echo '{"apiVersion":"${V1}","kind":"ExecCredential","status":{"token":"'$1-$EXTRA'"}}'`;
    const { exec } = plugin({ args: ['first'], env: { EXTRA: 'second' } }, body);
    await cluster({ url: server.url }, exec).list('Namespace');
    expect(seen).toEqual(['first-second']);
  });

  it.each<[string, string, Partial<ExecPlugin>, RegExp, string?]>([
    [
      'a missing program',
      '',
      { command: 'no-such-plugin', installHint: 'get it\nfrom example.com' },
      /no-such-plugin: not found$/,
      'get it from example.com',
    ],
    [
      'a program that fails',
      'echo starting >&2; echo "\\033[31mlog in first" >&2; exit 3',
      {},
      /: failed: \[31mlog in first \(exit 3\)$/,
    ],
    ['output that is no JSON', 'echo hello', {}, /did not print an ExecCredential/],
    [
      'another apiVersion',
      `echo '{"apiVersion":"x","kind":"ExecCredential","status":{"token":"t"}}'`,
      {},
      /apiVersion is not client/,
    ],
    ['no token', `echo '{"apiVersion":"${V1}","kind":"ExecCredential","status":{}}'`, {}, /neither token nor/],
    ['an argument that no program can get', '', { args: ['a\0b'] }, /must be a string without null bytes/],
    ['the need of a terminal', '', { interactiveMode: 'Always' }, /needs a terminal/],
  ])('%s is one line', async (_what, body, extra, message, next) => {
    const server = await guarded(() => true);
    const { exec } = plugin(extra, body);
    const call = cluster({ url: server.url }, exec).list('Namespace');
    await expect(call).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'unauthorized',
      next: next ?? expect.stringContaining('by itself to see what it needs'),
    });
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.not.toThrow(/\n/);
    expect(server.requests).toEqual([]);
  });
});
