import type { Dispatcher } from 'undici';
import type { Credentials } from './credentials.ts';

/** Connections that were opened with a certain client certificate. */
interface Opened {
  readonly cert: Credentials['cert'];
  readonly dispatcher: Promise<Dispatcher>;
}

/**
 * What undici says of a session on which the server takes nothing new, while it goes on with the streams that are open: when
 * it spreads its clients (`--goaway-chance`), or a load balancer drains. The next request would wait in undici until the
 * last watch of that session has ended.
 */
const GOAWAY = 'GOAWAY';

/** The connections to one API server, those of now and those that are still in use but take nothing new. */
export class Connections {
  readonly #make: (credentials: Credentials) => Promise<Dispatcher>;
  readonly #all = new Set<Promise<Dispatcher>>();
  #opened: Opened | undefined;

  /** @param make opens connections with a client certificate, or none */
  constructor(make: (credentials: Credentials) => Promise<Dispatcher>) {
    this.#make = make;
  }

  /** The connections for these credentials; a new client certificate needs new ones, the old are closed when idle. */
  open(credentials: Credentials): Promise<Dispatcher> {
    if (this.#opened !== undefined && this.#opened.cert === credentials.cert) return this.#opened.dispatcher;
    if (this.#opened !== undefined) this.retire(this.#opened.dispatcher);
    const dispatcher = this.#make(credentials);
    const opened = { cert: credentials.cert, dispatcher };
    this.#opened = opened;
    this.#all.add(dispatcher);
    dispatcher.then(
      (made) => {
        made.on('disconnect', (_origin, _targets, error) => {
          if (error.message.includes(GOAWAY)) this.retire(dispatcher);
        });
      },
      () => {
        this.#all.delete(dispatcher);
        if (this.#opened === opened) this.#opened = undefined; // a file that is missing now may be there later
      },
    );
    return dispatcher;
  }

  /** Lets what is under way on them go on, and gives what comes later others: these may be dead, or are out of use. */
  retire(connections: Promise<Dispatcher>): void {
    if (this.#opened?.dispatcher === connections) this.#opened = undefined;
    else if (!this.#all.has(connections)) return;
    connections
      .then((dispatcher) => dispatcher.close())
      .catch(() => undefined)
      .finally(() => this.#all.delete(connections));
  }

  /** Closes all; requests under way fail. */
  async destroy(): Promise<void> {
    this.#opened = undefined;
    const all = [...this.#all];
    this.#all.clear();
    await Promise.all(all.map((one) => one.then((dispatcher) => dispatcher.destroy()).catch(() => undefined)));
  }
}
