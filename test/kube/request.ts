import { Agent, request as send } from 'undici';
import type { ServerInfo } from './servers.ts';

export interface Answer {
  readonly status: number;
  /** Parsed JSON where the server sent JSON, else text. */
  readonly body: unknown;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Default: the admin's. */
  readonly token?: string;
  /** Milliseconds; default 30 s. */
  readonly timeout?: number;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Server = Pick<ServerInfo, 'url' | 'certificateAuthority' | 'tokens'>;

/** `request` to a server over connections that are open already. */
export type Ask = (method: Method, path: string, options?: RequestOptions) => Promise<Answer>;

/** Milliseconds for a request of which nothing else is said. */
const TIMEOUT = 30_000;

/** One raw request to an API server, over a connection of its own; any HTTP status is an answer. */
export function request(server: Server, method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
  return connected(server, (ask) => ask(method, path, options), options.timeout);
}

/**
 * Requests over connections that stay open for as long as the process lives: a handshake costs more than most answers. A
 * question whose connection ends under it, since its server was killed, is asked once more.
 */
export function lasting(server: Server): Ask {
  const connect = { ca: server.certificateAuthority, timeout: TIMEOUT };
  const agent = new Agent({ connect, connections: 8, headersTimeout: 0, bodyTimeout: 0 });
  return async (method, path, options) => {
    try {
      return await ask(agent, server, method, path, options);
    } catch (error) {
      if (method !== 'GET' || !isBroken(error)) throw error;
      return ask(agent, server, method, path, options);
    }
  };
}

const BROKEN: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** True when the connection of a request ended under it. */
export function isBroken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && BROKEN.has(String(error.code));
}

/** Makes many requests over a few connections: a handshake costs more than most answers. */
export async function connected<T>(
  server: Server,
  work: (ask: Ask) => Promise<T>,
  connectTimeout = TIMEOUT,
): Promise<T> {
  const connect = { ca: server.certificateAuthority, timeout: connectTimeout };
  const agent = new Agent({ connect, connections: 8, headersTimeout: 0, bodyTimeout: 0 });
  try {
    return await work((method, path, options) => ask(agent, server, method, path, options));
  } finally {
    await agent.destroy();
  }
}

async function ask(
  agent: Agent,
  server: Server,
  method: Method,
  path: string,
  { body, contentType = 'application/json', token = server.tokens.admin, timeout = TIMEOUT }: RequestOptions = {},
): Promise<Answer> {
  const response = await send(new URL(path, server.url), {
    method,
    dispatcher: agent,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': contentType },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(timeout),
  });
  const text = await response.body.text();
  const json = String(response.headers['content-type']).includes('json');
  return { status: response.statusCode, body: json ? (JSON.parse(text) as unknown) : text };
}

/** The answer's body; throws what the server said when it is not a 2xx or one of `allowed`. */
export async function must(answer: Promise<Answer>, ...allowed: readonly number[]): Promise<unknown> {
  const { status, body } = await answer;
  if ((status >= 200 && status < 300) || allowed.includes(status)) return body;
  throw new Error(`HTTP ${status}: ${typeof body === 'string' ? body : JSON.stringify(body)}`);
}
