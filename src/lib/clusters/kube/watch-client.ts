import { ClusterError } from '../../errors.ts';
import type { Traffic } from '../cluster.ts';
import { certificateRefusal, connectionError } from './connection.ts';
import type { Connections } from './connections.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import type { Server } from './entries.ts';
import type { Reply } from './exchange.ts';
import { refusalError, type Intent } from './status.ts';
import { SlowHeadError, openStream, type StreamEnd } from './watch-stream.ts';

export interface WatchClientOptions {
  readonly cluster: string;
  readonly server: Server;
  readonly credentials: CredentialSource;
  /** Shared with the lists. */
  readonly connections: Connections;
  /** Seconds until the head of an answer must be there. */
  readonly requestTimeout: number;
  readonly traffic?: Traffic;
}

export interface WatchAsk {
  /** Path and query, from the root of the API. */
  readonly path: string;
  readonly intent: Intent;
  /** Milliseconds without a byte after which the stream is cut. */
  readonly silence: number;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** What it throws ends the stream, and is thrown by `stream`. */
  readonly onLine: (line: string) => void;
}

/**
 * The watches of one API server: streams over one HTTP/2 session, or over connections of HTTP/1.1 where the server or a
 * proxy speaks nothing else. They are beside the requests, and no limit of those counts them.
 */
export class WatchClient {
  readonly #options: WatchClientOptions;

  constructor(options: WatchClientOptions) {
    this.#options = options;
  }

  /**
   * One stream, until it ends in an orderly way: `closed` by the server, `silent` for too long, or `expired`, as the
   * server has forgotten what came after the version asked for.
   * @throws ClusterError, and what `onLine` throws
   */
  async stream(ask: WatchAsk): Promise<'closed' | 'silent' | 'expired'> {
    const { cluster, credentials, traffic } = this.#options;
    const first = await credentials.current();
    let used = first;
    let end = await this.#once(ask, first);
    if (isReply(end) && end.status === 401) {
      const renewed = await credentials.renewed(first);
      if (renewed !== undefined) {
        used = renewed;
        end = await this.#once(ask, renewed);
      }
    }
    if (!isReply(end)) return end;
    if (end.status === 410) return 'expired';
    traffic?.onAnswer?.({ verb: 'other', status: end.status, milliseconds: 0 });
    const problem = end.status === 401 ? certificateRefusal(cluster, used) : undefined;
    throw problem ?? refusalError(cluster, end, ask.intent);
  }

  async #once(ask: WatchAsk, credentials: Credentials): Promise<StreamEnd> {
    const { cluster, server, connections: shared, requestTimeout, traffic } = this.#options;
    const { signal, silence, onOpen } = ask;
    const connections = shared.open(credentials);
    const dispatcher = await connections;
    signal.throwIfAborted();
    const { origin, pathname } = new URL(server.url);
    let thrown: { readonly error: unknown } | undefined;
    const streaming = openStream(dispatcher, {
      origin,
      path: (pathname === '/' ? '' : pathname) + ask.path,
      headers: ['accept', 'application/json', 'user-agent', 'kubectl-mcs', ...credentials.headers],
      headTimeout: requestTimeout * 1000,
      silence,
      onOpen,
      onLine: (line) => {
        try {
          ask.onLine(line);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      },
    });
    const stop = (): void => {
      streaming.abort(new Error('the watch was stopped'));
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      const end = await streaming.ended;
      if (end === 'silent') shared.retire(connections);
      return end;
    } catch (error) {
      if (thrown !== undefined) throw thrown.error;
      if (signal.aborted) throw error;
      traffic?.onAnswer?.({ verb: 'other', status: 0, milliseconds: 0 });
      if (!(error instanceof SlowHeadError)) throw connectionError(cluster, server.url, error);
      shared.retire(connections);
      const message = `${new URL(server.url).host}: no answer within ${requestTimeout} s`;
      throw new ClusterError(cluster, 'timeout', message, 'check the network, or raise --request-timeout');
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

function isReply(end: StreamEnd): end is Reply {
  return typeof end !== 'string';
}
