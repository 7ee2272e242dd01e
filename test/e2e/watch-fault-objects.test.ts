import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { derivedName } from '../../src/lib/api/names.ts';
import { isRecord } from '../../src/lib/api/reader.ts';
import { Program, type Watching } from '../faults/program.ts';
import { clusters, describeWithServers, must, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create, field, read, remove, uidOf } from './api.ts';
import {
  addressesIn,
  condition,
  createNamespace,
  formClusterset,
  held,
  importedSlices,
  NOTHING,
} from './clusterset.ts';
import { lastOf, manySlices } from './fault-many.ts';
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
import { exported, HTTP, serviceExport } from './objects.ts';

describeWithServers('mcs reconcile --watch and what happens to objects', () => {
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let all: readonly Handle[];
  let kubeconfig: string;
  let shop: string;
  let watching: Watching;
  const program = new Program();

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    all = [east, west, north];
    await formClusterset('faults', all);
    kubeconfig = await kubeconfigBy(all);
    watching = await program.watch(['--kubeconfig', kubeconfig, ...all.flatMap(({ name }) => ['--context', name])]);
    await quiet(watching);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('shop');
    await createNamespace(shop, all);
  });

  afterAll(() => {
    watching.signal('SIGKILL');
  });

  it('answers somebody who keeps writing its fields no more often than he writes, elsewhere never, and has the last word', async () => {
    await create(east, ...exported(shop, 'web', ['10.1.0.1']));
    await arrived(all, shop, 'web', ['10.1.0.1']);
    const [ours] = await importedSlices(west, shop, 'web');
    const name = String(field(ours, 'metadata', 'name'));
    const path = `/apis/discovery.k8s.io/v1/namespaces/${shop}/endpointslices/${name}?fieldManager=stranger&force=true`;
    const body = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: shop },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.99.0.1'], conditions: { ready: true } }],
      ports: [HTTP],
    };
    const marks = await marksOf(all);
    const end = Date.now() + 5000;
    let strangers = 0;
    while (Date.now() < end) {
      // As fast as a controller that is told of every change.
      const now = await read(west, 'EndpointSlice', shop, name);
      if (now !== undefined && addressesIn([now]).includes('10.99.0.1')) continue;
      await must(west.request('PATCH', path, { body, contentType: 'application/apply-patch+yaml' }));
      strangers++;
    }
    await arrived(all, shop, 'web', ['10.1.0.1']);
    const writes = await writesSince(all, marks);
    expect(strangers).toBeGreaterThan(3);
    expect(new Set(writes.map((write) => `${write.server} ${write.name}`))).toEqual(new Set([`west ${name}`]));
    expect(writes.length).toBeLessThanOrEqual(strangers + 2);
    await converged(program, all, kubeconfig);
    isSound(watching);
  });

  it('writes nothing into a namespace that is stuck while it ends, and serves the others', async () => {
    await create(east, ...exported(shop, 'web', ['10.1.0.1']));
    await create(north, ...exported(shop, 'web', ['10.1.2.1']));
    await arrived(all, shop, 'web', ['10.1.0.1', '10.1.2.1']);
    await must(north.request('DELETE', `/api/v1/namespaces/${shop}`)); // no controller ends it
    const before = await held(north, shop, 'web');
    const marks = await marksOf(all);
    await create(east, ...exported(shop, 'late', ['10.1.0.2']));
    await change(east, 'EndpointSlice', shop, 'web-abcde', { endpoints: [{ addresses: ['10.1.0.3'] }] });
    await arrived([east, west], shop, 'late', ['10.1.0.2']);
    // What it exports counts until it is deleted.
    await arrived([east, west], shop, 'web', ['10.1.0.3', '10.1.2.1']);
    await remove(north, 'ServiceExport', shop, 'web');
    await arrived([east, west], shop, 'web', ['10.1.0.3']);
    expect((await writesSince(all, marks)).filter(({ server }) => server === 'north')).toEqual([]);
    expect(await held(north, shop, 'web')).toEqual(before);
    expect(await held(north, shop, 'late')).toEqual(NOTHING);
    isSound(watching);
    await north.removeNamespace(shop);
  });

  it('takes the clocks of servers for what they say: an hour decides who is oldest, once and for all', async () => {
    await create(east, ...exported(shop, 'web', ['10.1.0.1'], { ports: [HTTP] }));
    await create(west, ...exported(shop, 'web', ['10.1.1.1'], { ports: [HTTP], sessionAffinity: 'ClientIP' }));
    await arrived(all, shop, 'web', ['10.1.0.1', '10.1.1.1']);
    const affinity = async (at: Handle): Promise<unknown> =>
      field(await read(at, 'ServiceImport', shop, 'web'), 'spec', 'sessionAffinity');
    // As if the clock of east had been an hour ahead when the export was made.
    await inHours(east, shop, 'web', 1);
    await until(async () => {
      for (const at of all) expect(await affinity(at)).toBe('ClientIP');
      for (const at of [east, west]) {
        const conflict = condition(await read(at, 'ServiceExport', shop, 'web'), 'Conflict');
        expect(conflict).toMatchObject({ status: 'True', message: expect.stringContaining('"west"') });
      }
    });
    await converged(program, all, kubeconfig);
    const marks = await marksOf(all);
    for (const [index, at] of [east, west].entries()) {
      await change(at, 'EndpointSlice', shop, 'web-abcde', { endpoints: [{ addresses: [`10.1.${index}.2`] }] });
    }
    await arrived(all, shop, 'web', ['10.1.0.2', '10.1.1.2']);
    for (const at of all) expect(await affinity(at)).toBe('ClientIP');
    // Each slice once in each cluster, and nothing about who is oldest.
    const writes = await writesSince(all, marks);
    expect(writes.map(({ server, resource }) => `${server} ${resource}`).sort()).toEqual(
      all.flatMap(({ name }) => [`${name} endpointslices`, `${name} endpointslices`]).sort(),
    );
    isSound(watching);
  });

  it('takes 10,000 events in one go: ends where the last of them do, and writes for what they come to, not for each', async () => {
    const services = Array.from({ length: 10 }, (_, index) => `web-${index}`);
    for (const name of services) await create(east, ...exported(shop, name, ['10.1.0.1']));
    for (const name of services) await arrived(all, shop, name, ['10.1.0.1']);
    const marks = await marksOf(all);
    // All are there when it wakes, so that it gets them as fast as they can be sent.
    watching.signal('SIGSTOP');
    await manySlices(east, shop, services, 1000);
    watching.signal('SIGCONT');
    for (const name of services) await arrived(all, shop, name, [lastOf(1000)]);
    await quiet(watching);
    const writes = await writesSince(all, marks);
    expect(writes.filter(({ resource }) => resource !== 'endpointslices')).toEqual([]);
    for (const at of all) {
      const here = writes.filter(({ server }) => server === at.name);
      expect(here.length).toBeLessThan(5000);
    }
    await converged(program, all, kubeconfig);
    isSound(watching);
  });

  it('takes a CRD that goes for unknown where it was read, and makes all anew when it is back', async () => {
    await create(east, ...exported(shop, 'web', ['10.1.0.1']));
    await create(north, ...exported(shop, 'web', ['10.1.2.1']));
    await arrived(all, shop, 'web', ['10.1.0.1', '10.1.2.1']);
    const derived = derivedName(shop, 'web');
    const ip = uidOf(await read(east, 'Service', shop, derived));
    const strangers = await strangersIn(all, shop);
    const crd = 'serviceimports.multicluster.x-k8s.io';
    expect((await west.kubectl(['delete', 'crd', crd])).code).toBe(0);
    await until(() => {
      expect(told(watching, 'problem', 'west')).not.toEqual([]);
    });
    await change(east, 'EndpointSlice', shop, 'web-abcde', { endpoints: [{ addresses: ['10.1.0.2'] }] });
    await arrived([east, north], shop, 'web', ['10.1.0.2', '10.1.2.1']);
    expect((await west.kubectl(['apply', '-f', 'crds/multicluster.x-k8s.io_serviceimports.yaml'])).code).toBe(0);
    await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.1']);
    await converged(program, all, kubeconfig);
    expect(uidOf(await read(east, 'Service', shop, derived))).toBe(ip);
    // The exports of a CRD go with it: that is known, and what is left serves on.
    expect((await north.kubectl(['delete', 'crd', 'serviceexports.multicluster.x-k8s.io'])).code).toBe(0);
    await until(() => {
      expect(told(watching, 'problem', 'north')).not.toEqual([]);
    });
    expect((await north.kubectl(['apply', '-f', 'crds/multicluster.x-k8s.io_serviceexports.yaml'])).code).toBe(0);
    await until(async () => {
      await create(north, serviceExport(shop, 'web'));
    });
    await arrived(all, shop, 'web', ['10.1.0.2', '10.1.2.1']);
    await converged(program, all, kubeconfig);
    expect((await strangersIn(all, shop)).length).toBe(strangers.length);
    isSound(watching);
    await ended(watching);
  });
});

