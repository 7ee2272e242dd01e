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
export function isTransient({ status }: Pick<Reply, 'status'>): boolean {
  return status === 429 || status === 503;
}

/** Milliseconds to wait after the given number of tries: what the server asks for, else 100, 200, … */
export function delayBefore(tried: number, reply: Reply | undefined): number {
  return retryAfterOf(reply?.headers) ?? FIRST_DELAY * 2 ** (tried - 1);
}

/** Milliseconds that a server is waited for at most: a header that is wrong must not be the end. */
const MOST_ASKED = 300_000;

/**
 * What the header Retry-After asks for, in milliseconds; undefined without one that can be read. API servers send seconds,
 * what stands before them may send a date, which counts from the date of the answer: clocks differ. RFC 9110, 10.2.3.
 */
export function retryAfterOf(headers: Reply['headers'] | undefined): number | undefined {
  const { 'retry-after': asked, date } = headers ?? {};
  if (typeof asked !== 'string') return undefined;
  if (/^\d+$/.test(asked)) return Math.min(Number(asked) * 1000, MOST_ASKED);
  if (!asked.endsWith('GMT')) return undefined;
  const now = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  const wait = Date.parse(asked) - (Number.isNaN(now) ? Date.now() : now);
  return wait > 0 ? Math.min(wait, MOST_ASKED) : undefined; // one that is over, or none
}
