import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { kubeCluster, type KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import type { Server, User } from '../../../../src/lib/clusters/kube/entries.ts';
import { closing } from './closing.ts';
import { OPTIONS, answer, contextEntry, hasOpenSSL, selfSigned, serve, temporary } from './loopback.ts';
import { httpProxy, socksProxy } from './proxies.ts';

const EMPTY = { metadata: {}, items: [] };

async function listening(...args: Parameters<typeof serve>): ReturnType<typeof serve> {
  const server = await serve(...args);
  closing(server);
  return server;
}

function cluster(server: Server, user: Partial<User> = {}, options: Partial<KubeClusterOptions> = {}): Cluster {
  const made = kubeCluster(contextEntry(server, user), { ...OPTIONS, ...options });
  closing(made);
  return made;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe.skipIf(!hasOpenSSL)('TLS', () => {
  it('makes no new connection for a request', async () => {
    const pair = selfSigned();
    const server = await listening(
      (_request, response) =>
        setImmediate(() => {
          answer(response, 200, EMPTY);
        }),
      pair,
    );
    const it = cluster({ url: server.url, caData: base64(pair.cert) }, { token: 't' }, { concurrency: 4 });
    for (let round = 0; round < 20; round++) await it.list('Namespace');
    // undici gives a connection back one turn of the event loop after the answer, so that calls in a row use two.
    expect(server.connections()).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 100 }, () => it.list('Namespace')));
    expect(server.requests).toHaveLength(120);
    expect(server.connections()).toBeLessThanOrEqual(4 + 16); // those of watches are among them
  });

  it('says what is wrong with a certificate', async () => {
    const ok = (_request: IncomingMessage, response: Parameters<typeof answer>[0]): void => {
      answer(response, 200, EMPTY);
    };
    const [good, expired, other] = [
      selfSigned(),
      selfSigned('20200201000000Z'),
      selfSigned('20450101000000Z', 'IP:192.0.2.1'),
    ];
    const old = await listening(ok, expired);
    await expect(cluster({ url: old.url, caData: base64(expired.cert) }).list('Namespace')).rejects.toThrow(
      /^127\.0\.0\.1:\d+: the server's certificate has expired$/,
    );
    const strange = await listening(ok, good);
    await expect(cluster({ url: strange.url }).list('Namespace')).rejects.toThrow(
      /not signed by a CA that is trusted here/,
    );
    const renamed = await listening(ok, other);
    await expect(cluster({ url: renamed.url, caData: base64(other.cert) }).list('Namespace')).rejects.toThrow(
      /for other host names/,
    );
    const plain = await listening(ok);
    await expect(cluster({ url: plain.url.replace('http', 'https') }).list('Namespace')).rejects.toThrow(
      /does not speak TLS/,
    );
  });

  it('takes tls-server-name and insecure-skip-tls-verify', async () => {
    const pair = selfSigned('20450101000000Z', 'IP:192.0.2.1');
    const names: unknown[] = [];
    const server = await listening((request, response) => {
      names.push('servername' in request.socket ? request.socket.servername : undefined);
      answer(response, 200, EMPTY);
    }, pair);
    await cluster({ url: server.url, caData: base64(pair.cert), tlsServerName: 'loop.test' }).list('Namespace');
    await cluster({ url: server.url, insecure: true }).list('Namespace');
    expect(names).toEqual(['loop.test', false]);
  });

  it('names a certificate that is missing, or unusable', async () => {
    const it = cluster({ url: 'https://127.0.0.1:1' }, { certFile: '/missing/me.crt', keyFile: '/missing/me.key' });
    await expect(it.list('Namespace')).rejects.toMatchObject({
      reason: 'unauthorized',
      message: '/missing/me.crt: no such file',
    });
    const junk = cluster(
      { url: 'https://127.0.0.1:1', caData: '####' },
      { certData: base64('junk'), keyData: base64('junk') },
    );
    await expect(junk.list('Namespace')).rejects.toThrow(/^certificates of the kubeconfig cannot be used: /);
  });
});

