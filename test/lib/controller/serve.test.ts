import { Agent, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseListenAddress } from '../../../src/lib/controller/serve-address.ts';
import { serve, type Check, type Served } from '../../../src/lib/controller/serve.ts';
import { ConfigError, UsageError } from '../../../src/lib/errors.ts';

const OK: Check = { ok: true, reasons: [] };

let ready: Check;
let healthy: Check;
let text: () => Promise<string>;
let served: Served;
const agent = new Agent({ keepAlive: true });

beforeEach(async () => {
  ready = OK;
  healthy = OK;
  text = () => Promise.resolve('mcs_leader 1\n');
  const metrics = { contentType: 'text/plain; version=0.0.4', text: () => text() };
  served = await serve({ address: '127.0.0.1:0', metrics, ready: () => ready, healthy: () => healthy });
});

afterEach(async () => {
  await served.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(path: string, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: served.host, port: served.port, path, method, agent }, (response) => {
      let received = '';
      response.setEncoding('utf8').on('data', (part: string) => (received += part));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: received });
      });
    });
    sent.on('error', reject).end(body);
  });
}

describe('the pages', () => {
  it('/metrics is what the metrics say now', async () => {
    expect(await ask('/metrics')).toMatchObject({
      status: 200,
      body: 'mcs_leader 1\n',
      headers: { 'content-type': 'text/plain; version=0.0.4', 'content-length': '13' },
    });
    text = () => Promise.resolve('mcs_leader 0\n');
    expect((await ask('/metrics?format=any')).body).toBe('mcs_leader 0\n');
  });

  it('/readyz is 503 with a line for each reason, and 200 once there is none', async () => {
    ready = { ok: false, reasons: ['east: not synced: Service', 'west:\n\u001b[31mnot reached'] };
    expect(await ask('/readyz')).toMatchObject({
      status: 503,
      body: 'east: not synced: Service\nwest:  [31mnot reached\n',
    });
    expect((await ask('/healthz')).status).toBe(200);
    ready = OK;
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('/healthz is its own question', async () => {
    healthy = { ok: false, reasons: [] };
    expect(await ask('/healthz')).toMatchObject({ status: 503, body: 'not ok\n' });
    expect((await ask('/readyz')).status).toBe(200);
  });

  it('are three; everything else is 404 and names them', async () => {
    for (const path of ['/', '/metrics/', '/debug', '//metrics', '/__proto__']) {
      expect(await ask(path)).toMatchObject({ status: 404, body: 'try /metrics, /healthz, /readyz\n' });
    }
  });

  it('can be asked for their headers alone, and not be written to', async () => {
    expect(await ask('/metrics', 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '13' } });
    for (const method of ['POST', 'PUT', 'PATCH']) {
      expect(await ask('/metrics', method, 'x'.repeat(100_000))).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
    }
    expect((await ask('/metrics')).status).toBe(200);
  });

  it('that fail are 500 for this request, and the next is answered', async () => {
    text = () => Promise.reject(new Error('no metrics today'));
    expect(await ask('/metrics')).toMatchObject({ status: 500, body: 'no metrics today\n' });
    ready = OK;
    expect((await ask('/readyz')).status).toBe(200);
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['no request at all', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['headers without an end', `GET /metrics HTTP/1.1\r\nx: ${'x'.repeat(20_000)}`, /^HTTP\/1\.1 431 /],
  ])('%s: is refused, and others are served', async (_, bytes, expected) => {
    const socket = await connected();
    const answered = received(socket);
    socket.write(bytes);
    expect(await answered).toMatch(expected);
    expect((await ask('/metrics')).status).toBe(200);
  });
});

describe('closing', () => {
  it('ends connections that are kept for later, and frees the port', async () => {
    await ask('/metrics');
    const idle = await connected();
    const ended = received(idle);
    await served.close();
    expect(await ended).toBe('');
    const successor = createServer().listen(served.port, '127.0.0.1');
    await new Promise((resolve, reject) => successor.once('listening', resolve).once('error', reject));
    await new Promise((resolve) => successor.close(resolve));
  });

  it('lets a request that is being answered end', async () => {
    let give: (body: string) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      text = () => {
        resolve();
        return new Promise((done) => (give = done));
      };
    });
    const answer = ask('/metrics');
    await asked;
    const closed = served.close();
    give('late\n');
    expect(await answer).toMatchObject({ status: 200, body: 'late\n' });
    await closed;
  });

  it('does not wait for one that is never answered', async () => {
    const asked = new Promise<void>((resolve) => {
      text = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const answer = ask('/metrics').catch((error: unknown) => error);
    await asked;
    await served.close();
    expect(await answer).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('an address', () => {
  it.each([
    [':8080', { port: 8080 }],
    ['127.0.0.1:9000', { host: '127.0.0.1', port: 9000 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('%s is one', (address, expected) => {
    expect(parseListenAddress(address)).toEqual(expected);
  });

  it.each(['', '8080', ':', ':http', ':65536', ':-1', '::1:8080', '[127.0.0.1]:80', '[]:80', 'a b:80', 'http://a:80'])(
    '"%s" is none, and the message names the flag',
    (address) => {
      expect(() => parseListenAddress(address)).toThrow(UsageError);
      expect(() => parseListenAddress(address)).toThrow(/^--metrics-address /);
    },
  );

  it('that is taken is an error with the flag to change', async () => {
    const address = `127.0.0.1:${served.port}`;
    const failure = await failureOf(address);
    expect(failure.message).toBe(`--metrics-address ${address}: cannot listen: something else listens there`);
    expect(failure.next).toMatch(/--metrics-address/);
  });

  it('of another machine is an error with the flag to change', async () => {
    // TEST-NET-1 of RFC 5737: nobody's.
    expect((await failureOf('192.0.2.1:8080')).message).toMatch(/^--metrics-address 192\.0\.2\.1:8080: .*no such addr/);
  });
});

async function failureOf(address: string): Promise<ConfigError> {
  const metrics = { contentType: 'text/plain', text };
  const opened = await serve({ address, metrics, ready: () => OK }).catch((error: unknown) => error);
  if (opened instanceof ConfigError) return opened;
  throw new Error('a ConfigError was expected', { cause: opened });
}

function connected(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(served.port, served.host);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** All that comes until the other side ends it. */
function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let bytes = '';
    socket.setEncoding('utf8').on('data', (part: string) => (bytes += part));
    socket.once('close', () => {
      resolve(bytes);
    });
    socket.on('error', () => undefined);
  });
}