/** Sets the age of an export as its server's clock would have, in etcd: no request can. */
async function inHours(at: Handle, namespace: string, name: string, hours: number): Promise<void> {
  const { url } = shared().etcd;
  const ask = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd: ${path}: ${await response.text()}`);
    return response.json();
  };
  const coded = (text: string): string => Buffer.from(text).toString('base64');
  const text = (value: unknown): string => Buffer.from(String(value), 'base64').toString('utf8');
  const found = await ask('range', { key: coded(`/${at.name}-`), range_end: coded(`/${at.name}.`) });
  const all = field(found, 'kvs');
  const entry = (Array.isArray(all) ? all : []).find((one) =>
    text(field(one, 'key')).endsWith(`/serviceexports/${namespace}/${name}`),
  ) as unknown;
  const object: unknown = JSON.parse(text(field(entry, 'value')));
  if (!isRecord(object) || !isRecord(object.metadata)) throw new Error('no export in etcd');
  const time = new Date(Date.parse(String(object.metadata.creationTimestamp)) + hours * 3_600_000);
  const creationTimestamp = time.toISOString().replace(/\.\d+Z/, 'Z');
  const value = JSON.stringify({ ...object, metadata: { ...object.metadata, creationTimestamp } });
  await ask('put', { key: field(entry, 'key'), value: coded(value) });
}
