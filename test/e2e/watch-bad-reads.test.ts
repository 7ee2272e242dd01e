import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Program, type Watching } from '../faults/program.ts';
import { startProxy, type Proxy } from '../faults/proxy.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create } from './api.ts';
import { contexts, createNamespace, formClusterset } from './clusterset.ts';
import { startGateway, type Gateway } from './fault-gateway.ts';
import { arrived, converged, ended, isSound, kubeconfigBy, marksOf, quiet, until, writesSince } from './fault-run.ts';
import { exported } from './objects.ts';

interface Refused {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Seconds that the gateway asks for. */
const LATER = 2;

/** East behind a TCP proxy, so by HTTP/2 as the server offers it; west behind a gateway. */
describeWithServers('mcs reconcile --watch whose reads are cut or refused', () => {
  const program = new Program();
  const shop = uniqueNamespace('reads');
  let east: Handle;
  let all: readonly Handle[];
  let toEast: Proxy;
  let toWest: Gateway;
  let direct: string;
  let through: readonly string[];
  let watching: Watching;

  beforeAll(async () => {
    const { west, ...rest } = await clusters();
    ({ east } = rest);
    all = [east, west];
    await formClusterset('reads', all);
    await createNamespace(shop, all);
    await create(east, ...exported(shop, 'web', ['10.7.0.1']));
    toEast = await startProxy(Number(new URL(east.info.url).port));
    toWest = await startGateway(west.info);
    direct = await kubeconfigBy(all);
    const path = await kubeconfigBy(all, {
      east: { url: `https://127.0.0.1:${toEast.port}`, user: { token: east.info.tokens.admin } },
      west: { url: toWest.url, user: { token: 'any' } },
    });
    through = ['--kubeconfig', path, ...contexts(all)];
    watching = await program.watch(through);
    await quiet(watching);
    await arrived(all, shop, 'web', ['10.7.0.1']);
  });

  afterEach(() => {
    toWest.meddle = () => undefined;
  });

  afterAll(async () => {
    watching.signal('SIGKILL');
    await Promise.all([toEast.close(), toWest.close()]);
  });

  const moveTo = (address: string, metadata = {}): Promise<void> =>
    change(east, 'EndpointSlice', shop, 'web-abcde', { metadata, endpoints: [{ addresses: [address] }] });

  it('loses nothing when an HTTP/2 connection is cut in the midst of an event', async () => {
    // An event of several TLS records, of which the first gets through, but not the last.
    const cut = toEast.cutAfter(40_000);
    await moveTo('10.7.0.2', { annotations: { large: 'x'.repeat(100_000) } });
    await cut;
    await arrived(all, shop, 'web', ['10.7.0.2']);
    await moveTo('10.7.0.3', { annotations: { large: null } });
    await arrived(all, shop, 'web', ['10.7.0.3']);
    await converged(program, all, direct);
    isSound(watching);
  });

  it('asks no more often than a server wants that refuses lists and watches, and deletes nothing meanwhile', async () => {
    const marks = await marksOf(all);
    const refused = (): readonly Refused[] =>
      toWest.passed.flatMap(({ path, at, status }) => (status === 429 ? [{ path: path.replace(/\?.*/, ''), at }] : []));
    toWest.meddle = ({ method }) =>
      method === 'GET' ? { status: 429, headers: { 'retry-after': String(LATER) } } : undefined;
    toWest.endWatches();
    await until(() => {
      expect(watching.of('problem').at(-1)).toMatchObject({ problem: { cluster: 'west' } });
    });
    const slices = '/apis/discovery.k8s.io/v1/endpointslices';
    await until(() => {
      expect(refused().filter(({ path }) => path === slices).length).toBeGreaterThan(2);
    });
    for (const path of [slices, '/api/v1/namespaces', '/api/v1/services']) {
      const times = refused().filter((one) => one.path === path);
      const gaps = times.slice(1).map(({ at }, index) => at - (times[index]?.at ?? 0));
      expect(Math.min(...gaps), path).toBeGreaterThan(LATER * 1000 - 100); // a slow machine makes them longer
    }
    await moveTo('10.7.0.4');
    await arrived([east], shop, 'web', ['10.7.0.4']);
    expect(
      (await writesSince(all, marks)).filter(({ verb, server }) => verb === 'delete' || server === 'west'),
    ).toEqual([]);
    toWest.meddle = () => undefined;
    await arrived(all, shop, 'web', ['10.7.0.4']);
    await converged(program, all, direct);
    isSound(watching);
    await ended(watching);
  });

  it('begins beside a server that refuses lists and watches, and takes it in when it does not any more', async () => {
    toWest.meddle = ({ method }) => (method === 'GET' ? { status: 429, headers: { 'retry-after': '1' } } : undefined);
    await moveTo('10.7.0.5');
    watching = await program.watch(through);
    await arrived([east], shop, 'web', ['10.7.0.5']);
    toWest.meddle = () => undefined;
    await arrived(all, shop, 'web', ['10.7.0.5']);
    await converged(program, all, direct);
    isSound(watching);
    await ended(watching);
  });
});
