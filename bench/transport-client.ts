/**
 * One client of the transport benchmark in a process of its own: `transport-client.ts CLIENT URL CA-FILE`. For each line
 * on stdin, a number of seconds, it keeps 64 requests under way for so long and prints how many were answered a second.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { API } from '../src/lib/clusters/kube/api.ts';
import { Connections } from '../src/lib/clusters/kube/connections.ts';
import { credentialSource } from '../src/lib/clusters/kube/credentials.ts';
import { openDispatcher } from '../src/lib/clusters/kube/dispatcher.ts';
import { Limit } from '../src/lib/clusters/kube/limit.ts';
import { Transport } from '../src/lib/clusters/kube/transport.ts';
import { CONTENT_TYPE, PATH, SLICE } from './slice.ts';

const CONCURRENCY = 64;

/** Requests that the client for the server's own ceiling sends at a time on each connection. */
const PIPELINED = 8;

/** Sends one request and parses its answer; all clients send the same. */
type Send = () => Promise<unknown>;

interface Target {
  readonly url: string;
  /** PEM */
  readonly ca: string;
}

const CLIENTS: Readonly<Record<string, (target: Target) => Promise<{ readonly send: Send; readonly each?: number }>>> =
  {
    async ours({ url, ca }) {
      const server = { url, caData: Buffer.from(ca).toString('base64') };
      const credentials = credentialSource(
        { name: 'me', token: 'abc' },
        { cluster: 'loop', server, env: {}, interactive: false },
      );
      const opening = { cluster: 'loop', connections: CONCURRENCY, connectTimeout: 10_000 };
      const connections = new Connections((current) => openDispatcher(server, current, opening));
      const limit = new Limit(CONCURRENCY);
      const options = { cluster: 'loop', server, credentials, connections, shared: false, requestTimeout: 10, limit };
      const api = new API('loop', new Transport(options));
      const { name, namespace } = SLICE.metadata;
      const intent = { verb: 'apply', resource: 'endpointslices.discovery.k8s.io', name, namespace } as const;
      return Promise.resolve({
        send: () =>
          api.json({ method: 'PATCH', path: PATH, body: JSON.stringify(SLICE), contentType: CONTENT_TYPE }, intent),
      });
    },

    async undici({ url, ca }) {
      const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
      const pool = new Pool(url, { connections: CONCURRENCY, pipelining: 1, allowH2: false, connect: { ca } });
      const headers = ['accept', 'application/json', 'authorization', 'Bearer abc', 'content-type', CONTENT_TYPE];
      const send = (): Promise<unknown> =>
        new Promise((resolve, reject) => {
          const chunks: Buffer[] = [];
          pool.dispatch(
            { method: 'PATCH', path: PATH, headers, body: JSON.stringify(SLICE) },
            {
              onRequestStart: () => undefined,
              onResponseStart: () => undefined,
              onResponseData: (_controller, chunk) => void chunks.push(chunk),
              onResponseEnd: () => {
                resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
              },
              onResponseError: (_controller, error) => {
                reject(error);
              },
            },
          );
        });
      return { send };
    },

    async 'client-node'({ url, ca }) {
      const { DiscoveryV1Api, KubeConfig, PatchStrategy, setHeaderOptions } = await import('@kubernetes/client-node');
      const config = new KubeConfig();
      config.loadFromClusterAndUser(
        { name: 'loop', server: url, caData: Buffer.from(ca).toString('base64'), skipTLSVerify: false },
        { name: 'me', token: 'abc' },
      );
      const api = config.makeApiClient(DiscoveryV1Api);
      const { name, namespace } = SLICE.metadata;
      const call = { name, namespace, body: SLICE, fieldManager: 'mcs', force: true };
      const options = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
      return { send: () => api.patchNamespacedEndpointSlice(call, options) };
    },

    /** No client at all: prepared bytes, several requests at a time, answers counted by their length. */
    async ceiling({ url, ca }) {
      const { hostname, port } = new URL(url);
      const body = JSON.stringify(SLICE);
      const head = `PATCH ${PATH} HTTP/1.1\r\nhost: loop\r\ncontent-type: ${CONTENT_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
      const request = Buffer.from((head + body).repeat(PIPELINED));
      let answerSize = 0;
      const idle: Send[] = [];
      const open = (): Promise<void> =>
        new Promise((resolve) => {
          const socket = connect({ host: hostname, port: Number(port), ca });
          let wanted = 0;
          let answered: (() => void) | undefined;
          socket.on('data', (chunk: Buffer) => {
            if (answerSize === 0)
              answerSize =
                chunk.indexOf('\r\n\r\n') + 4 + Number(/length: (\d+)/.exec(chunk.toString('latin1', 0, 200))?.[1]);
            wanted -= chunk.length;
            if (wanted + answerSize * PIPELINED === 0) answered?.();
          });
          const send = (): Promise<unknown> =>
            new Promise<void>((done) => {
              wanted = 0;
              answered = done;
              socket.write(request);
            }).finally(() => idle.push(send));
          socket.once('secureConnect', () => {
            idle.push(send);
            resolve();
          });
        });
      await Promise.all(Array.from({ length: CONCURRENCY }, open));
      return { send: () => idle.pop()?.() ?? Promise.reject(new Error('no idle connection')), each: PIPELINED };
    },
  };

const [name = '', url = '', caFile = ''] = process.argv.slice(2);
const make = CLIENTS[name];
if (make === undefined) throw new Error(`no client ${name}; there are ${Object.keys(CLIENTS).join(', ')}`);
const { send, each = 1 } = await make({ url, ca: readFileSync(caFile, 'utf8') });
for await (const seconds of createInterface({ input: process.stdin })) {
  const { count, elapsed } = await keepBusy(send, Number(seconds));
  console.log((count * each) / elapsed);
}
process.exit(); // client-node leaves a connection a request open

/** Requests answered in some seconds. @throws what a request threw: a failed one is not fast */
async function keepBusy(work: Send, duration: number): Promise<{ readonly count: number; readonly elapsed: number }> {
  const start = performance.now();
  const end = start + duration * 1000;
  let count = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      await work();
      count++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return { count, elapsed: (performance.now() - start) / 1000 };
}
