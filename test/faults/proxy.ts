import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a server, for faults of the way between. */
export interface Proxy {
  readonly port: number;
  /** Resets every connection that is open; new ones are let through. */
  cut(): void;
  /** Cuts the first connection on which so many more bytes come from the server, right after them. Resolves then. */
  cutAfter(bytes: number): Promise<void>;
  /** Passes nothing on, both ways, and keeps every connection; what was sent arrives after `heal`. */
  hold(): void;
  /**
   * Loses the server's end of every connection that is open and leaves the client's end open and silent, for good: a
   * half-open connection. New ones are let through.
   */
  orphan(): void;
  /** Passes on again. */
  heal(): void;
  close(): Promise<void>;
}

/** A cut that is to come. */
interface Cutting {
  readonly bytes: number;
  /** Bytes since, by the socket that they came from. */
  readonly passed: Map<Socket, number>;
  readonly done: () => void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Listens on a free port on loopback and passes on to another. */
export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<Pair>();
  const orphans = new Set<Socket>();
  let held = false;
  let cutting: Cutting | undefined;
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const pair = { client, server };
    pairs.add(pair);
    const end = (): void => {
      if (orphans.has(client)) return;
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('close', () => orphans.delete(client));
    join(client, server);
    join(server, client);
    if (held) rest(pair);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cut: () => {
      for (const { client, server } of pairs) {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }
      pairs.clear();
    },
    cutAfter: (bytes) =>
      new Promise((done) => {
        cutting = { bytes, passed: new Map([...pairs].map(({ server }) => [server, 0])), done };
      }),
    hold: () => {
      held = true;
      for (const pair of pairs) rest(pair);
    },
    orphan: () => {
      for (const { client, server } of pairs) {
        orphans.add(client);
        client.removeAllListeners('data');
        client.resume(); // what it sends is lost
        server.resetAndDestroy();
      }
      pairs.clear();
    },
    heal: () => {
      held = false;
      for (const { client, server } of pairs) {
        client.resume();
        server.resume();
      }
    },
    close: () =>
      new Promise((resolve) => {
        for (const { client, server } of pairs) {
          client.destroy();
          server.destroy();
        }
        for (const client of orphans) client.destroy();
        listener.close(() => {
          resolve();
        });
      }),
  };

  function rest({ client, server }: Pair): void {
    client.pause();
    server.pause();
  }

  /** True when the data were the last that a connection is given. */
  function cut(from: Socket, to: Socket, data: Buffer): boolean {
    const passed = cutting?.passed.get(from);
    if (cutting === undefined || passed === undefined) return false;
    const { bytes, done } = cutting;
    cutting.passed.set(from, passed + data.length);
    if (passed + data.length < bytes) return false;
    cutting = undefined;
    to.write(data.subarray(0, bytes - passed), () => {
      to.destroy();
      done();
    });
    return true;
  }

  /** By hand, since `pipe` would go on after a pause. */
  function join(from: Socket, to: Socket): void {
    from.on('data', (data: Buffer) => {
      if (cut(from, to, data) || to.destroyed || to.write(data)) return;
      from.pause();
      to.once('drain', () => {
        if (!held) from.resume();
      });
    });
    from.on('end', () => {
      if (!orphans.has(from) && !orphans.has(to)) to.end();
    });
  }
}
