import { writeFileSync } from 'node:fs';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Kind } from '../../../../src/lib/api/kinds.ts';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { kubeCluster, type KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import type { Server, User } from '../../../../src/lib/clusters/kube/entries.ts';
import { closing } from './closing.ts';
import { OPTIONS, contextEntry, hasOpenSSL, selfSigned, temporary, type KeyPair } from './loopback.ts';
import { QUICK, added, notes, proxyTo, reply, watchServer, type Notes, type WatchServer } from './watch-server.ts';

const KINDS: readonly Kind[] = [
  'Namespace',
  'Service',
  'EndpointSlice',
  'ServiceExport',
  'ServiceImport',
  'ClusterProperty',
];

function cluster(server: Server, user: Partial<User> = {}, options: Partial<KubeClusterOptions> = {}): Cluster {
  return closing(kubeCluster(contextEntry(server, user), { ...OPTIONS, watch: QUICK, ...options }));
}

/** Serves all kinds. */
async function serving(options: { pair?: KeyPair; http2?: boolean } = {}): Promise<WatchServer> {
  const server = closing(await watchServer(options));
  const group = (name: string, ...plurals: string[]): object => ({
    metadata: { name },
    versions: [{ version: 'v1beta1', resources: plurals.map((resource) => ({ resource })) }],
  });
  server.instead = (request, response) => {
    if (request.url !== '/apis') return false;
    const items = [
      group('multicluster.x-k8s.io', 'serviceexports', 'serviceimports'),
      group('about.k8s.io', 'clusterproperties'),
    ];
    reply(response, 200, { kind: 'APIGroupDiscoveryList', items });
    return true;
  };
  return server;
}

async function watchAll(made: Cluster): Promise<readonly Notes<Kind>[]> {
  const all = KINDS.map((kind) => {
    const seen = notes<Kind>();
    made.watch(kind, seen);
    return seen;
  });
  await Promise.all(all.map((seen) => seen.until('heard')));
  return all;
}

function trusting(pair: KeyPair, url: string): Server {
  return { url, caData: Buffer.from(pair.cert).toString('base64') };
}

describe.skipIf(!hasOpenSSL)('the watches of a server', () => {
  it('share one HTTP/2 session with the lists, after it was lost again', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const made = cluster(trusting(pair, server.url));
    const all = await watchAll(made);
    expect(server.streams).toHaveLength(6);
    expect(server.connections).toEqual({ h1: 0, h2: 1 });
    server.streams[0]?.cut();
    await server.stream(11);
    // The next one, and at times a second that was asked for while it began; never one for each of the six.
    const again = { ...server.connections };
    expect(again.h1).toBe(0);
    expect([2, 3]).toContain(again.h2);
    await made.list('Namespace');
    expect(server.connections).toEqual(again);
    for (const seen of all) expect(seen.told()).toEqual(['replace', 'failed unreachable']);
  });

  it('have a connection each where there is only HTTP/1.1', async () => {
    const pair = selfSigned();
    const server = await serving({ pair });
    await watchAll(cluster(trusting(pair, server.url), {}, { concurrency: 1 }));
    expect(server.streams.filter((stream) => stream.isOpen())).toHaveLength(6);
    expect(server.connections.h2).toBe(0);
    expect(server.connections.h1).toBeGreaterThanOrEqual(6);
    expect(server.connections.h1).toBeLessThanOrEqual(7); // a list may come while the last one gives its connection back
  });

  it('leave writes to connections of their own', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const made = cluster(trusting(pair, server.url));
    await watchAll(made);
    const seen = { ...server.connections };
    await expect(made.get('Namespace', { name: 'a' })).rejects.toThrow(); // answered with a list
    expect(server.connections).toEqual({ h1: seen.h1 + 1, h2: seen.h2 });
  });

  it('leave --concurrency to the requests', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const made = cluster(trusting(pair, server.url), {}, { concurrency: 1 });
    await watchAll(made);
    expect(await made.list('Namespace')).toEqual([]);
  });

  it('get a new session when the old one goes dead without being closed', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const proxy = closing(await proxyTo(server.port));
    const made = cluster(
      trusting(pair, `https://127.0.0.1:${proxy.port}`),
      {},
      {
        watch: { ...QUICK, silence: 300 },
        requestTimeout: 0.5,
      },
    );
    const seen = notes<'Namespace'>();
    made.watch('Namespace', seen);
    await seen.until('heard');
    proxy.deaden();
    await seen.until('failed timeout');
    proxy.revive();
    const known = server.streams.length;
    await vi.waitFor(
      () => {
        expect(server.streams.length).toBeGreaterThan(known);
      },
      { timeout: 5000 },
    );
    server.streams.at(-1)?.write(added('a', '101'));
    await seen.until('put a');
  });
});

