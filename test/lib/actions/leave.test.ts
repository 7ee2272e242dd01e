import { expect, it } from 'vitest';
import { type LeaveOptions, type LeaveReport, leave } from '../../../src/lib/actions/leave.ts';
import { join } from '../../../src/lib/actions/join.ts';
import { type Folders, NOW, folders, membership, namespace, service, serviceExport, slice } from './folders.ts';

const ID = '_cluster/clusterproperty-cluster.clusterset.k8s.io.yaml';

async function leaving(
  all: Folders,
  chosen: readonly string[],
  options: Partial<LeaveOptions> = {},
  others: readonly string[] = [],
): Promise<LeaveReport> {
  return leave(await all.open(...chosen), await all.open(...others), {
    exports: 'mcs',
    forgetID: false,
    dryRun: 'none',
    concurrency: 4,
    ...options,
  });
}

/** Two members; east exports web, with our mark; reconciled. */
async function shop(): Promise<Folders> {
  const all = folders();
  all.write('east', 'shop.yaml', namespace(), service('web'), slice('web', '10.0.0.1'));
  all.write('west', 'shop.yaml', namespace());
  const options = { clusterset: 'prod', crds: [], dryRun: 'none', now: NOW, concurrency: 4 } as const;
  await join(await all.open('east', 'west'), [], options);
  const [east] = await all.open('east');
  await east?.apply('ServiceExport', {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: {
      name: 'web',
      namespace: 'shop',
      creationTimestamp: NOW,
      labels: { 'app.kubernetes.io/managed-by': 'mcs' },
    },
  });
  await all.pass();
  return all;
}

it('leaves the id alone of what mcs wrote, and says what is left elsewhere', async () => {
  const all = await shop();
  const report = await leaving(all, ['east'], {}, ['west']);
  expect(Object.keys(all.written('east'))).toEqual([ID]);
  const [left] = report.clusters;
  expect(left?.removed.slice(0, 3)).toEqual([
    { kind: 'ServiceExport', object: 'shop/web' },
    { kind: 'ClusterProperty', object: 'clusterset.k8s.io' },
    { kind: 'ServiceImport', object: 'shop/web' },
  ]);
  expect(left).toMatchObject({
    outcome: 'left',
    importsElsewhere: [{ cluster: 'west', services: ['shop/web'] }],
    next: expect.stringMatching(/^mcs reconcile --dir \S*east --dir \S*west$/),
  });
  await all.pass();
  expect(Object.keys(all.written('west'))).toHaveLength(2);
});

it('asks with what will go, and takes no for an answer', async () => {
  const all = await shop();
  const before = all.written('east');
  const report = await leaving(all, ['east'], {
    confirm: (preview) => {
      expect(preview).toMatchObject([{ cluster: 'east', id: 'east', clusterset: 'prod', joinedByMcs: true }]);
      return Promise.resolve(false);
    },
  });
  expect(report).toMatchObject({ confirmed: false, clusters: [] });
  expect(all.written('east')).toEqual(before);
});

it('does not ask where there is nothing to remove', async () => {
  const all = folders();
  all.write('east', 'shop.yaml', namespace(), serviceExport('web'));
  const report = await leaving(all, ['east'], { confirm: () => Promise.reject(new Error('asked')) });
  expect(report.clusters).toMatchObject([{ outcome: 'none', removed: [] }]);
});

it('refuses for all when one of two has an export that mcs did not make', async () => {
  const all = await shop();
  all.write('west', 'export.yaml', serviceExport('web'));
  const before = all.written('east');
  await expect(leaving(all, ['east', 'west'])).rejects.toThrow('west still exports shop/web, which mcs did not make');
  expect(all.written('east')).toEqual(before);
});

it("names the user's file that holds the membership, and writes nothing", async () => {
  const all = folders();
  all.write('east', 'cluster.yaml', ...membership('east', 'prod'));
  await expect(leaving(all, ['east'])).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/^east: ClusterProperty clusterset\.k8s\.io is in .*cluster\.yaml:\d+/),
  });
});

it('forgets the id, last, also in a second run', async () => {
  const all = await shop();
  await leaving(all, ['east']);
  const report = await leaving(all, ['east'], { forgetID: true }, ['west']);
  expect(report.clusters[0]?.removed).toEqual([{ kind: 'ClusterProperty', object: 'cluster.clusterset.k8s.io' }]);
  expect(report.clusters[0]?.next).toMatch(/--gone east$/);
  expect(all.written('east')).toEqual({});
});

it('ends when it is interrupted, with nothing written', async () => {
  const all = await shop();
  const before = all.written('east');
  await expect(leaving(all, ['east'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ exitCode: 130 });
  expect(all.written('east')).toEqual(before);
});
