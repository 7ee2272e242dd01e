import type { Dispatcher } from 'undici';

/** A whole answer of a server. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Exchange {
  readonly method: 'GET' | 'PATCH' | 'DELETE' | 'POST' | 'PUT';
  readonly origin: string;
  readonly path: string;
  /** Names and values alternating. */
  readonly headers: readonly string[];
  readonly body?: string;
}

/** A request under way, and the way to end it. */
export interface Running {
  readonly reply: Promise<Reply>;
  abort(reason: Error): void;
}

/**
 * One request and its answer. undici's `dispatch` with a handler of our own does twice the requests per second of its
 * `request`, which makes a stream of every body.
 * @param beforeSend called in the turn in which the request goes to its connection; what it throws keeps it back
 */
export function exchange(
  dispatcher: Dispatcher,
  { method, origin, path, headers, body }: Exchange,
  beforeSend?: () => void,
): Running {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const chunks: Buffer[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let aborted: Error | undefined;
  let status = 0;
  let answered: Reply['headers'] = {};
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (aborted === undefined) {
        try {
          beforeSend?.();
        } catch (error) {
          aborted = asError(error);
          reject(aborted);
        }
      }
      if (aborted !== undefined) started.abort(aborted);
    },
    onResponseStart(_controller, code, fields) {
      status = code;
      answered = fields;
    },
    onResponseData(_controller, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      const [first] = chunks;
      const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      resolve({ status, headers: answered, text: whole.toString('utf8') });
    },
    onResponseError(_controller, error) {
      reject(error);
    },
  };
  try {
    dispatcher.dispatch(
      { method, origin, path, headers: [...headers], ...(body === undefined ? {} : { body }) },
      handler,
    );
  } catch (error) {
    reject(asError(error));
  }
  return {
    reply: promise,
    abort: (reason) => {
      aborted = reason;
      controller?.abort(reason);
      reject(reason);
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
