import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Program, type Watching } from '../faults/program.ts';
import { startProxy, type Proxy } from '../faults/proxy.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create, read, remove } from './api.ts';
import { addressesIn, createNamespace, formClusterset, importedSlices } from './clusterset.ts';
import { startGateway, type Gateway } from './fault-gateway.ts';
import {
  arrived,
  converged,
  ended,
  isSound,
  kubeconfigBy,
  marksOf,
  quiet,
  replace,
  told,
  until,
  writesSince,
} from './fault-run.ts';
import { exported } from './objects.ts';

/** East behind a gateway, by a token file; west behind one, by a credential plugin; north behind a TCP proxy. */
describeWithServers('mcs reconcile --watch on bad connections', () => {
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let all: readonly Handle[];
  let toEast: Gateway;
  let toWest: Gateway;
  let toNorth: Proxy;
  let direct: string;
  let shop: string;
  let watching: Watching;
  let orphanedAt: number;
  let found: Promise<number>;
  const program = new Program();
  const dir = temporaryFolder('credentials');
  const [tokenFile, credential] = [join(dir, 'token'), join(dir, 'credential.json')];

  /** What the gateways let through is what is in the files, once it is. */
  async function issue(token: string): Promise<void> {
    await replace(tokenFile, token);
    const status = { token, expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() };
    const apiVersion = 'client.authentication.k8s.io/v1';
    await replace(credential, JSON.stringify({ apiVersion, kind: 'ExecCredential', status }));
  }

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    all = [east, west, north];
    await formClusterset('faults', all);
    shop = uniqueNamespace('shop');
    await createNamespace(shop, all);
    toEast = await startGateway(east.info);
    toWest = await startGateway(west.info);
    toNorth = await startProxy(Number(new URL(north.info.url).port));
    await issue('first');
    const apiVersion = 'client.authentication.k8s.io/v1';
    const exec = { apiVersion, command: 'cat', args: [credential], interactiveMode: 'Never' };
    direct = await kubeconfigBy(all);
    const kubeconfig = await kubeconfigBy(all, {
      east: { url: toEast.url, user: { tokenFile } },
      west: { url: toWest.url, user: { exec } },
      north: { url: `https://127.0.0.1:${toNorth.port}`, user: { token: north.info.tokens.admin } },
    });
    for (const gateway of [toEast, toWest]) gateway.meddle = onlyWith('first');
    for (const [index, server] of all.entries())
      await create(server, ...exported(shop, `web-${index}`, [`10.1.${index}.1`]));
    watching = await program.watch(['--kubeconfig', kubeconfig, ...all.flatMap(({ name }) => ['--context', name])]);
    await quiet(watching);
    await arrived(all, shop, 'web-2', ['10.1.2.1']);
    // The first of these tests has begun: what it shows takes mcs more than a minute, and the others go on meanwhile.
    toNorth.orphan();
    orphanedAt = Date.now();
    await endpoints(north, 'web-2', ['10.1.2.2']);
    found = lookFor('web-2', '10.1.2.2');
  });

  afterEach(() => {
    toWest.meddle = toEast.meddle;
  });

  afterAll(async () => {
    watching.signal('SIGKILL');
    await Promise.all([toEast.close(), toWest.close(), toNorth.close()]);
  });

  const endpoints = (at: Handle, name: string, addresses: readonly string[]): Promise<void> =>
    change(at, 'EndpointSlice', shop, `${name}-abcde`, {
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    });

  /** When east has an endpoint. */
  async function lookFor(name: string, address: string): Promise<number> {
    while (!addressesIn(await importedSlices(east, shop, name)).includes(address)) await sleep(1000);
    return Date.now();
  }

  it('loses nothing when a connection is cut in mid-event', async () => {
    const cut = toEast.cutInMidEvent();
    await endpoints(east, 'web-0', ['10.1.0.2']);
    await cut;
    await arrived([east, west], shop, 'web-0', ['10.1.0.2']);
    await endpoints(east, 'web-0', ['10.1.0.3']);
    await arrived([east, west], shop, 'web-0', ['10.1.0.3']);
    isSound(watching);
  });

  it('takes up a renewed token file and asks the credential plugin again, without a restart', async () => {
    const marks = await marksOf(all);
    const before = addressesIn(await importedSlices(west, shop, 'web-0'));
    for (const gateway of [toEast, toWest]) {
      gateway.meddle = onlyWith('second');
      gateway.endWatches();
    }
    await until(() => {
      for (const { name } of [east, west])
        expect(told(watching, 'problem', name).join()).toMatch(/credentials|401|refuse/i);
    });
    await endpoints(east, 'web-0', ['10.1.0.4']);
    await remove(west, 'ServiceExport', shop, 'web-1');
    // Who may not ask does not know, and takes nothing away for it.
    expect(await writesSince(all, marks)).toEqual([]);
    expect(addressesIn(await importedSlices(west, shop, 'web-0'))).toEqual(before);
    await issue('second');
    await arrived([east, west], shop, 'web-0', ['10.1.0.4']);
    await until(async () => {
      expect(await read(east, 'ServiceImport', shop, 'web-1')).toBeUndefined();
    });
    await until(() => {
      for (const { name } of [east, west]) expect(told(watching, 'solved', name)).not.toEqual([]);
    });
    isSound(watching);
  });

  it('gets through where every third write fails with a 5xx, and does not hammer', async () => {
    let count = 0;
    let refused = 0;
    toWest.meddle = (passing) => {
      if (passing.method === 'GET' || count++ % 3 !== 2) return toEast.meddle(passing);
      refused++;
      return { status: [500, 502, 503][refused % 3] ?? 500 };
    };
    for (let index = 0; index < 10; index++)
      await create(east, ...exported(shop, `five-${index}`, [`10.2.0.${index + 1}`]));
    for (let index = 0; index < 10; index++)
      await arrived([east, west], shop, `five-${index}`, [`10.2.0.${index + 1}`]);
    expect(refused).toBeGreaterThan(10);
    // Creating an import takes at most five writes, a third of them twice.
    expect(count).toBeLessThan(10 * 5 * 3);
    isSound(watching);
  });

  it('waits as long as a server asks that has too much to do, while the others are served', async () => {
    let count = 0;
    toWest.meddle = (passing) => {
      if (passing.method === 'GET') return toEast.meddle(passing);
      count++;
      return { status: 429, headers: { 'retry-after': '2' } };
    };
    const began = Date.now();
    for (let index = 0; index < 10; index++)
      await create(east, ...exported(shop, `many-${index}`, [`10.3.0.${index + 1}`]));
    for (let index = 0; index < 10; index++) await arrived([east], shop, `many-${index}`, [`10.3.0.${index + 1}`]);
    await until(() => {
      expect(Date.now() - began).toBeGreaterThan(5000);
    });
    // Ten services, each with one write, tried again two seconds after it was refused.
    const tries = Math.floor((Date.now() - began) / 2000) + 1;
    expect(count).toBeGreaterThan(2);
    expect(count).toBeLessThanOrEqual(10 * tries);
    expect(await importedSlices(west, shop, 'many-0')).toEqual([]);
    toWest.meddle = toEast.meddle;
    for (let index = 0; index < 10; index++) await arrived([west], shop, `many-${index}`, [`10.3.0.${index + 1}`]);
    isSound(watching);
  });

  it('finds a half-open connection within two minutes, and loses nothing', async () => {
    const took = (await found) - orphanedAt;
    // Not sooner than the silence: else it was no half-open connection.
    expect(took).toBeGreaterThan(60_000);
    expect(took).toBeLessThan(120_000);
    await arrived(all, shop, 'web-2', ['10.1.2.2']);
    await converged(program, all, direct);
    isSound(watching);
    await ended(watching);
  });
});

function onlyWith(valid: string): Gateway['meddle'] {
  return ({ token }) => (token === valid ? undefined : { status: 401 });
}
