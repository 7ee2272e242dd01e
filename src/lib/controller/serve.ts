import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ConfigError } from '../errors.ts';
import type { Exposition } from './metrics.ts';
import { type ListenAddress, parseListenAddress } from './serve-address.ts';

/** An answer to a probe. */
export interface Check {
  readonly ok: boolean;
  /** Why not, one line each. */
  readonly reasons: readonly string[];
}

export interface ServeOptions {
  /** As `parseListenAddress` takes it. */
  readonly address: string;
  readonly metrics: Exposition;
  /** Whether it does its work; asked at every probe. */
  readonly ready: () => Check;
  /** Whether it is sound; not so means: start me anew. Default: who answers is. */
  readonly healthy?: () => Check;
}

/** The server while it listens. */
export interface Served {
  /** Where: the port that was given when 0 was asked for. */
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, ends the idle ones at once, and those in use when they are answered, within a second. */
  close(): Promise<void>;
}

const OK: Check = { ok: true, reasons: [] };

/** Milliseconds. A probe or a scrape is a short request; who takes longer holds a connection for nothing. */
const HEADERS_TIMEOUT = 5000;
const REQUEST_TIMEOUT = 10_000;
/** Longer than the usual time between two scrapes, so that they share a connection. */
const KEEP_ALIVE = 75_000;
const LAST_ANSWERS = 1000;
const MAX_CONNECTIONS = 100;
const MAX_HEADER_BYTES = 8192;

/**
 * Serves `/metrics`, `/healthz` and `/readyz` over HTTP.
 * @throws UsageError for an address that is none, ConfigError when it cannot be listened on
 */
export async function serve({ address, metrics, ready, healthy = () => OK }: ServeOptions): Promise<Served> {
  const wanted = parseListenAddress(address);
  const pages: ReadonlyMap<string, () => Promise<Page>> = new Map([
    ['/metrics', async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() })],
    ['/healthz', () => Promise.resolve(pageOf(healthy()))],
    ['/readyz', () => Promise.resolve(pageOf(ready()))],
  ]);
  const open = new Set<Socket>();
  /** Those with a request that is being answered. */
  const busy = new Set<Socket>();
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: HEADERS_TIMEOUT,
    },
    (request, response) => {
      const { socket } = request;
      busy.add(socket);
      response.once('close', () => {
        busy.delete(socket);
        if (!server.listening) socket.destroySoon(); // kept for a next request, it would hold up the end
      });
      void answer(pages, request, response);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(cannotListen(address, wanted, error));
    });
    server.listen(wanted, resolve);
  });
  // From now on an error is that of a connection, or of accepting one; neither is worth the end of the run.
  server.on('error', () => undefined);
  const { address: host, port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    host,
    port,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          server.closeAllConnections();
        }, LAST_ANSWERS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        // Node ends those that had a request, and not those that never had one.
        for (const socket of open) if (!busy.has(socket)) socket.destroy();
      }),
  };
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const TEXT = 'text/plain; charset=utf-8';

function pageOf({ ok, reasons }: Check): Page {
  const body = ok ? 'ok\n' : reasons.map((reason) => `${reason.replaceAll(/\p{Cc}/gu, ' ')}\n`).join('') || 'not ok\n';
  return { status: ok ? 200 : 503, type: TEXT, body };
}

async function answer(
  pages: ReadonlyMap<string, () => Promise<Page>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, type, body, headers } = await pageFor(pages, request);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body); // Node leaves the body of an answer to HEAD out
  request.resume(); // a body that nobody asked for must not stop the connection
}

async function pageFor(
  pages: ReadonlyMap<string, () => Promise<Page>>,
  { method, url = '' }: IncomingMessage,
): Promise<Page> {
  const [path = ''] = url.split('?');
  const page = pages.get(path);
  if (page === undefined) return { status: 404, type: TEXT, body: `try ${[...pages.keys()].join(', ')}\n` };
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, type: TEXT, body: 'GET or HEAD\n', headers: { allow: 'GET, HEAD' } };
  }
  try {
    return await page();
  } catch (error) {
    return { status: 500, type: TEXT, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

const WHY: Readonly<Record<string, readonly [message: string, next: string]>> = {
  EADDRINUSE: ['something else listens there', 'give --metrics-address another port'],
  EACCES: ['not allowed to', 'give --metrics-address a port above 1023'],
  EADDRNOTAVAIL: ['this machine has no such address', 'give --metrics-address an address of this machine, or :PORT'],
  ENOTFOUND: ['there is no such host', 'give --metrics-address an address of this machine, or :PORT'],
};

function cannotListen(address: string, { host }: ListenAddress, error: NodeJS.ErrnoException): ConfigError {
  const [why, next] = WHY[error.code ?? ''] ?? [
    error.message,
    host === undefined ? 'give --metrics-address 127.0.0.1:PORT' : 'give --metrics-address :PORT',
  ];
  return new ConfigError(`--metrics-address ${address}: cannot listen: ${why}`, next, { cause: error });
}
