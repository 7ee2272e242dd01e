/** Watches where something stands between mcs and the API server, or the server asks its clients to move on. */
import { describe, expect, it, vi } from 'vitest';
import { kubeCluster } from '../../../../src/lib/clusters/kube/cluster.ts';
import type { Server } from '../../../../src/lib/clusters/kube/entries.ts';
import { closing } from './closing.ts';
import { OPTIONS, contextEntry, hasOpenSSL, selfSigned } from './loopback.ts';
import { httpProxy, socksProxy } from './proxies.ts';
import { QUICK, added, notes, watchServer, type Notes } from './watch-server.ts';

function watched(server: Server): Notes<'Namespace'> {
  const seen = notes<'Namespace'>();
  const made = closing(kubeCluster(contextEntry(server, {}), { ...OPTIONS, watch: QUICK }));
  made.watch('Namespace', seen);
  return seen;
}

describe.skipIf(!hasOpenSSL).each([
  ['an HTTP proxy', httpProxy],
  ['a SOCKS 5 proxy', socksProxy],
])('a watch through %s', (_name, startProxy) => {
  it('is told what comes, and goes on where it was when the proxy drops its connections', async () => {
    const pair = selfSigned();
    const server = closing(await watchServer({ pair, http2: true }));
    const proxy = closing(await startProxy());
    const caData = Buffer.from(pair.cert).toString('base64');
    const seen = watched({ url: server.url, caData, tlsServerName: 'loop.test', proxyURL: proxy.url });
    (await server.stream(0)).write(added('cart', '101'));
    await seen.until('put cart');
    server.version = '101';
    proxy.cut();
    const second = await server.stream(1);
    expect(second.query.get('resourceVersion')).toBe('101');
    second.write(added('shop', '102'));
    await seen.until('put shop');
    expect(seen.told()).toEqual(['replace', 'put cart', 'failed unreachable', 'put shop']);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(server.url).host]));
    // Nothing went past the proxy: all connections of the server are tunnels of it.
    expect(server.connections.h1 + server.connections.h2).toBeLessThanOrEqual(proxy.tunnels.length);
  });
});

describe.skipIf(!hasOpenSSL)('a server that asks to move on (GOAWAY)', () => {
  it('keeps the watches that it has until they end, and gets the requests after it on another session', async () => {
    const pair = selfSigned();
    const server = closing(await watchServer({ pair, http2: true }));
    const seen = notes<'Namespace'>();
    const at = { url: server.url, caData: Buffer.from(pair.cert).toString('base64') };
    const made = closing(kubeCluster(contextEntry(at, {}), { ...OPTIONS, watch: QUICK }));
    made.watch('Namespace', seen);
    const first = await server.stream(0);
    await seen.until('heard');
    server.version = '101';
    first.goAway();
    first.write(added('cart', '101'));
    await seen.until('put cart');
    expect(await made.list('Namespace')).toEqual([]);
    first.end();
    const second = await server.stream(1);
    expect(second.query.get('resourceVersion')).toBe('101');
    second.write(added('shop', '102'));
    await seen.until('put shop');
    await vi.waitFor(() => {
      expect(server.connections.h2).toBeGreaterThan(1);
    });
    expect(seen.told().filter((one) => one.startsWith('put'))).toEqual(['put cart', 'put shop']);
  });
});
