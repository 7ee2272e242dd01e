import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Program, type Watching } from '../faults/program.ts';
import { describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { startServer, type Server } from '../kube/servers.ts';
import { change, create, read, remove } from './api.ts';
import { addressesIn, contexts, createNamespace, held, importedSlices } from './clusterset.ts';
import { startKeptEtcd, type KeptEtcd } from './fault-etcd.ts';
import {
  arrived,
  converged,
  ended,
  isSound,
  kubeconfigBy,
  marksOf,
  quiet,
  strangersIn,
  told,
  until,
  writesSince,
} from './fault-run.ts';
import { exported, serviceExport } from './objects.ts';

/** Seconds. */
const LONG = 60;

/** `one` and `two` stay; what happens, happens to `three`, which has an etcd of its own. */
describeWithServers('mcs reconcile --watch and an API server', () => {
  let etcd: KeptEtcd;
  let servers: Server[];
  let doomed: Server;
  let one: Handle;
  let two: Handle;
  let three: Handle;
  let all: readonly Handle[];
  let kubeconfig: string;
  let shop: string;
  let watching: Watching;
  const program = new Program();

  beforeAll(async () => {
    const { assets, etcd: common } = shared();
    etcd = await startKeptEtcd(assets);
    const start = (name: string, of: { readonly url: string }, index: number): Promise<Server> =>
      startServer(assets, { name, etcd: of, serviceCIDR: `10.${70 + index}.0.0/16` });
    const [a, b, c] = await Promise.all([start('one', common, 0), start('two', common, 1), start('three', etcd, 2)]);
    [servers, doomed] = [[a, b, c], c];
    [one, two, three] = [await handle(a.info), await handle(b.info), await handle(c.info)];
    all = [one, two, three];
    kubeconfig = await kubeconfigBy(all);
    await program.document(['join', 'faults', '--kubeconfig', kubeconfig, ...contexts(all)]);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('shop');
    await createNamespace(shop, all);
    await create(one, ...exported(shop, 'web', ['10.1.0.1']));
    await create(three, ...exported(shop, 'web', ['10.1.2.1']));
  });

  afterEach(() => {
    watching.signal('SIGKILL');
  });

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await etcd.kill();
  });

  async function start(...args: readonly string[]): Promise<void> {
    watching = await program.watch(['--kubeconfig', kubeconfig, ...contexts(all), ...args]);
    await quiet(watching);
    await arrived(all, shop, 'web', ['10.1.0.1', '10.1.2.1']);
  }

  const endpoint = (at: Handle, address: string): Promise<void> =>
    change(at, 'EndpointSlice', shop, 'web-abcde', { endpoints: [{ addresses: [address] }] });

  it.each([1, LONG])(
    'keeps what a server gave that is killed for %i s, serves the others, and goes on',
    async (seconds) => {
      await start();
      const strangers = await strangersIn(all, shop);
      const marks = await marksOf([one, two]);
      await doomed.kill();
      const killed = Date.now();
      await endpoint(one, '10.1.0.2');
      await arrived([one, two], shop, 'web', ['10.1.0.2', '10.1.2.1']);
      await create(two, ...exported(shop, 'new', ['10.1.1.1']));
      await arrived([one, two], shop, 'new', ['10.1.1.1']);
      await sleep(Math.max(0, killed + seconds * 1000 - Date.now())); // the outage itself
      expect(told(watching, 'problem', 'three')).not.toEqual([]);
      await doomed.restart();
      await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.1']);
      await arrived(all, shop, 'new', ['10.1.1.1']);
      await endpoint(three, '10.1.2.2');
      await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.2']);
      const writes = await writesSince([one, two], marks);
      expect(writes.filter(({ verb }) => verb === 'delete')).toEqual([]);
      await converged(program, all, kubeconfig);
      await endpoint(one, '10.1.0.1');
      await endpoint(three, '10.1.2.1');
      expect((await strangersIn(all, shop)).length).toBe(strangers.length + 3);
      isSound(watching);
      await ended(watching);
    },
  );

  it('serves the others at once beside a server that is frozen, and catches up when it thaws', async () => {
    await start('--request-timeout', '3s');
    const marks = await marksOf([one, two]);
    doomed.freeze();
    try {
      const frozen = Date.now();
      for (let round = 2; round < 6; round++) {
        await endpoint(one, `10.1.0.${round}`);
        await arrived([one, two], shop, 'web', [`10.1.0.${round}`, '10.1.2.1']);
      }
      await create(two, ...exported(shop, 'new', ['10.1.1.1']));
      await arrived([one, two], shop, 'new', ['10.1.1.1']);
      // Its requests are found to be slow, its watches not yet.
      await until(() => {
        expect(told(watching, 'problem', 'three').join()).toContain('no answer within 3 s');
      });
      expect(Date.now() - frozen).toBeLessThan(60_000);
    } finally {
      doomed.thaw();
    }
    await arrived(all, shop, 'web', ['10.1.0.5', '10.1.2.1']);
    await arrived(all, shop, 'new', ['10.1.1.1']);
    expect((await writesSince([one, two], marks)).filter(({ verb }) => verb === 'delete')).toEqual([]);
    await converged(program, all, kubeconfig);
    isSound(watching);
    await ended(watching);
  });

  it('finds what it missed when the server has forgotten it (410 after compaction)', async () => {
    await create(three, ...exported(shop, 'gone', ['10.1.2.9']));
    await start();
    await arrived(all, shop, 'gone', ['10.1.2.9']);
    await doomed.kill();
    await until(() => {
      expect(told(watching, 'problem', 'three')).not.toEqual([]);
    });
    // Nobody sees what happens meanwhile: another process of this server, of which mcs knows nothing.
    const marks = await marksOf([one, two]);
    watching.signal('SIGSTOP');
    await doomed.restart();
    await remove(three, 'ServiceExport', shop, 'gone');
    await remove(three, 'ServiceExport', shop, 'web');
    await create(three, serviceExport(shop, 'web'));
    await endpoint(three, '10.1.2.3');
    await etcd.compact();
    await doomed.restart(); // its memory of what happened goes too
    watching.signal('SIGCONT');
    await arrived(all, shop, 'web', ['10.1.0.1', '10.1.2.3']);
    await until(async () => {
      for (const at of all) expect((await held(at, shop, 'gone')).import).toBeUndefined();
    });
    const deleted = (await writesSince([one, two], marks)).filter(({ verb }) => verb === 'delete');
    expect(deleted.filter(({ name }) => name === 'web')).toEqual([]);
    await converged(program, all, kubeconfig);
    isSound(watching);
    await ended(watching);
  });

  it('follows a server back to an older state of its etcd, and touches nothing of strangers', async () => {
    await start();
    await create(three, {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceImport',
      metadata: { name: 'theirs', namespace: shop },
      spec: { type: 'ClusterSetIP', ports: [{ port: 1 }] },
    });
    await etcd.keep();
    await until(async () => {
      await create(three, ...exported(shop, 'later', ['10.1.2.5']));
    });
    await arrived(all, shop, 'later', ['10.1.2.5']);
    await endpoint(three, '10.1.2.2');
    await endpoint(one, '10.1.0.2');
    await create(one, ...exported(shop, 'new', ['10.1.0.7']));
    await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.2']);
    await arrived(all, shop, 'new', ['10.1.0.7']);
    await doomed.stop();
    await etcd.goBack();
    await doomed.restart();
    const strangers = await strangersIn(all, shop);
    await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.1']);
    await arrived(all, shop, 'new', ['10.1.0.7']);
    await until(async () => {
      for (const at of all) expect((await held(at, shop, 'later')).import).toBeUndefined();
    });
    await converged(program, all, kubeconfig);
    expect(await strangersIn(all, shop)).toEqual(strangers);
    expect(await read(three, 'ServiceImport', shop, 'theirs')).toBeDefined();
    // Its versions are those of before, and so are those of what happens now.
    await endpoint(three, '10.1.2.3');
    await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.3']);
    isSound(watching);
    await ended(watching);
  });

  it('--stale-after: what a cluster gave goes when it was away for that long, and comes back with it', async () => {
    await start('--stale-after', '4s');
    await doomed.kill();
    const killed = Date.now();
    await arrived([one, two], shop, 'web', ['10.1.0.1']);
    expect(Date.now() - killed).toBeGreaterThan(3500);
    await doomed.restart();
    await arrived(all, shop, 'web', ['10.1.0.1', '10.1.2.1']);
    expect(addressesIn(await importedSlices(two, shop, 'web'))).toContain('10.1.2.1');
    await converged(program, all, kubeconfig);
    isSound(watching);
    await ended(watching);
  });
});
