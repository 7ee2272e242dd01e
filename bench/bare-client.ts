import { type Dispatcher, Pool } from 'undici';
import type { ServerInfo } from '../test/kube/servers.ts';

export interface BareRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}

/**
 * The other side of the comparisons with real API servers: requests over keep-alive connections and watch streams, with
 * nothing around them. What is measured is handed over ready to be sent.
 */
export class BareClient {
  readonly #pool: Pool;
  readonly #watches: Pool;
  readonly #headers: readonly string[];

  /** @param connections requests that may be under way at a time; more wait */
  constructor({ url, certificateAuthority: ca, tokens }: ServerInfo, connections: number) {
    const options = { pipelining: 1, allowH2: false, bodyTimeout: 0, headersTimeout: 0, connect: { ca } };
    this.#pool = new Pool(url, { ...options, connections, keepAliveTimeout: 60_000 });
    this.#watches = new Pool(url, { ...options, connections: 4 });
    this.#headers = ['accept', 'application/json', 'authorization', `Bearer ${tokens.admin}`, 'user-agent', 'bare'];
  }

  /** The text of the answer. @throws Error with what the server said when it is no 2xx */
  send({ method, path, body }: BareRequest): Promise<string> {
    // JSON is YAML: a server-side apply takes it.
    const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
    const headers = [...this.#headers, 'content-type', type];
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, code) => void (status = code),
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (status < 300) resolve(text);
          else reject(new Error(`${method} ${path}: HTTP ${status}: ${text.slice(0, 500)}`));
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      };
      this.#pool.dispatch({ method, path, headers, ...(body === undefined ? {} : { body }) }, handler);
    });
  }

  /** Opens a watch from now; resolves when it is open, and calls back with each line as it comes. */
  watch(path: string, onLine: (line: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let rest = '';
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, code) => {
          if (code === 200) resolve();
          else reject(new Error(`watch of ${path}: HTTP ${code}`));
        },
        onResponseData: (_controller, chunk) => {
          const lines = (rest + chunk.toString('utf8')).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onLine(line);
        },
        onResponseEnd: () => undefined,
        onResponseError: (_controller, error) => {
          reject(error); // after the opening: the end of the run
        },
      };
      const headers = [...this.#headers];
      this.#watches.dispatch({ method: 'GET', path, headers }, handler);
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#watches.destroy()]);
  }
}
