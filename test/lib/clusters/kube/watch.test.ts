import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { kubeCluster, type KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import { closing } from './closing.ts';
import { OPTIONS, contextEntry } from './loopback.ts';
import {
  QUICK,
  added,
  bookmark,
  deleted,
  failure,
  namespace,
  notes,
  reply,
  watchServer,
  type Notes,
  type WatchServer,
} from './watch-server.ts';

async function listening(): Promise<WatchServer> {
  const server = await watchServer();
  closing(server);
  return server;
}

function cluster(server: WatchServer, options: Partial<KubeClusterOptions> = {}): Cluster {
  const made = kubeCluster(contextEntry({ url: server.url }), { ...OPTIONS, watch: QUICK, ...options });
  closing(made);
  return made;
}

/** A watch of Namespaces: a list with `a` at version 100, and a stream after it. */
async function watching(
  options: Partial<KubeClusterOptions['watch']> = {},
): Promise<{ server: WatchServer; seen: Notes<'Namespace'>; stop: () => void; made: Cluster }> {
  const server = await listening();
  server.items = [namespace('a', '99')];
  const seen = notes<'Namespace'>();
  const made = cluster(server, { watch: { ...QUICK, ...options } });
  const stop = made.watch('Namespace', seen);
  await server.stream(0);
  return { server, seen, stop, made };
}

const from = async (server: WatchServer, index: number): Promise<string | null> =>
  (await server.stream(index)).query.get('resourceVersion');

describe('a watch of one namespace', () => {
  it.each([
    ['EndpointSlice', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', null],
    ['Namespace', '/api/v1/namespaces', 'metadata.name=shop'],
  ] as const)('asks for no more of kind %s', async (kind, path, fieldSelector) => {
    const server = await listening();
    cluster(server).watch(kind, notes(), { namespace: 'shop' });
    await server.stream(0);
    expect(server.requests).toHaveLength(2); // the list, and the watch from there
    for (const request of server.requests) {
      const url = new URL(request, server.url);
      expect([url.pathname, url.searchParams.get('fieldSelector')]).toEqual([path, fieldSelector]);
    }
  });
});

describe('a watch', () => {
  it('tells the state, then its changes, cut down to what is used', async () => {
    const { server, seen } = await watching();
    const stream = await server.stream(0);
    expect(stream.query.get('resourceVersion')).toBe('100');
    stream.write(added('b', '101'));
    stream.write({ type: 'MODIFIED', object: namespace('b', '102', { of: 'interest' }) });
    stream.write(deleted('a', '103'));
    await seen.until('remove a');
    expect(seen.told()).toEqual(['replace a', 'put b', 'put b', 'remove a']);
    expect(seen.objects[2]).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'b', uid: 'uid-b', resourceVersion: '102', labels: { of: 'interest' } },
    });
  });

  it('reads a list page by page, and watches from its version', async () => {
    const server = await listening();
    server.instead = (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      if (query.get('watch') !== null) return false;
      expect(query.get('limit')).toBe('500');
      const next = query.get('continue');
      const metadata = next === null ? { resourceVersion: '7', continue: 'more' } : { resourceVersion: '7' };
      reply(response, 200, { metadata, items: [namespace(next === null ? 'a' : 'b', '1')] });
      return true;
    };
    const seen = notes<'Namespace'>();
    cluster(server).watch('Namespace', seen);
    expect(await from(server, 0)).toBe('7');
    expect(seen.told()).toEqual(['replace a,b']);
  });

  it('takes lines from chunks that end anywhere, in a character too', async () => {
    const { server, seen } = await watching();
    const stream = await server.stream(0);
    const bytes = Buffer.from(
      `${JSON.stringify({ type: 'ADDED', object: namespace('b', '101', { ключ: '値🙂' }) })}\n`,
    );
    for (const byte of bytes) {
      stream.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await seen.until('put b');
    expect(seen.objects.at(-1)?.metadata.labels).toEqual({ ключ: '値🙂' });
    const many = Array.from({ length: 5000 }, (_, index) => JSON.stringify(added(`n-${index}`, String(200 + index))));
    stream.write(`${many.join('\n')}\n\n`);
    await seen.until('put n-4999');
    expect(seen.told()).toHaveLength(2 + 5000);
  });

  it('that is cut in mid-event loses nothing and repeats nothing', async () => {
    const { server, seen } = await watching();
    const stream = await server.stream(0);
    stream.write(added('b', '101'));
    stream.write(JSON.stringify(added('c', '102')).slice(0, 30));
    await seen.until('put b');
    server.version = '102';
    stream.cut();
    expect(await from(server, 1)).toBe('101');
    (await server.stream(1)).write(added('c', '102'));
    await seen.until('put c');
    expect(seen.told()).toEqual(['replace a', 'put b', 'failed unreachable', 'put c']);
    await seen.until('heard', 2);
  });

  it('that ends in mid-event takes it for a failure too', async () => {
    const { server, seen } = await watching();
    const stream = await server.stream(0);
    stream.write('{"type":"ADDED"');
    stream.end();
    await server.stream(1);
    expect(seen.errors[0]?.message).toMatch(/closed in mid-event/);
  });

  it.each([
    ['an event', (server: WatchServer) => server.streams[0]?.write(failure(410, 'Expired'))],
    [
      'an event without a code',
      (server: WatchServer) =>
        server.streams[0]?.write(failure(500, 'InternalError', 'too old resource version: 1 (2)')),
    ],
    [
      'HTTP',
      (server: WatchServer) => {
        server.instead = (request, response) => {
          if (request.url?.includes('watch=1') !== true) return false;
          server.instead = () => false;
          reply(response, 410, { kind: 'Status', reason: 'Gone' });
          return true;
        };
        server.streams[0]?.end();
      },
    ],
  ])('that has expired, by %s, lists anew at once and tells the whole', async (_how, expire) => {
    const { server, seen } = await watching({ firstPause: 60_000, longestPause: 60_000 });
    server.items = [{ ...namespace('a', '150'), metadata: { name: 'a', uid: 'another', resourceVersion: '150' } }];
    server.version = '200';
    expire(server);
    expect(await from(server, 1)).toBe('200');
    expect(seen.told()).toEqual(['replace a', 'replace a']);
    expect(seen.objects.map(({ metadata }) => metadata.uid)).toEqual(['uid-a', 'another']);
  });

  it('does not list without a pause when each watch expires', async () => {
    const { server } = await watching({ shortest: 9000, firstPause: 60_000, longestPause: 60_000, random: () => 1 });
    (await server.stream(0)).write(failure(410, 'Expired'));
    await vi.waitFor(() => {
      expect(server.streams[0]?.isOpen()).toBe(false);
    });
    await sleep(50);
    expect(server.requests).toHaveLength(2);
  });

  it('lists anew when the server has gone back to an older state', async () => {
    const { server, seen } = await watching();
    (await server.stream(0)).write(added('b', '150'));
    await seen.until('put b');
    server.version = '120';
    server.streams[0]?.cut();
    expect(await from(server, 1)).toBe('120');
    expect(seen.told()).toEqual(['replace a', 'put b', 'failed unreachable', 'replace a']);
  });

  it('takes a line that is no event for a failure, and lists anew', async () => {
    const { server, seen } = await watching();
    (await server.stream(0)).write('<html>\n');
    await server.stream(1);
    (await server.stream(1)).write({
      type: 'ADDED',
      object: { apiVersion: 'v1', metadata: { name: 5, resourceVersion: '7' } },
    });
    await server.stream(2);
    expect(seen.told()).toEqual(['replace a', 'failed malformed', 'replace a', 'failed malformed', 'replace a']);
    expect(seen.errors[1]?.message).toBe('watch namespaces: metadata.name: expected a string, got 5');
  });

  it('waits as long as the server asks', async () => {
    const { server, seen } = await watching({ random: () => 0 });
    const times: number[] = [];
    server.instead = (request, response) => {
      if (request.url?.includes('watch=1') !== true) return false;
      times.push(performance.now());
      if (times.length > 1) return false;
      reply(response, 429, {}, { 'retry-after': '1' });
      return true;
    };
    server.streams[0]?.end();
    await server.stream(1);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(990);
    expect(seen.told()).toEqual(['replace a', 'failed failed']);
  });

  it.each<[string, number, string, readonly string[]]>([
    ['no failure the first times', 2, '0', ['replace a']],
    ['a failure when it lasts', 4, '0', ['replace a', 'failed failed', 'failed failed']],
    ['a failure when it would take long', 1, '3', ['replace a', 'failed failed']],
  ])('to be put off before the first watch is open is %s', async (_, times, seconds, told) => {
    const server = await listening();
    server.items = [namespace('a', '99')];
    let left = times;
    server.instead = (request, response) => {
      if (request.url?.includes('watch=1') !== true || left-- <= 0) return false;
      reply(response, 429, {}, { 'retry-after': seconds });
      return true;
    };
    const seen = notes<'Namespace'>();
    cluster(server).watch('Namespace', seen);
    await server.stream(0);
    expect(seen.told()).toEqual(told);
  });

  it('waits longer with each failure, up to a bound', async () => {
    const pauses: number[] = [];
    const server = await listening();
    server.instead = (_request, response) => {
      pauses.push(performance.now());
      reply(response, 500, {});
      return true;
    };
    cluster(server, { watch: { ...QUICK, firstPause: 20, longestPause: 80, random: () => 1 } }).watch(
      'Namespace',
      notes(),
    );
    await vi.waitFor(() => {
      expect(pauses.length).toBeGreaterThan(5);
    });
    const between = pauses.slice(1, 6).map((time, index) => time - (pauses[index] ?? 0));
    [20, 40, 80, 80, 80].forEach((least, index) => {
      expect(between[index]).toBeGreaterThanOrEqual(least - 2);
    });
  });

  it('notices that a kind is served again, in another version', async () => {
    const server = await listening();
    let served: string[] = [];
    server.instead = (request, response) => {
      const url = request.url ?? '';
      if (url === '/apis') {
        const versions = served.map((version) => ({ version, resources: [{ resource: 'serviceexports' }] }));
        const items = [{ metadata: { name: 'multicluster.x-k8s.io' }, versions }];
        reply(response, 200, { kind: 'APIGroupDiscoveryList', items });
        return true;
      }
      if (served.some((version) => url.includes(`/${version}/`))) return false;
      response.writeHead(404).end('404 page not found');
      return true;
    };
    const seen = notes<'ServiceExport'>();
    cluster(server).watch('ServiceExport', seen);
    await seen.until('failed not-served');
    served = ['v1beta1'];
    expect((await server.stream(0)).path).toContain('v1beta1');
    served = ['v1alpha1'];
    server.streams[0]?.end();
    expect((await server.stream(1)).path).toContain('v1alpha1');
    expect([...new Set(seen.told())]).toEqual(['failed not-served', 'replace']);
  });

  it('says at most once a second that it was heard', async () => {
    const { server, seen } = await watching();
    for (let round = 0; round < 30; round++) {
      (await server.stream(0)).write(bookmark(String(200 + round)));
      await sleep(10);
    }
    await seen.until('heard', 2);
    expect(seen.notes.filter((note) => note === 'heard')).toHaveLength(2);
  });

  it.each(['stop', 'close', 'signal'])('is over after %s: no call, no request, no stream', async (how) => {
    const server = await listening();
    const controller = new AbortController();
    const seen = notes<'Namespace'>();
    const made = cluster(server, { signal: controller.signal });
    const stop = made.watch('Namespace', seen);
    const stream = await server.stream(0);
    await seen.until('heard');
    if (how === 'stop') stop();
    else if (how === 'close') await made.close();
    else controller.abort();
    stop(); // once more does no harm
    await vi.waitFor(() => {
      expect(stream.isOpen()).toBe(false);
    });
    await sleep(100);
    expect(server.requests).toHaveLength(2);
    expect(seen.told()).toEqual(['replace']);
  });

  it('stopped while it lists tells nothing of the list', async () => {
    const server = await listening();
    const seen = notes<'Namespace'>();
    const stopping: { stop?: (() => void) | undefined } = {};
    server.instead = () => {
      stopping.stop?.();
      return false;
    };
    stopping.stop = cluster(server).watch('Namespace', seen);
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(1);
    });
    await sleep(50);
    expect(server.requests).toHaveLength(1);
    expect(seen.notes).toEqual([]);
  });

  it('gives nothing more of a chunk to a watcher that stops in the midst of it', async () => {
    const { server, seen, stop } = await watching();
    const put = seen.put.bind(seen);
    vi.spyOn(seen, 'put').mockImplementation((object) => {
      put(object);
      stop();
    });
    (await server.stream(0)).write(`${JSON.stringify(added('b', '101'))}\n${JSON.stringify(added('c', '102'))}\n`);
    await vi.waitFor(() => {
      expect(server.streams[0]?.isOpen()).toBe(false);
    });
    expect(seen.told()).toEqual(['replace a', 'put b']);
  });
});
