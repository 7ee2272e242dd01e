/**
 * A load generator that speaks list and watch like an API server, in a process of its own: `watches-server.ts CERT KEY`,
 * over HTTP/2 where the client offers it. It keeps nothing and stands for any number of clusters: each is a prefix of the
 * path. The port goes to stdout; on stdin it is asked, a line each, for
 * `open N`: say so when that many watches are open, and on how many connections; `events N`: send so many on each watch of
 * slices. It ends with its parent, when stdin does.
 */
import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { OBSERVED_KINDS } from '../src/lib/plan/observed.ts';
import { KINDS, apiVersionOf } from '../src/lib/api/kinds.ts';
import { ANSWER } from './slice.ts';

/** Objects of each kind in the list of a cluster. */
const LISTED = 10;

/** What a kind must have to be read. */
const CONTENT = {
  ClusterProperty: { spec: { value: 'x' } },
  Namespace: { status: { phase: 'Active' } },
  ServiceExport: {},
  ServiceImport: { spec: { type: 'ClusterSetIP', ports: [{ port: 80, protocol: 'TCP' }], ips: ['10.0.0.1'] } },
  Service: { spec: { type: 'ClusterIP', clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP' }] } },
  EndpointSlice: { addressType: ANSWER.addressType, endpoints: ANSWER.endpoints, ports: ANSWER.ports },
} as const;

/** Milliseconds; as API servers do, about. */
const BOOKMARKS = 60_000;

const [cert = '', key = ''] = process.argv.slice(2);
const kinds = (['ClusterProperty', ...OBSERVED_KINDS] as const).map((kind) => ({ kind, ...KINDS[kind] }));
const streams = new Map<Http2ServerResponse, string>();
let connections = 0;
let version = 1000;

const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key), allowHTTP1: true }, answer);
server.on('secureConnection', () => {
  connections++;
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // a TCP server has one
  console.log(port);
});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, count] = [line.split(' ')[0], Number(line.split(' ')[1])];
  if (verb === 'open') {
    while (streams.size < count) await new Promise((resolve) => setTimeout(resolve, 5));
    console.log(connections);
  } else {
    await send(count);
    console.log('sent');
  }
}
process.exit();

function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const url = new URL(request.url, 'https://server');
  const plural = url.pathname.split('/').at(-1) ?? '';
  response.setHeader('content-type', 'application/json');
  if (plural === 'apis') response.end(JSON.stringify(discovery()));
  else if (url.searchParams.has('sendInitialEvents'))
    response.writeHead(422).end(); // as servers that stream no lists
  else if (url.searchParams.has('watch')) watch(plural, response);
  else response.end(JSON.stringify(listOf(plural)));
}

function watch(plural: string, response: Http2ServerResponse): void {
  response.writeHead(200);
  const info = kinds.find((known) => known.plural === plural);
  if (info === undefined) throw new Error(`no kind ${plural}`);
  const bookmark = (): void => {
    const object = {
      kind: info.kind,
      apiVersion: apiVersionOf(info.kind),
      metadata: { resourceVersion: String(version) },
    };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  };
  bookmark();
  streams.set(response, plural);
  let timer: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    bookmark();
    timer = setInterval(bookmark, BOOKMARKS);
  }, Math.random() * BOOKMARKS); // servers are not in step
  response.on('close', () => {
    streams.delete(response);
    clearTimeout(first);
    clearInterval(timer);
  });
}

/** Changes of a slice, as fast as the watches take them. */
async function send(count: number): Promise<void> {
  const watching = [...streams].filter(([, plural]) => plural === 'endpointslices').map(([response]) => response);
  for (let event = 0; event < count; event++) {
    const metadata = { ...ANSWER.metadata, resourceVersion: String(++version) };
    const line = `${JSON.stringify({ type: 'MODIFIED', object: { ...ANSWER, metadata } })}\n`;
    const full = watching.filter((response) => !response.write(line));
    await Promise.all(full.map((response) => new Promise((resolve) => response.once('drain', resolve))));
  }
}

function listOf(plural: string): object {
  const info = kinds.find((known) => known.plural === plural);
  if (info === undefined) throw new Error(`no kind ${plural}`);
  const items = Array.from({ length: LISTED }, (_, index) => {
    const metadata = { name: `${plural}-${index}`, ...(info.namespaced ? { namespace: 'shop' } : {}) };
    return { metadata: { ...ANSWER.metadata, ...metadata, labels: {} }, ...CONTENT[info.kind] };
  });
  const kind = `${info.kind}List`;
  return { kind, apiVersion: apiVersionOf(info.kind), metadata: { resourceVersion: String(version) }, items };
}

function discovery(): object {
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '');
  const items = groups.map((name) => ({
    metadata: { name },
    versions: [...new Set(kinds.filter(({ group }) => group === name).map(({ versions }) => versions[0]))].map(
      (served) => ({
        version: served,
        resources: kinds.filter(({ group }) => group === name).map(({ plural }) => ({ resource: plural })),
      }),
    ),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}
