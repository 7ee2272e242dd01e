import type { Dispatcher } from 'undici';
import type { Reply } from './exchange.ts';

export interface StreamRequest {
  readonly origin: string;
  readonly path: string;
  /** Names and values alternating. */
  readonly headers: readonly string[];
  /** Milliseconds until the head of the answer must be there. */
  readonly headTimeout: number;
  /** Milliseconds without a byte after which the stream is cut. */
  readonly silence: number;
  /** The server has begun to answer with 200. */
  readonly onOpen: () => void;
  /** A whole line, without its end. What it throws ends the stream. */
  readonly onLine: (line: string) => void;
}

/** How a stream ended that nobody broke: by the server, by its silence, or with an answer other than 200. */
export type StreamEnd = 'closed' | 'silent' | Reply;

export interface Streaming {
  /** Rejects when the connection breaks, in mid-line too, with a SlowHeadError, and with what `onLine` threw. */
  readonly ended: Promise<StreamEnd>;
  /** After it no line is given any more. */
  abort(reason: Error): void;
}

/** The head of an answer did not come in time. */
export class SlowHeadError extends Error {}

/** Longest line, in characters: etcd takes objects of 1.5 MB, and what is no watch may have no lines. */
const MAX_LINE = 32 * 1024 * 1024;

/** Most that is read of an answer other than 200, in bytes. */
const MAX_REFUSAL = 64 * 1024;

/** One request whose answer is lines that come one by one, for as long as the server likes. */
export function openStream(dispatcher: Dispatcher, request: StreamRequest): Streaming {
  const { origin, path, headers, headTimeout, silence, onOpen, onLine } = request;
  const { promise, resolve, reject } = Promise.withResolvers<StreamEnd>();
  const lines = new Lines(onLine);
  const refusal: Buffer[] = [];
  let refused: Omit<Reply, 'text'> | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  let over: Error | undefined;

  const end = (outcome: Error | StreamEnd): void => {
    clearTimeout(timer);
    lines.stop();
    if (over !== undefined) return;
    over = outcome instanceof Error ? outcome : new Error('the watch has ended');
    if (outcome instanceof Error) reject(outcome);
    else resolve(outcome);
    controller?.abort(over);
  };
  let timer = setTimeout(() => {
    end(new SlowHeadError());
  }, headTimeout);

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (over !== undefined) started.abort(over);
    },
    onResponseStart(_controller, status, fields) {
      if (over !== undefined) return;
      if (status !== 200) {
        refused = { status, headers: fields }; // its body has the rest of headTimeout
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(() => {
        end('silent');
      }, silence);
      onOpen();
    },
    onResponseData(_controller, chunk) {
      if (over !== undefined) return;
      if (refused !== undefined) {
        if (refusal.reduce((sum, { length }) => sum + length, 0) < MAX_REFUSAL) refusal.push(chunk);
        return;
      }
      timer.refresh();
      try {
        lines.push(chunk);
      } catch (error) {
        end(asError(error));
      }
    },
    onResponseEnd() {
      if (refused !== undefined) end({ ...refused, text: Buffer.concat(refusal).toString('utf8') });
      else end(lines.isWhole ? 'closed' : new Error('the connection was closed in mid-event'));
    },
    onResponseError(_controller, error) {
      end(error);
    },
  };
  try {
    dispatcher.dispatch({ method: 'GET', origin, path, headers: [...headers] }, handler);
  } catch (error) {
    end(asError(error));
  }
  return { ended: promise, abort: end };
}

/** Lines out of chunks that end anywhere, within a character too. */
class Lines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #stopped = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Nothing has begun that did not end. */
  get isWhole(): boolean {
    return this.#rest.trim() === '';
  }

  push(chunk: Uint8Array): void {
    const text = this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      const line = this.#rest + text.slice(from, to);
      this.#rest = '';
      from = to + 1;
      if (line.trim() !== '') this.#onLine(line);
      if (this.#stopped) return;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length > MAX_LINE) throw new Error('a line without an end');
  }

  /** Gives no more lines, also when called by the taker of one. */
  stop(): void {
    this.#stopped = true;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
