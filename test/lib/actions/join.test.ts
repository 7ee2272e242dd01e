import { describe, expect, it } from 'vitest';
import { type JoinOptions, type JoinReport, join } from '../../../src/lib/actions/join.ts';
import { RefusedError, UsageError } from '../../../src/lib/errors.ts';
import { type Folders, NOW, folders, membership, namespace } from './folders.ts';

async function joinTo(
  all: Folders,
  chosen: readonly string[],
  options: Partial<JoinOptions> = {},
  others: readonly string[] = [],
): Promise<JoinReport> {
  return join(await all.open(...chosen), await all.open(...others), {
    clusterset: 'prod',
    crds: [],
    dryRun: 'none',
    now: NOW,
    concurrency: 4,
    ...options,
  });
}

describe('rule 2: join', () => {
  it('writes id and membership below mcs/, with the time, and nothing the second time', async () => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    expect((await joinTo(all, ['east'])).clusters).toEqual([
      { cluster: 'east', id: 'east', outcome: 'joined', crds: [] },
    ]);
    const first = all.written('east');
    expect(Object.keys(first)).toEqual([
      '_cluster/clusterproperty-cluster.clusterset.k8s.io.yaml',
      '_cluster/clusterproperty-clusterset.k8s.io.yaml',
    ]);
    for (const { text } of Object.values(first)) expect(text).toContain(`creationTimestamp: '${NOW}'`);
    expect((await joinTo(all, ['east'])).clusters).toMatchObject([{ outcome: 'member' }]);
    expect(all.written('east')).toEqual(first);
  });

  it('writes nothing at all when one of two is refused', async () => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    all.write('west', 'a.yaml', ...membership('west', 'test'));
    await expect(joinTo(all, ['east', 'west'])).rejects.toThrow(RefusedError);
    expect(all.written('east')).toEqual({});
  });

  it.each([
    ['a member of its own clusterset', 'prod'],
    ['a member of another clusterset', 'test'],
  ])('refuses the id of %s', async (_title, clusterset) => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    all.write('north', 'a.yaml', ...membership('east', clusterset));
    await expect(joinTo(all, ['east'], {}, ['north'])).rejects.toThrow('it is the id of north');
    expect(all.written('east')).toEqual({});
  });

  it('takes the id of a cluster that left', async () => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    all.write('north', 'a.yaml', ...membership('east'));
    expect((await joinTo(all, ['east'], {}, ['north'])).clusters).toMatchObject([{ id: 'east', outcome: 'joined' }]);
  });

  it('gives an id to a member that has none', async () => {
    const all = folders();
    all.write('east', 'a.yaml', ...membership(undefined, 'prod'));
    expect((await joinTo(all, ['east'])).clusters).toMatchObject([{ id: 'east', outcome: 'joined' }]);
    expect(Object.keys(all.written('east'))).toEqual(['_cluster/clusterproperty-cluster.clusterset.k8s.io.yaml']);
  });

  it('lets a member keep an id with a dot, with a warning', async () => {
    const all = folders();
    all.write('east', 'a.yaml', ...membership('a.b', 'prod'));
    const report = await joinTo(all, ['east']);
    expect(report.clusters).toMatchObject([{ id: 'a.b', outcome: 'member' }]);
    expect(report.warnings).toEqual([expect.stringContaining('id "a.b" has a dot')]);
  });

  it('does not join with a dotted id from before', async () => {
    const all = folders();
    all.write('east', 'a.yaml', ...membership('a.b'));
    await expect(joinTo(all, ['east'])).rejects.toMatchObject({
      name: 'UsageError',
      next: expect.stringMatching(/--id a-b$/),
    });
  });

  it('changes its own id between two memberships, keeping the time it was made', async () => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    await joinTo(all, ['east']);
    const before = all.written('east');
    all.remove('east', 'mcs/_cluster/clusterproperty-clusterset.k8s.io.yaml');
    await joinTo(all, ['east'], { id: 'eu-1', now: '2026-03-01T00:00:00Z' });
    const file = '_cluster/clusterproperty-cluster.clusterset.k8s.io.yaml';
    expect(all.written('east')[file]?.text).toBe(before[file]?.text.replace('value: east', 'value: eu-1'));
  });

  it('says that two folders of one cluster are one', async () => {
    const all = folders();
    all.write('east', 'a.yaml', namespace('kube-system', 'uid-1'));
    all.write('copy', 'a.yaml', namespace('kube-system', 'uid-1'));
    await expect(joinTo(all, ['east', 'copy'])).rejects.toThrow(UsageError);
  });

  it('changes nothing in a dry run', async () => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    for (const dryRun of ['client', 'server'] as const) {
      expect((await joinTo(all, ['east'], { dryRun })).clusters).toMatchObject([{ outcome: 'joined' }]);
    }
    expect(all.written('east')).toEqual({});
  });

  it('ends when it is interrupted, with nothing written', async () => {
    const all = folders();
    all.write('east', 'shop.yaml', namespace());
    await expect(joinTo(all, ['east'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ exitCode: 130 });
    expect(all.written('east')).toEqual({});
  });
});
