/**
 * A TLS server in a process of its own that answers every request with the same object, and does as little as it can
 * about it: it reads no more of HTTP than where a request ends, so that the clients are what is measured. Certificate and
 * key come as files; the port goes to stdout. It ends with its parent, when stdin does.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { ANSWER } from './slice.ts';

const [cert = '', key = ''] = process.argv.slice(2);
const body = Buffer.from(JSON.stringify(ANSWER));
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
const answer = Buffer.concat([Buffer.from(head), body]);
const END = '\r\n\r\n';

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), ALPNProtocols: ['http/1.1'] }, serve);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // a TCP server has one
  console.log(port);
});
process.stdin.resume().on('end', () => {
  process.exit();
});

function serve(socket: TLSSocket): void {
  let open: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    open = open.length === 0 ? chunk : Buffer.concat([open, chunk]);
    for (let size = sizeOfRequest(open); size !== undefined && size <= open.length; size = sizeOfRequest(open)) {
      open = open.subarray(size);
      socket.write(answer);
    }
  });
}

/** Of the first request in what has arrived; undefined while its head is not whole. */
function sizeOfRequest(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(END);
  if (end === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1];
  return end + END.length + Number(length ?? 0);
}
