import tls from 'node:tls';
import type { Dispatcher, Pool } from 'undici';
import type { Credentials } from './credentials.ts';
import type { Server } from './entries.ts';
import { ClusterError } from '../../errors.ts';
import { readMaterial } from './material.ts';
import { oneLine } from './text.ts';

export interface DispatcherOptions {
  readonly cluster: string;
  /** Most connections at a time. */
  readonly connections: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** One HTTP/2 session for all requests where the server offers it and no proxy stands before it. */
  readonly http2?: boolean;
}

/**
 * Bytes that a server may send before it waits for us: of one answer, and of all on a session. What was not acknowledged in
 * time holds a list up for a round trip; undici's 256 and 512 KiB are 5 MB/s at 100 ms.
 */
const WINDOWS = { initialWindowSize: 4 * 1024 * 1024, connectionWindowSize: 16 * 1024 * 1024 };

/** How long an idle connection is kept, in milliseconds. API servers keep theirs 90 s and more. */
const KEEP_ALIVE = 60_000;

/**
 * The keep-alive connections to one API server, over its proxy if it has one. HTTP/1.1 unless `http2`: in Node it takes
 * twice as many requests per second as one HTTP/2 session, but a connection for each.
 * @throws ClusterError when certificates or keys cannot be read
 */
export async function openDispatcher(
  server: Server,
  credentials: Credentials,
  { cluster, connections, connectTimeout, http2 = false }: DispatcherOptions,
): Promise<Dispatcher> {
  const { origin, protocol } = new URL(server.url);
  const tls = protocol === 'https:' ? await tlsOptions(server, credentials, cluster) : {};
  const common = {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE,
    headersTimeout: 0, // the transport has one timeout over the whole request
    bodyTimeout: 0,
    connectTimeout,
  };
  if (server.proxyURL === undefined) {
    const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
    const connect = { ...tls, timeout: connectTimeout, keepAliveInitialDelay: 30_000, preferH2: http2 };
    return new Pool(origin, { ...common, allowH2: http2, h2Options: WINDOWS, connect });
  }
  if (server.proxyURL.startsWith('socks')) {
    const { default: Socks5ProxyAgent } = await import('undici/lib/dispatcher/socks5-proxy-agent.js');
    const url = server.proxyURL.replace(/^socks5h:/, 'socks5:'); // names are resolved by the proxy in both
    return new Socks5ProxyAgent(url, { ...common, requestTls: { ...tls, timeout: connectTimeout } });
  }
  return httpProxyAgent(server.proxyURL, common, { ...tls, timeout: connectTimeout });
}

/**
 * undici's ProxyAgent asks its proxy with `connect`, which the whole of undici puts into all dispatchers when it is loaded.
 * Of single files none does.
 */
async function httpProxyAgent(uri: string, common: Pool.Options, requestTls: object): Promise<Dispatcher> {
  const [{ default: ProxyAgent }, { default: Pool }, { default: connect }] = await Promise.all([
    import('undici/lib/dispatcher/proxy-agent.js'),
    import('undici/lib/dispatcher/pool.js'),
    import('undici/lib/api/api-connect.js'),
  ]);
  const clientFactory = (origin: URL, options: object): Dispatcher =>
    Object.assign(new Pool(origin, options), { connect });
  return new ProxyAgent({ ...common, uri, requestTls, clientFactory });
}

/** One secure context for all connections: making one costs more than the handshake. */
async function tlsOptions(server: Server, { cert, key }: Credentials, cluster: string): Promise<object> {
  const given = await readMaterial(cluster, server.caData, server.caFile);
  // Like kubectl: a CA that is given is the only one, else those of the system count (Node brings its own beside them).
  const ca =
    given ??
    (server.insecure === true ? undefined : [...tls.getCACertificates('default'), ...tls.getCACertificates('system')]);
  try {
    return {
      secureContext: tls.createSecureContext({
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined || key === undefined ? {} : { cert, key }),
      }),
      ...(server.insecure === true ? { rejectUnauthorized: false } : {}),
      ...(server.tlsServerName === undefined ? {} : { servername: server.tlsServerName }),
    };
  } catch (error) {
    const why = oneLine(error instanceof Error ? error.message : String(error));
    throw new ClusterError(
      cluster,
      'unauthorized',
      `certificates of the kubeconfig cannot be used: ${why}`,
      undefined,
      { cause: error },
    );
  }
}
