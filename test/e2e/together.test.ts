import { beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import type { Json } from '../../src/lib/api/reader.ts';
import { create, field, readAll } from './api.ts';
import { condition, contexts, createNamespace, formClusterset, writesDuring } from './clusterset.ts';
import { mcs, mcsDone, startMcs } from './mcs.ts';
import { exported } from './objects.ts';

const COUNT = 48;

describeWithServers('passes that meet or are cut off', () => {
  const shop = uniqueNamespace('together');
  const names = Array.from({ length: COUNT }, (_, index) => `svc-${String(index).padStart(2, '0')}`);
  let east: Handle;
  let west: Handle;
  let all: readonly Handle[];
  let reconcile: readonly string[];

  const imports = (at: Handle, namespace: string): Promise<readonly Json[]> => readAll(at, 'ServiceImport', namespace);
  const fill = async (namespace: string): Promise<void> => {
    await createNamespace(namespace, all);
    await Promise.all(
      names.map((name, index) => create(index % 2 === 0 ? east : west, ...exported(namespace, name, [`10.0.${index}.1`]))), // prettier-ignore
    );
  };
  /** Every import with its Service, its IP and its slice, and nothing else of ours. */
  const expectWhole = async (namespace: string): Promise<void> => {
    for (const at of all) {
      const found = await imports(at, namespace);
      expect(found.map((one) => field(one, 'metadata', 'name')).sort()).toEqual(names);
      const services = await readAll(at, 'Service', namespace);
      const derived = services.filter((one) => field(one, 'metadata', 'labels', 'app.kubernetes.io/managed-by') === 'mcs'); // prettier-ignore
      const slices = (await readAll(at, 'EndpointSlice', namespace)).filter(
        (one) => field(one, 'metadata', 'labels', 'endpointslice.kubernetes.io/managed-by') === 'mcs-reconciler',
      );
      expect([derived.length, slices.length]).toEqual([COUNT, COUNT]);
      const ips = derived.map((one) => field(one, 'spec', 'clusterIP'));
      expect(found.map((one) => field(one, 'spec', 'ips', 0)).sort()).toEqual(ips.sort());
      expect(found.filter((one) => field(condition(one, 'Ready'), 'status') !== 'True')).toEqual([]);
    }
  };

  beforeAll(async () => {
    const { north, ...others } = await clusters();
    ({ east, west } = others);
    all = [east, west, north];
    // Two runs that fill servers of a busy machine: what they ask may take long to be answered.
    reconcile = ['reconcile', '--quiet', '--request-timeout', '60s', ...contexts(all)];
    await formClusterset('prod', all);
  });

  it('end in one consistent state when two run at the same time', async () => {
    await fill(shop);
    const results = await Promise.all([mcs(reconcile), mcs(reconcile)]);
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }));
    await expectWhole(shop);
    const writes = await writesDuring(all, async () => {
      expect(await mcsDone(reconcile)).toContain('nothing to change');
    });
    expect(writes).toEqual([]);
  });

  it.each([['SIGINT' as const], ['SIGTERM' as const]])(
    'leave whole objects at %s, and the next completes',
    async (signal) => {
      const cut = uniqueNamespace('cut');
      await fill(cut);
      const run = startMcs(reconcile);
      await run.lines(1);
      run.signal(signal);
      const { code, stderr } = await run.ended;
      expect(code).toBe(130);
      expect(stderr).toMatch(/^error: interrupted after \d+ changes.*\nnext: run mcs reconcile again/);
      const left = await imports(west, cut);
      expect(left.length).toBeLessThan(COUNT);
      for (const one of left) {
        expect(one).toMatchObject({ spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80 }] } });
      }
      await mcsDone(reconcile);
      await expectWhole(cut);
      expect(await mcsDone(reconcile)).toContain('nothing to change');
    },
  );

  it('killed without a word leave nothing that the next cannot complete', async () => {
    const cut = uniqueNamespace('killed');
    await fill(cut);
    const run = startMcs(reconcile);
    await run.lines(1);
    run.signal('SIGKILL');
    expect((await run.ended).code).toBeUndefined();
    expect((await imports(west, cut)).length).toBeLessThan(COUNT);
    await mcsDone(reconcile);
    await expectWhole(cut);
  });
});