describe('credentials', () => {
  it('are sent as the user entry says, impersonation included', async () => {
    const seen: IncomingMessage['headersDistinct'][] = [];
    const server = await listening((request, response) => {
      seen.push(request.headersDistinct);
      answer(response, 200, EMPTY);
    });
    const impersonation = {
      as: 'jane',
      asUID: '7',
      asGroups: ['a', 'b'],
      asExtra: { 'Example.com/Scope': ['view', 'edit'] },
    };
    await cluster({ url: server.url }, { token: 'abc\n', ...impersonation }).list('Namespace');
    await cluster({ url: server.url }, { username: 'me', password: 'päss:word' }).list('Namespace');
    expect(seen[0]).toMatchObject({
      authorization: ['Bearer abc'],
      'impersonate-user': ['jane'],
      'impersonate-uid': ['7'],
      'impersonate-group': ['a', 'b'],
      'impersonate-extra-example.com%2fscope': ['view', 'edit'],
    });
    expect(seen[1]).toMatchObject({ authorization: [`Basic ${base64('me:päss:word')}`] });
  });

  it('reads a token file again after a 401', async () => {
    const tokenFile = join(temporary(), 'token');
    writeFileSync(tokenFile, 'old\n');
    let accepted = 'old';
    const server = await listening((request, response) => {
      if (request.headers.authorization === `Bearer ${accepted}`) answer(response, 200, EMPTY);
      else answer(response, 401, {});
    });
    const it = cluster({ url: server.url }, { tokenFile, token: 'fallback' });
    await it.list('Namespace');
    writeFileSync(tokenFile, 'new\n');
    accepted = 'new';
    await it.list('Namespace');
    expect(server.requests).toHaveLength(3);
  });

  it('of an OIDC provider come from client-node', async () => {
    const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 3600 })}.x`;
    const seen: unknown[] = [];
    const server = await listening((request, response) => {
      seen.push(request.headers.authorization);
      answer(response, 200, EMPTY);
    });
    const it = cluster({ url: server.url }, { authProvider: { name: 'oidc', config: { 'id-token': token } } });
    await it.list('Namespace');
    await it.list('Namespace');
    expect(seen).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
    const unknown = cluster({ url: server.url }, { authProvider: { name: 'magic', config: {} } });
    await expect(unknown.list('Namespace')).rejects.toMatchObject({ reason: 'unauthorized' });
  });
});

describe('trouble', () => {
  it('sends again after 429, 503 and a broken connection, three times at most', async () => {
    const moods = ['429', 'break', '200', '503', '503', '503'];
    const server = await listening((request, response) => {
      const mood = moods.shift();
      if (mood === 'break') request.socket.destroy();
      else answer(response, Number(mood), EMPTY, { 'retry-after': '0' });
    });
    const it = cluster({ url: server.url });
    await it.list('Namespace');
    expect(server.requests).toHaveLength(3);
    await expect(it.list('Namespace')).rejects.toMatchObject({ reason: 'failed' });
    expect(server.requests).toHaveLength(6);
  });

  it('does not wait longer than the request may last', async () => {
    const server = await listening((_request, response) => {
      answer(response, 429, {}, { 'retry-after': '3600' });
    });
    await expect(cluster({ url: server.url }).list('Namespace')).rejects.toThrow(/too busy/);
    expect(server.requests).toHaveLength(1);
  });

  it('gives up on a server that does not answer, or not wholly', async () => {
    const silent = await listening(() => undefined);
    const timeout = { requestTimeout: 0.2 };
    await expect(cluster({ url: silent.url }, {}, timeout).list('Namespace')).rejects.toMatchObject({
      reason: 'timeout',
      message: `${new URL(silent.url).host}: no answer within 0.2 s`,
    });
    const slow = await listening((_request, response) => void response.writeHead(200).write('{'));
    await expect(cluster({ url: slow.url }, {}, timeout).list('Namespace')).rejects.toMatchObject({
      reason: 'timeout',
    });
  });

  it('ends all requests, also those that wait, when the signal says so', async () => {
    const silent = await listening(() => undefined);
    const controller = new AbortController();
    const it = cluster({ url: silent.url }, {}, { concurrency: 2, signal: controller.signal });
    const calls = Array.from({ length: 5 }, () => it.list('Namespace').catch((error: unknown) => error));
    while (silent.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    expect((await Promise.all(calls)).map((error) => (error instanceof Error ? error.name : error))).toEqual(
      Array.from({ length: 5 }, () => 'InterruptedError'),
    );
    expect(silent.requests).toHaveLength(2);
  });

  it('has no more requests under way than it may', async () => {
    let [running, most] = [0, 0];
    const server = await listening((_request, response) => {
      most = Math.max(most, ++running);
      setTimeout(() => {
        running--;
        answer(response, 200, EMPTY);
      }, 5);
    });
    const it = cluster({ url: server.url }, {}, { concurrency: 3 });
    await Promise.all(Array.from({ length: 30 }, () => it.list('Namespace')));
    expect(most).toBe(3);
    expect(server.requests).toHaveLength(30);
  });

  it.each([
    ['a web page', '<html></html>', /the answer is not JSON/],
    ['no list', '{"kind":"Status"}', /items: expected a list, got nothing/],
    [
      'a broken object',
      '{"items":[{"metadata":{"name":"ok"}},{"metadata":{"name":5}}]}',
      /metadata\.name: expected a string, got 5/,
    ],
  ])('takes %s for malformed', async (_what, body, message) => {
    const server = await listening((_request, response) => response.end(body));
    const call = cluster({ url: server.url }).list('Namespace');
    await expect(call).rejects.toMatchObject({ reason: 'malformed' });
    await expect(call).rejects.toThrow(message);
  });
});

describe('lists', () => {
  const page = (names: readonly string[], next = ''): object => ({
    metadata: { continue: next },
    items: names.map((name) => ({ metadata: { name } })),
  });

  it('begins anew when a page has expired, and loses nothing', async () => {
    let expired = false;
    const server = await listening((request, response) => {
      const next = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      if (next === null) answer(response, 200, page(expired ? ['a', 'b', 'c'] : ['a', 'gone'], 'second'));
      else if (!expired) {
        expired = true;
        answer(response, 410, { kind: 'Status', reason: 'Expired', metadata: { continue: 'inconsistent' } });
      } else answer(response, 200, page(['d']));
    });
    const namespaces = await cluster({ url: server.url }).list('Namespace');
    expect(namespaces.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', 'd']);
    expect(Object.isFrozen(namespaces[0])).toBe(true);
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces?limit=500',
      'GET /api/v1/namespaces?limit=500&continue=second',
      'GET /api/v1/namespaces?limit=500',
      'GET /api/v1/namespaces?limit=500&continue=second',
    ]);
  });

  it('does not begin anew for ever', async () => {
    const server = await listening((request, response) => {
      if (request.url?.includes('continue') === true) answer(response, 410, {});
      else answer(response, 200, page(['a'], 'second'));
    });
    await expect(cluster({ url: server.url }).list('Namespace')).rejects.toThrow(/pages expired 4 times/);
    expect(server.requests).toHaveLength(8);
  });

  it('keeps the path of a server behind a gateway, and names in their place', async () => {
    const server = await listening((_request, response) => {
      answer(response, 404, { reason: 'NotFound', details: { name: 'x' } });
    });
    const it = cluster({ url: `${server.url}/k8s/clusters/c-1` });
    await it.get('Service', { namespace: 'a/../b', name: '../x?y' });
    expect(server.requests).toEqual(['GET /k8s/clusters/c-1/api/v1/namespaces/a%2F..%2Fb/services/..%2Fx%3Fy']);
  });
});

describe('proxies', () => {
  it('goes through an HTTP proxy', async () => {
    const server = await listening(
      (_request, response) => {
        answer(response, 200, EMPTY);
      },
      hasOpenSSL ? selfSigned() : undefined,
    );
    const proxy = await httpProxy(JSON.stringify(EMPTY));
    closing(proxy);
    const it = cluster({ url: server.url, insecure: true, proxyURL: proxy.url });
    for (let round = 0; round < 10; round++) await it.list('Namespace');
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(server.url).host]));
    if (hasOpenSSL) expect(proxy.tunnels.length).toBeLessThanOrEqual(2);
    if (hasOpenSSL) expect(server.requests).toHaveLength(10);
    const dead = cluster({ url: server.url, insecure: true, proxyURL: 'http://127.0.0.1:1' });
    await expect(dead.list('Namespace')).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it.skipIf(!hasOpenSSL)('goes through a SOCKS 5 proxy', async () => {
    const pair = selfSigned();
    const server = await listening((_request, response) => {
      answer(response, 200, EMPTY);
    }, pair);
    const proxy = await socksProxy();
    closing(proxy);
    const at = { url: server.url, caData: base64(pair.cert), tlsServerName: 'loop.test', proxyURL: proxy.url };
    const it = cluster(at);
    for (let round = 0; round < 10; round++) await it.list('Namespace');
    expect(proxy.tunnels.length).toBeLessThanOrEqual(2);
    expect(server.requests).toHaveLength(10);
  });
});
