import type { Dispatcher } from 'undici';
import { ClusterError, InterruptedError, McsError } from '../../errors.ts';
import type { Answer, Traffic } from '../cluster.ts';
import { certificateRefusal, codeOf, connectionError } from './connection.ts';
import type { Connections } from './connections.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import type { Server } from './entries.ts';
import { exchange, type Exchange, type Reply, type Running } from './exchange.ts';
import type { Limit } from './limit.ts';
import { MAX_TRIES, delayBefore, isTransient, mayRepeat } from './retry.ts';

export interface TransportOptions {
  readonly cluster: string;
  readonly server: Server;
  readonly credentials: CredentialSource;
  /** Closed by whoever made them. */
  readonly connections: Connections;
  /** Whether requests share a connection: one without an answer in time is taken for dead, and no other is sent on it. */
  readonly shared: boolean;
  /** Seconds for a whole request with its repetitions; the queue and credential plugins are not counted. */
  readonly requestTimeout: number;
  /** Of the requests at a time. */
  readonly limit: Limit;
  /** Ends all requests. */
  readonly signal?: AbortSignal;
  readonly traffic?: Traffic;
}

export interface Ask {
  readonly method: Exchange['method'];
  /** Path and query, from the root of the API. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Shown to those who count; else what the method says. */
  readonly verb?: Answer['verb'];
  /** Asked right before each sending, in the same turn; what it throws keeps the request back. */
  readonly permit?: (() => void) | undefined;
  /** Ends the queueing and the repetitions of this request; one that was sent is not cut. */
  readonly signal?: AbortSignal;
}

/**
 * Requests to one API server: over lasting connections, with a timeout, renewed credentials after a 401 (once), and
 * repetitions where the server or the network asks for them.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #running = new Set<Running>();
  #end: Error | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { server, signal } = options;
    const { origin, pathname } = new URL(server.url);
    this.#origin = origin;
    this.#prefix = pathname === '/' ? '' : pathname;
    if (signal?.aborted === true) this.#abort();
    else signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** The answer, whatever its status. @throws ClusterError when there is none */
  async send(ask: Ask): Promise<Reply> {
    return this.#options.limit.run(async () => {
      const credentials = await this.#guard(() => this.#options.credentials.current());
      const reply = await this.#try(ask, credentials);
      if (reply.status !== 401) return reply;
      const renewed = await this.#guard(() => this.#options.credentials.renewed(credentials));
      const again = renewed === undefined ? reply : await this.#try(ask, renewed);
      const problem =
        again.status === 401 ? certificateRefusal(this.#options.cluster, renewed ?? credentials) : undefined;
      if (problem !== undefined) throw problem;
      return again;
    });
  }

  /** Takes no more requests; those under way fail when their connections are closed. */
  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#end ??= new ClusterError(this.#options.cluster, 'failed', 'the cluster was closed');
  }

  readonly #abort = (): void => {
    this.#end = new InterruptedError('interrupted');
    for (const running of this.#running) running.abort(this.#end);
  };

  /** Sends until an answer is final, the timeout passes, or MAX_TRIES are used up. */
  async #try(ask: Ask, credentials: Credentials): Promise<Reply> {
    const deadline = Date.now() + this.#options.requestTimeout * 1000;
    for (let tried = 1; ; tried++) {
      let reply: Reply | undefined;
      let failure: unknown;
      try {
        reply = await this.#once(ask, credentials, deadline);
        if (!isTransient(reply)) return reply;
      } catch (error) {
        if (error instanceof McsError || !mayRepeat(ask.method, codeOf(error))) throw this.#explain(error);
        failure = error;
      }
      const delay = delayBefore(tried, reply);
      if (tried === MAX_TRIES || Date.now() + delay >= deadline) {
        if (reply !== undefined) return reply;
        throw this.#explain(failure);
      }
      await this.#sleep(delay);
    }
  }

  async #once(ask: Ask, credentials: Credentials, deadline: number): Promise<Reply> {
    const { connections, shared, traffic } = this.#options;
    let opened: Promise<Dispatcher> | undefined;
    const dispatcher = await this.#guard(() => (opened = connections.open(credentials)));
    ask.signal?.throwIfAborted();
    const headers = ['accept', ask.accept ?? 'application/json', 'user-agent', 'kubectl-mcs', ...credentials.headers];
    if (ask.contentType !== undefined) headers.push('content-type', ask.contentType);
    const { method, body } = ask;
    const request = { method, origin: this.#origin, path: this.#prefix + ask.path, headers };
    const held = { back: false };
    const { permit } = ask;
    const gate = (): void => {
      held.back = true;
      permit?.();
      held.back = false;
    };
    const whole = body === undefined ? request : { ...request, body };
    const running = exchange(dispatcher, whole, permit === undefined ? undefined : gate);
    const sent = performance.now();
    const timer = setTimeout(
      () => {
        running.abort(this.#timeout());
        if (shared && opened !== undefined) connections.retire(opened);
      },
      Math.max(0, deadline - Date.now()),
    );
    this.#running.add(running);
    if (this.#end !== undefined) running.abort(this.#end);
    let status = 0;
    try {
      const reply = await running.reply;
      status = reply.status;
      return reply;
    } finally {
      clearTimeout(timer);
      this.#running.delete(running);
      const milliseconds = performance.now() - sent;
      if (!held.back) traffic?.onAnswer?.({ verb: verbOf(ask), status, milliseconds });
    }
  }

  /** Work that must not begin, nor go on unnoticed, after the end. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseAfterEnd();
    const result = await work();
    this.#refuseAfterEnd();
    return result;
  }

  #refuseAfterEnd(): void {
    if (this.#end !== undefined) throw this.#end;
  }

  async #sleep(milliseconds: number): Promise<void> {
    await this.#guard(
      () =>
        new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            this.#options.signal?.removeEventListener('abort', done);
            resolve();
          };
          const timer = setTimeout(done, milliseconds);
          this.#options.signal?.addEventListener('abort', done, { once: true });
        }),
    );
  }

  #explain(error: unknown): Error {
    if (this.#end !== undefined) return this.#end;
    return connectionError(this.#options.cluster, this.#options.server.url, error);
  }

  #timeout(): ClusterError {
    const { cluster, server, requestTimeout } = this.#options;
    const { host } = new URL(server.url);
    return new ClusterError(
      cluster,
      'timeout',
      `${host}: no answer within ${requestTimeout} s`,
      'check the network, or raise --request-timeout',
    );
  }
}

function verbOf({ verb, method, contentType }: Ask): Answer['verb'] {
  if (verb !== undefined) return verb;
  if (method === 'PATCH') return contentType === 'application/apply-patch+yaml' ? 'apply' : 'patch';
  return method === 'GET' ? 'get' : method === 'DELETE' ? 'delete' : 'other';
}
