import { createServer, request as ask, Agent, type RequestOptions, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAuthority } from '../kube/certificates.ts';
import type { ServerInfo } from '../kube/servers.ts';

/** A request on its way through a gateway. */
export interface Passing {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** What stands after `Bearer`. */
  readonly token: string;
}

/** What a gateway answers itself. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Stands before an API server, speaks TLS itself, and may answer in its place or break off an answer. */
export interface Gateway {
  readonly url: string;
  /** What it was asked, each with the status that the client got. */
  readonly passed: (Passing & { readonly at: number; readonly status: number })[];
  /** Asked about every request; undefined passes it on. */
  meddle: (passing: Passing) => Refusal | undefined;
  /** Breaks off the next event of each watch in its midst, with the connection. Resolves when that has happened once. */
  cutInMidEvent(): Promise<void>;
  /** Ends all watches, as a server does. */
  endWatches(): void;
  close(): Promise<void>;
}

/** Starts a gateway; who comes through it is the admin, whatever it shows. Its certificate is no server's. */
export async function startGateway(server: ServerInfo): Promise<Gateway> {
  const { certificate, key } = createAuthority('gateway').issue({ user: 'gateway' });
  const agent = new Agent({ ca: server.certificateAuthority, keepAlive: true });
  const target = new URL(server.url);
  const watches = new Set<ServerResponse>();
  const cutting: (() => void)[] = [];
  const gateway: Gateway = {
    url: '',
    passed: [],
    meddle: () => undefined,
    cutInMidEvent: () => new Promise((resolve) => cutting.push(resolve)),
    endWatches: () => {
      for (const watch of watches) watch.end();
    },
    close: async () => {
      agent.destroy();
      await listener.close();
    },
  };
  const front = createServer({ cert: certificate, key }, (incoming, outgoing) => {
    const passing = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      token: (incoming.headers.authorization ?? '').replace('Bearer ', ''),
    };
    const note = (status: number): void => {
      gateway.passed.push({ ...passing, at: Date.now(), status });
    };
    const refusal = gateway.meddle(passing);
    if (refusal !== undefined) {
      note(refusal.status);
      refuse(outgoing, refusal);
      incoming.resume();
      return;
    }
    const headers = { ...incoming.headers, authorization: `Bearer ${server.tokens.admin}`, host: target.host };
    const options: RequestOptions = { agent, headers, method: passing.method, path: passing.path };
    const upstream = ask(target, options, (answer) => {
      note(answer.statusCode ?? 0);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (new URL(passing.path, target).searchParams.has('watch')) watch(answer, outgoing);
      else answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  const listener = await listening(front);
  return Object.assign(gateway, { url: `https://127.0.0.1:${listener.port}` });

  function watch(answer: IncomingMessage, outgoing: ServerResponse): void {
    watches.add(outgoing);
    outgoing.flushHeaders();
    outgoing.on('close', () => watches.delete(outgoing));
    answer.on('end', () => outgoing.end()).on('error', () => outgoing.destroy());
    answer.on('data', (chunk: Buffer) => {
      const tell = cutting.shift();
      if (tell === undefined) {
        outgoing.write(chunk);
        return;
      }
      outgoing.write(chunk.subarray(0, chunk.length / 2), () => {
        outgoing.socket?.destroy();
        tell();
      });
    });
  }
}

function refuse(outgoing: ServerResponse, { status, headers = {} }: Refusal): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  const message = `the gateway says ${status}`;
  outgoing.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, message }));
}

/** Listens on a free port on loopback. */
function listening(server: Server): Promise<{ readonly port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('no port'));
        return;
      }
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => {
            closed();
          });
          server.closeAllConnections();
        });
      resolve({ port: address.port, close });
    });
  });
}
