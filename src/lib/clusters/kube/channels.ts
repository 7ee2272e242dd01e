import type { Traffic } from '../cluster.ts';
import { ClusterError } from '../../errors.ts';
import { Connections } from './connections.ts';
import { credentialSource, type CredentialSource } from './credentials.ts';
import { openDispatcher } from './dispatcher.ts';
import type { Server } from './entries.ts';
import type { ContextEntry } from './kubeconfig.ts';
import { Limit } from './limit.ts';
import type { KubeClusterOptions } from './session.ts';
import { oneLine } from './text.ts';
import { Transport, type TransportOptions } from './transport.ts';
import { WatchClient } from './watch-client.ts';

/** Over HTTP/1.1 each watch has a connection, and one that ends may still be closing: more than there are kinds. */
const MOST_WATCHES = 16;

/**
 * The ways to one API server. What is read as a whole (lists, discovery) goes over the HTTP/2 session of the watches, so that
 * a cluster that is only watched costs one connection and one TLS handshake; all else over a pool of HTTP/1.1 connections,
 * which takes twice as many requests a second, opened when it is needed. One limit holds for the requests of both.
 */
export class Channels {
  /** For lists and discovery. */
  readonly reads: Transport;
  /** For single objects, and all writes. */
  readonly requests: Transport;
  readonly watches: WatchClient;
  readonly #connections: readonly Connections[];

  /** @throws ClusterError when the kubeconfig does not say how to reach the server */
  constructor(entry: ContextEntry, options: KubeClusterOptions) {
    const reached = reach(entry, options);
    const { requestTimeout, signal } = options;
    const concurrency = Math.max(1, options.concurrency);
    const open = (connections: number, http2: boolean): Connections => {
      const opening = { cluster: reached.cluster, connections, connectTimeout: requestTimeout * 1000, http2 };
      return new Connections((credentials) => openDispatcher(reached.server, credentials, opening));
    };
    const [one, many] = [open(concurrency + MOST_WATCHES, true), open(concurrency, false)];
    const ending = signal === undefined ? {} : { signal };
    const common: Omit<TransportOptions, 'connections' | 'shared'> = {
      ...reached,
      requestTimeout,
      limit: new Limit(concurrency),
      ...ending,
    };
    this.reads = new Transport({ ...common, connections: one, shared: true });
    this.requests = new Transport({ ...common, connections: many, shared: false });
    this.watches = new WatchClient({ ...reached, connections: one, requestTimeout });
    this.#connections = [one, many];
  }

  /** Closes all connections; requests and watches under way fail. */
  async close(): Promise<void> {
    this.reads.close();
    this.requests.close();
    await Promise.all(this.#connections.map((one) => one.destroy()));
  }
}

/** Where the server is, and who asks: the same for requests and watches. */
interface Reached {
  readonly cluster: string;
  readonly server: Server;
  readonly credentials: CredentialSource;
  readonly traffic?: Traffic;
}

/** @throws ClusterError when the kubeconfig does not say */
function reach({ access, file, name: cluster }: ContextEntry, options: KubeClusterOptions): Reached {
  if ('problem' in access) {
    const message = `${oneLine(access.problem)} (${oneLine(file)})`;
    throw new ClusterError(cluster, 'unauthorized', message, 'correct the kubeconfig');
  }
  const { env, interactive = false, signal, traffic } = options;
  const { server, user } = access;
  const ending = signal === undefined ? {} : { signal };
  const credentials = credentialSource(user, { cluster, server, env, interactive, ...ending });
  return { cluster, server, credentials, ...(traffic === undefined ? {} : { traffic }) };
}
