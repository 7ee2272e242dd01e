import type { Exchange, Reply } from './exchange.ts';

/** How often a request is sent at most. */
export const MAX_TRIES = 3;

/** First pause between two tries, in milliseconds; it doubles. */
const FIRST_DELAY = 100;

/** Requests that come to the same when sent twice. Our PATCHes (apply, merge) do. */
const REPEATABLE: ReadonlySet<Exchange['method']> = new Set(['GET', 'PATCH', 'DELETE']);

/** A connection that broke, perhaps an idle one that the server closed just then; UND_ERR_INFO: an HTTP/2 stream of one. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_INFO']);

/** True when a request whose connection broke may be sent again. */
export function mayRepeat(method: Exchange['method'], code: string): boolean {
  return REPEATABLE.has(method) && (BROKEN.has(code) || code.startsWith('ERR_HTTP2_'));
}

/** True for an answer that asks to come again: 429 and 503 are given before anything was done. */
export function isTransient({ status }: Reply): boolean {
  return status === 429 || status === 503;
}

/** Milliseconds to wait after the given number of tries: what the server asks for, else 100, 200, … */
export function delayBefore(tried: number, reply: Reply | undefined): number {
  return retryAfterOf(reply?.headers) ?? FIRST_DELAY * 2 ** (tried - 1);
}

/** What the header Retry-After asks for, in milliseconds; undefined without one in seconds. */
export function retryAfterOf(headers: Reply['headers'] | undefined): number | undefined {
  const asked = headers?.['retry-after'];
  const seconds = typeof asked === 'string' ? Number(asked) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
