import { describe, expect, it } from 'vitest';
import { type UnexportOptions, applyUnexport, planUnexport } from '../../../src/lib/actions/unexport.ts';
import { type Folders, folders } from './folders.ts';
import { exportOf, member, serviceOf } from './manifests.ts';

const OPTIONS: UnexportOptions = { names: ['cart'], namespace: 'shop', concurrency: 4, now: '2026-03-01T00:00:00Z' };
const OURS = { labels: { 'app.kubernetes.io/managed-by': 'mcs' } };

/** An export in the file mcs itself would write, so that it may be deleted. */
function exported(set: Folders, cluster: string, created: string, mark: object = OURS): void {
  set.write(cluster, 'mcs/shop/serviceexport-cart.yaml', exportOf('shop/cart', created, mark));
}

describe('unexport', () => {
  it('says that the last exporter takes the import away, and deletes', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    exported(set, 'east', '2026-01-01T00:00:00Z');
    const plan = await planUnexport(await set.open('east'), [], OPTIONS);
    expect(plan.unexports).toMatchObject([{ cluster: 'east', action: 'delete', last: true, ours: true }]);
    await applyUnexport(plan, 'none');
    const [east] = await set.open('east');
    expect(await east?.list('ServiceExport')).toEqual([]);
  });

  it('says which values change to whose when the oldest goes (rule 22)', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart', { sessionAffinity: 'ClientIP' }));
    member(set, 'west', serviceOf('shop/cart'));
    exported(set, 'east', '2026-01-01T00:00:00Z');
    exported(set, 'west', '2026-02-01T00:00:00Z');
    const [east, west] = await set.open('east', 'west');
    if (east === undefined || west === undefined) throw new Error('two clusters expected');
    const { unexports } = await planUnexport([east], [west], OPTIONS);
    expect(unexports).toMatchObject([{ last: false, successor: 'west' }]);
    expect(unexports[0]?.changes).toContainEqual({ field: 'sessionAffinity', from: 'ClientIP', to: 'None' });
    const younger = await planUnexport([west], [east], OPTIONS);
    expect(younger.unexports[0]).not.toHaveProperty('successor');
  });

  it('is done already when there is no export', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    const plan = await planUnexport(await set.open('east'), [], OPTIONS);
    expect((await applyUnexport(plan, 'none')).unexports).toMatchObject([{ action: 'absent', last: false }]);
  });

  it('deletes what somebody else made when it is named, and says so', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    exported(set, 'east', '2026-01-01T00:00:00Z', {});
    const plan = await planUnexport(await set.open('east'), [], OPTIONS);
    expect(plan.unexports).toMatchObject([{ action: 'delete', ours: false }]);
  });

  it("reports an export that lives in a user's file, and leaves the file alone", async () => {
    const theirs = exportOf('shop/cart', '2026-01-01T00:00:00Z');
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'), theirs);
    const before = set.written('east');
    const report = await applyUnexport(await planUnexport(await set.open('east'), [], OPTIONS), 'none');
    expect(report.problems).toMatchObject([{ cluster: 'east', severity: 'partial' }]);
    expect(report.problems[0]?.message).toContain('all.yaml');
    expect(set.written('east')).toEqual(before);
  });

  it('removes nothing in a dry run', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    exported(set, 'east', '2026-01-01T00:00:00Z');
    const before = set.written('east');
    for (const dryRun of ['client', 'server'] as const) {
      await applyUnexport(await planUnexport(await set.open('east'), [], OPTIONS), dryRun);
    }
    expect(set.written('east')).toEqual(before);
  });
});
