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

/** One raw request to an API server; any HTTP status is an answer. */
export async function request(
  server: Pick<ServerInfo, 'url' | 'certificateAuthority' | 'tokens'>,
  method: Method,
  path: string,
  { body, contentType = 'application/json', token = server.tokens.admin, timeout = 30_000 }: RequestOptions = {},
): Promise<Answer> {
  const agent = new Agent({
    connect: { ca: server.certificateAuthority, timeout },
    headersTimeout: timeout,
    bodyTimeout: timeout,
  });
  try {
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
  } finally {
    await agent.destroy();
  }
}

/** The answer's body; throws what the server said when it is not a 2xx or one of `allowed`. */
export async function must(answer: Promise<Answer>, ...allowed: readonly number[]): Promise<unknown> {
  const { status, body } = await answer;
  if ((status >= 200 && status < 300) || allowed.includes(status)) return body;
  throw new Error(`HTTP ${status}: ${typeof body === 'string' ? body : JSON.stringify(body)}`);
}
