import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest } from 'node:http2';
import { createServer as createTLSServer } from 'node:https';
import { connect, createServer as createTCPServer, type AddressInfo, type Socket } from 'node:net';
import { vi } from 'vitest';
import type { Kind, ObjectOf } from '../../../../src/lib/api/kinds.ts';
import type { Watcher } from '../../../../src/lib/clusters/cluster.ts';
import type { KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import type { ClusterError } from '../../../../src/lib/errors.ts';
import type { KeyPair } from './loopback.ts';

/** Tests do not wait as long as a controller does. */
export const QUICK = {
  firstPause: 20,
  longestPause: 60,
  shortest: 0,
  settle: 5,
} as const satisfies KubeClusterOptions['watch'];

type Request = IncomingMessage | Http2ServerRequest;
/** HTTP/2's has the same methods, as far as they are used here. */
type Response = ServerResponse;

/** A watch that a server has been asked for, and answered with 200. */
export interface Stream {
  readonly query: URLSearchParams;
  readonly path: string;
  isOpen(): boolean;
  /** An event, or a part of one. */
  write(data: string | Buffer | object): void;
  /** In an orderly way. */
  end(): void;
  /** With its connection. */
  cut(): void;
  /** Asks the client to begin nothing more on its session (RFC 9113, GOAWAY without an error); HTTP/2 only. */
  goAway(): void;
}

export interface WatchServer {
  readonly url: string;
  readonly port: number;
  /** In the order they came; those that ended are among them. */
  readonly streams: Stream[];
  /** Path and query of each request. */
  readonly requests: string[];
  /** What a list answers. */
  items: unknown[];
  version: string;
  /** Whether it streams lists; else it refuses that, which `requests` does not show. */
  streamsLists: boolean;
  /** Answers a request instead; false leaves it to the server. */
  instead: (request: Request, response: Response) => boolean;
  /** Connections, by what was agreed on with ALPN. */
  readonly connections: { h1: number; h2: number };
  /** The stream with this number, when it is there. */
  stream(index: number): Promise<Stream>;
  close(): Promise<void>;
}

/** An API server as far as list and watch go, to be made to misbehave. */
export async function watchServer({
  pair,
  http2 = false,
}: { pair?: KeyPair; http2?: boolean } = {}): Promise<WatchServer> {
  const sockets = new Set<Socket>();
  const connections = { h1: 0, h2: 0 };
  const handle = (request: Request, response: Response): void => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.searchParams.has('sendInitialEvents') && !it.streamsLists) {
      // As API servers do that do not know it, or have it turned off.
      reply(response, 422, { kind: 'Status', reason: 'Invalid', message: 'sendInitialEvents: Forbidden' });
      return;
    }
    it.requests.push(url.pathname + url.search);
    if (it.instead(request, response)) return;
    if (url.searchParams.get('watch') === null) {
      reply(response, 200, { metadata: { resourceVersion: it.version }, items: it.items });
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    it.streams.push(streamOf(url, request, response));
  };
  const server =
    pair === undefined
      ? createServer(handle)
      : http2
        ? createSecureServer({ ...pair, allowHTTP1: true }, (request, response) => {
            handle(request, response as unknown as Response);
          })
        : createTLSServer(pair, handle);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('secureConnection', (socket: { alpnProtocol: string | false }) => {
    connections[socket.alpnProtocol === 'h2' ? 'h2' : 'h1']++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  const it: WatchServer = {
    url: `${pair === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    streams: [],
    requests: [],
    items: [],
    version: '100',
    streamsLists: false,
    instead: () => false,
    connections,
    stream: (index) =>
      vi.waitFor(
        () => {
          const found = it.streams[index];
          if (found === undefined) throw new Error(`no stream ${index}: ${it.requests.join(' ')}`);
          return found;
        },
        { timeout: 10_000, interval: 5 },
      ),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return it;
}

function streamOf(url: URL, request: Request, response: Response): Stream {
  let isOpen = true;
  response.on('close', () => (isOpen = false));
  if (!('stream' in request)) response.flushHeaders(); // HTTP/2 does so by itself
  return {
    query: url.searchParams,
    path: url.pathname,
    isOpen: () => isOpen,
    write: (data) => {
      const text = typeof data === 'string' || Buffer.isBuffer(data) ? data : `${JSON.stringify(data)}\n`;
      response.write(text);
    },
    end: () => {
      response.end();
    },
    cut: () => {
      if ('stream' in request) request.stream.session?.destroy();
      else request.socket.destroy();
    },
    goAway: () => {
      if ('stream' in request) request.stream.session?.goaway();
    },
  };
}

export function reply(response: Response, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A Namespace as the server sends it. */
export function namespace(name: string, resourceVersion: string, labels: Record<string, string> = {}): object {
  const managedFields = [{ manager: 'x' }];
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: `uid-${name}`, resourceVersion, labels, managedFields },
  };
}

export const added = (name: string, version: string): object => ({ type: 'ADDED', object: namespace(name, version) });
export const deleted = (name: string, version: string): object => ({
  type: 'DELETED',
  object: namespace(name, version),
});
export const bookmark = (resourceVersion: string): object => ({
  type: 'BOOKMARK',
  object: { kind: 'Namespace', apiVersion: 'v1', metadata: { resourceVersion } },
});
/** What says that a streamed list is whole. */
export const listEnd = (resourceVersion: string): object => ({
  type: 'BOOKMARK',
  object: {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
});
export const failure = (code: number, reason: string, message = reason): object => ({
  type: 'ERROR',
  object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
});

/** A watcher that notes what it is told: `replace a,b`, `put c`, `remove c`, `heard`, `failed <reason>`. */
export interface Notes<K extends Kind> extends Watcher<K> {
  readonly notes: string[];
  readonly errors: ClusterError[];
  readonly objects: ObjectOf[K][];
  /** Waits until the note is there as often as said. */
  until(note: string | RegExp, times?: number): Promise<void>;
  /** All but `heard`, whose number is a matter of time. */
  told(): readonly string[];
}

export function notes<K extends Kind>(timeout = 10_000): Notes<K> {
  const taken: string[] = [];
  const errors: ClusterError[] = [];
  const objects: ObjectOf[K][] = [];
  const note = (word: string, ...list: readonly ObjectOf[K][]): void => {
    objects.push(...list);
    taken.push(`${word} ${list.map(({ metadata }) => metadata.name).join(',')}`.trim());
  };
  return {
    notes: taken,
    errors,
    objects,
    replace: (list) => {
      note('replace', ...list);
    },
    put: (object) => {
      note('put', object);
    },
    remove: (object) => {
      note('remove', object);
    },
    heard: () => {
      note('heard');
    },
    failed: (error) => {
      errors.push(error);
      note(`failed ${error.reason}`);
    },
    until: (wanted, times = 1) =>
      vi.waitFor(
        () => {
          const found = taken.filter((one) => (typeof wanted === 'string' ? one === wanted : wanted.test(one)));
          if (found.length < times)
            throw new Error(`${String(wanted)} ${found.length} of ${times} times: ${taken.join('; ')}`);
        },
        { timeout, interval: 5 },
      ),
    told: () => taken.filter((one) => one !== 'heard'),
  };
}

export interface Proxy {
  readonly port: number;
  /** Connections taken so far. */
  taken(): number;
  /** Connections of now carry nothing any more, without being closed, as when a NAT forgets them; nor do those to come. */
  deaden(): void;
  /** Closes all connections, and those to come at once. */
  cut(): void;
  revive(): void;
  close(): Promise<void>;
}

/** A TCP proxy before a port of this machine. */
export async function proxyTo(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let taken = 0;
  let state: 'alive' | 'dead' | 'cut' = 'alive';
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createTCPServer((near) => {
    taken++;
    near.on('error', () => undefined);
    if (state === 'cut') {
      near.destroy();
      return;
    }
    sockets.add(near);
    if (state === 'dead') return;
    const far = connect(target, '127.0.0.1');
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    sockets.add(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has one
    taken: () => taken,
    deaden: () => {
      state = 'dead';
      for (const socket of sockets) socket.unpipe().resume();
    },
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    revive: () => {
      state = 'alive';
    },
    close: async () => {
      destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