describe.skipIf(!hasOpenSSL)('a list', () => {
  it('fails in time on a session that went dead, and the next one has a new session', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const proxy = closing(await proxyTo(server.port));
    const made = cluster(trusting(pair, `https://127.0.0.1:${proxy.port}`), {}, { requestTimeout: 0.5 });
    made.watch('Namespace', notes<'Namespace'>()); // holds the session, as its silence is not noticed for long
    await server.stream(0);
    proxy.deaden();
    await expect(made.list('Namespace')).rejects.toMatchObject({ reason: 'timeout' });
    proxy.revive();
    expect(await made.list('Namespace')).toEqual([]);
    expect(server.connections).toEqual({ h1: 0, h2: 2 });
  });

  it('is sent again when its stream or its session is lost before the answer', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const plain = server.instead;
    const ways: ((stream: ServerHttp2Stream) => void)[] = [
      (stream) => stream.session?.destroy(),
      (stream) => {
        stream.session?.goaway(constants.NGHTTP2_INTERNAL_ERROR);
        stream.session?.destroy();
      },
      (stream) => {
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      },
      (stream) => {
        stream.close(constants.NGHTTP2_CANCEL);
      },
      (stream) => {
        stream.close(constants.NGHTTP2_NO_ERROR);
      },
    ];
    const made = cluster(trusting(pair, server.url));
    for (const lose of ways) {
      let isLost = false;
      server.instead = (request, response) => {
        if (isLost || request.url?.startsWith('/api/v1/namespaces') !== true) return plain(request, response);
        isLost = true;
        if ('stream' in request) lose(request.stream);
        return true;
      };
      expect(await made.list('Namespace')).toEqual([]);
      expect(isLost).toBe(true);
    }
  });

  it('opens no connection of its own, however many there are', async () => {
    const pair = selfSigned();
    const server = await serving({ pair, http2: true });
    const made = cluster(trusting(pair, server.url), {}, { concurrency: 2 });
    await watchAll(made);
    const lists = await Promise.all(Array.from({ length: 20 }, () => made.list('Namespace')));
    expect(lists).toHaveLength(20);
    expect(server.connections).toEqual({ h1: 0, h2: 1 });
  });
});

describe('a watch', () => {
  it('that hears nothing is begun anew, which is no failure while the server answers', async () => {
    const server = await serving();
    const again = notes<'Namespace'>();
    cluster({ url: server.url }, {}, { watch: { ...QUICK, silence: 50 } }).watch('Namespace', again);
    await server.stream(4);
    expect(again.told()).toEqual(['replace']);
    expect(server.streams.filter((stream) => stream.isOpen()).length).toBeLessThanOrEqual(1);
  });

  it('that hears something is left alone', async () => {
    const server = await serving();
    const seen = notes<'Namespace'>();
    cluster({ url: server.url }, {}, { watch: { ...QUICK, silence: 200 } }).watch('Namespace', seen);
    const stream = await server.stream(0);
    for (let round = 0; round < 20; round++) {
      stream.write('\n');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(stream.isOpen()).toBe(true);
  });

  it('whose answer does not begin in time has failed', async () => {
    const server = await serving();
    server.instead = (request) => request.url?.includes('watch=1') === true;
    const seen = notes<'Namespace'>();
    cluster({ url: server.url }, {}, { requestTimeout: 0.2 }).watch('Namespace', seen);
    await seen.until('failed timeout', 2);
    expect(seen.errors[0]?.message).toBe(`127.0.0.1:${server.port}: no answer within 0.2 s`);
  });

  it('takes a new token when the old is refused in mid-life, once', async () => {
    const tokenFile = join(temporary(), 'token');
    writeFileSync(tokenFile, 'old');
    let accepted = 'old';
    const server = await serving();
    server.instead = (request, response) => {
      if (request.headers.authorization === `Bearer ${accepted}`) return false;
      reply(response, 401, {});
      return true;
    };
    const seen = notes<'Namespace'>();
    cluster({ url: server.url }, { tokenFile }).watch('Namespace', seen);
    const stream = await server.stream(0);
    writeFileSync(tokenFile, 'new');
    accepted = 'new';
    stream.end();
    await server.stream(1);
    expect(seen.told()).toEqual(['replace']);
    expect(server.requests).toHaveLength(4); // list, watch, refused watch, watch
    accepted = 'none that we have';
    server.streams[1]?.end();
    await seen.until('failed unauthorized');
  });

  it('says why the kubeconfig leads nowhere, and ends nevertheless', async () => {
    const entry = { name: 'loop', file: '/kubeconfig', url: '', access: { problem: 'the context names no user' } };
    const made = closing(kubeCluster(entry, { ...OPTIONS, watch: QUICK }));
    const seen = notes<'Namespace'>();
    const stop = made.watch('Namespace', seen);
    await seen.until('failed unauthorized', 2);
    stop();
  });
});
