import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTLSServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextEntry } from '../../../../src/lib/clusters/kube/kubeconfig.ts';
import type { Server, User } from '../../../../src/lib/clusters/kube/entries.ts';

/** A new folder for one test; the system clears it away. */
export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'mcs-kube-'));
}

export interface KeyPair {
  /** PEM */
  readonly cert: string;
  readonly key: string;
}

/** True where the `openssl` program is, which makes the certificates of these tests. */
export const hasOpenSSL = spawnSync('openssl', ['version']).status === 0;

/** A self-signed certificate for 127.0.0.1 and the name `loop.test`; with `until` in the past it has expired. */
export function selfSigned(
  until: '20200201000000Z' | '20450101000000Z' = '20450101000000Z',
  name = 'IP:127.0.0.1',
): KeyPair {
  const dir = temporary();
  const file = (base: string): string => join(dir, base);
  const config = `
    [ca]
    default_ca = it
    [it]
    database = ${file('index')}
    new_certs_dir = ${dir}
    serial = ${file('serial')}
    default_md = sha256
    policy = any
    x509_extensions = ext
    [any]
    commonName = supplied
    [ext]
    subjectAltName = ${name}, DNS:loop.test
    basicConstraints = critical, CA:true`;
  writeFileSync(file('config'), config);
  writeFileSync(file('index'), '');
  writeFileSync(file('serial'), '01');
  const run = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe', cwd: dir });
  run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key');
  run('req', '-new', '-key', 'key', '-subj', '/CN=loop', '-out', 'csr');
  run(
    'ca',
    '-batch',
    '-selfsign',
    '-config',
    'config',
    '-keyfile',
    'key',
    '-in',
    'csr',
    '-out',
    'cert',
    '-notext',
    '-startdate',
    '20200101000000Z',
    '-enddate',
    until,
  );
  return { cert: readFileSync(file('cert'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
}

export interface Loopback {
  readonly url: string;
  /** Connections taken so far. */
  connections(): number;
  /** Requests taken so far: method and URL. */
  readonly requests: string[];
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on a free loopback port, with TLS when it is given a certificate. */
export async function serve(handler: Handler, pair?: KeyPair): Promise<Loopback> {
  const requests: string[] = [];
  const count: Handler = (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    handler(request, response);
  };
  const server = pair === undefined ? createServer(count) : createTLSServer(pair, count);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    url: `${pair === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    connections: () => connections,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A context entry as the loader would make it. */
export function contextEntry(server: Server, user: Partial<User> = {}): ContextEntry {
  return { name: 'loop', file: '/kubeconfig', url: server.url, access: { server, user: { name: 'me', ...user } } };
}

export const OPTIONS = { requestTimeout: 5, concurrency: 16, env: process.env } as const;
