import { createServer } from 'node:http';
import { connect, createServer as createTCPServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy as a company has it before its API servers. */
export interface CompanyProxy {
  /** As `proxy-url` in a kubeconfig. */
  readonly url: string;
  /** The `host:port` of each connection it was asked for, or of each request that it answered itself. */
  readonly tunnels: readonly string[];
  /** Ends all connections, as a proxy does that restarts; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/** Tunnels with CONNECT; a plain request it answers itself, with `answer`. */
export async function httpProxy(answer = '{}'): Promise<CompanyProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((request, response) => {
    tunnels.push(new URL(request.url ?? '').host);
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  proxy.on('connection', (socket: Socket) => sockets.add(socket));
  proxy.on('connect', (request, client) => {
    tunnels.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return companyProxy('http', proxy, tunnels, sockets);
}

/** SOCKS 5 (RFC 1928), without authentication, to this machine. */
export async function socksProxy(): Promise<CompanyProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createTCPServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('data', () => {
      client.write(Buffer.of(5, 0)); // no authentication
      client.once('data', (wanted) => {
        const port = wanted.readUInt16BE(wanted.length - 2);
        tunnels.push(`127.0.0.1:${port}`);
        const upstream = connect(port, '127.0.0.1', () => {
          client.write(Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
          upstream.pipe(client).pipe(upstream);
        });
        upstream.on('error', () => client.destroy());
        client.on('close', () => upstream.destroy());
      });
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return companyProxy('socks5', proxy, tunnels, sockets);
}

function companyProxy(
  scheme: string,
  server: { address(): unknown; close(done: () => void): unknown },
  tunnels: readonly string[],
  sockets: Set<Socket>,
): CompanyProxy {
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server has one
    tunnels,
    cut,
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}
