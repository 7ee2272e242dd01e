import { describe, expect, it } from 'vitest';
import { type NamespaceReport, type NamespacesOptions, namespaces } from '../../../src/lib/actions/namespaces.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import { type Folders, folders, membership, namespace, serviceImport } from './folders.ts';
import { exportOf, member, serviceOf } from './manifests.ts';

const EARLY = '2026-01-01T00:00:00Z';
const ALL = ['east', 'west', 'north'];

async function report(
  set: Folders,
  clusters: readonly string[] = ALL,
  more: Partial<NamespacesOptions> = {},
): Promise<NamespaceReport> {
  return namespaces(await set.open(...clusters), {
    names: [],
    all: false,
    missing: false,
    ownerKeys: [],
    concurrency: 4,
    ...more,
  });
}

/** A Namespace of a user's with labels, annotations or more. */
function owned(name: string, labels: object, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, ...more } };
}

/** Names of the rows, each with the states of the clusters. */
const states = ({ namespaces: rows }: NamespaceReport): object =>
  Object.fromEntries(rows.map((row) => [row.namespace, row.clusters.map(({ state }) => state)]));

/** east exports billing/invoice and shop/cart, west shop/cart; north has shop alone. */
function shop(): Folders {
  const set = folders();
  member(
    set,
    'east',
    ...[serviceOf('billing/invoice'), exportOf('billing/invoice', EARLY)],
    ...[serviceOf('shop/cart'), exportOf('shop/cart', EARLY)],
  );
  member(set, 'west', serviceOf('shop/cart'), exportOf('shop/cart', EARLY), namespace('billing'));
  member(set, 'north', namespace('shop'));
  return set;
}

describe('the matrix of namespaces', () => {
  it('says of every cluster whether it has them, and how many services it exports', async () => {
    const { namespaces: rows, clusterset } = await report(shop());
    expect(clusterset).toBe('prod');
    expect(rows).toMatchObject([
      {
        namespace: 'billing',
        services: ['invoice'],
        exportedBy: ['east'],
        importedBy: [],
        clusters: [
          { cluster: 'east', state: 'present', exports: 1 },
          { cluster: 'west', state: 'present', exports: 0 },
          { cluster: 'north', state: 'missing', exports: 0 },
        ],
      },
      { namespace: 'shop', services: ['cart'], exportedBy: ['east', 'west'] },
    ]);
  });

  it('leaves out what matters to one cluster, and what the platform brings along', async () => {
    const set = shop();
    set.write('east', 'own.yaml', namespace('scratch'), namespace('kube-system'), namespace('default'));
    set.write('west', 'own.yaml', namespace('monitoring'), namespace('kube-system'), namespace('default'));
    set.write('north', 'own.yaml', namespace('monitoring'));
    expect(Object.keys(states(await report(set)))).toEqual(['billing', 'monitoring', 'shop']);
    expect(Object.keys(states(await report(set, ALL, { all: true })))).toEqual([
      ...['billing', 'default', 'kube-system', 'monitoring', 'scratch', 'shop'],
    ]);
    expect(states(await report(set, ALL, { names: ['scratch', 'nowhere'] }))).toEqual({
      nowhere: ['missing', 'missing', 'missing'],
      scratch: ['present', 'missing', 'missing'],
    });
  });

  it('shows `default` when a service is exported from it', async () => {
    const set = shop();
    set.write('east', 'own.yaml', serviceOf('default/web'), exportOf('default/web', EARLY));
    expect(Object.keys(states(await report(set)))).toContain('default');
  });

  it('shows a namespace of one cluster when something is imported into it', async () => {
    const set = shop();
    set.write('north', 'import.yaml', { ...serviceImport('cart'), metadata: { name: 'cart', namespace: 'inbox' } });
    const found = (await report(set)).namespaces.find((row) => row.namespace === 'inbox');
    expect(found).toMatchObject({ importedBy: ['north'], services: [] });
  });

  it('counts neither an export without a Service nor one that is being deleted', async () => {
    const set = folders();
    member(
      set,
      'east',
      exportOf('shop/cart', EARLY),
      ...[serviceOf('shop/web'), exportOf('shop/web', EARLY, { deletionTimestamp: EARLY })],
    );
    member(set, 'west');
    expect(await report(set, ['east', 'west'], { names: ['shop'] })).toMatchObject({
      namespaces: [{ services: [], exportedBy: [] }],
      holes: [],
    });
  });

  it('says UNKNOWN, neither missing nor there, of a cluster that cannot be read', async () => {
    const set = shop();
    set.write('north', 'broken.yaml', { apiVersion: 'v1', kind: 'Namespace', metadata: {} });
    const found = await report(set);
    expect(states(found)).toEqual({
      billing: ['present', 'present', 'unknown'],
      shop: ['present', 'present', 'unknown'],
    });
    expect(found.holes).toEqual([]);
    expect(found.problems).toMatchObject([{ cluster: 'north', severity: 'partial' }]);
  });
});

describe('the holes', () => {
  it('are the clusters that lack a namespace from which another exports', async () => {
    const found = await report(shop(), ALL, { missing: true });
    expect(Object.keys(states(found))).toEqual(['billing']);
    expect(found.holes).toEqual([
      {
        cluster: 'north',
        namespace: 'billing',
        state: 'missing',
        exportedBy: ['east'],
        services: ['invoice'],
        labels: {},
        annotations: {},
      },
    ]);
  });

  it('are none where nothing valid is exported, whoever else has the namespace', async () => {
    const set = shop();
    set.write('east', 'more.yaml', namespace('monitoring'), exportOf('monitoring/absent', EARLY));
    set.write('west', 'more.yaml', namespace('monitoring'));
    expect((await report(set)).holes.map((hole) => hole.namespace)).toEqual(['billing']);
  });

  it('can be those of one cluster, by its name', async () => {
    const set = shop();
    set.write('north', 'more.yaml', serviceOf('ads/banner'), exportOf('ads/banner', EARLY));
    const of = async (cluster: string): Promise<readonly string[]> =>
      (await report(set, ALL, { missing: true, cluster })).holes.map((hole) => `${hole.cluster} ${hole.namespace}`);
    expect(await of('north')).toEqual(['north billing']);
    expect(await of('west')).toEqual(['west ads']);
    set.write('east', 'more.yaml', serviceOf('crm/api'), exportOf('crm/api', EARLY));
    expect((await report(set)).holes.map((hole) => `${hole.cluster} ${hole.namespace}`)).toEqual([
      ...['east ads', 'west ads', 'west crm', 'north billing', 'north crm'],
    ]);
    await expect(of('nort')).rejects.toThrow(
      new UsageError('no cluster of this clusterset is called "nort"', 'give --in north'),
    );
  });

  it('stay while the only exporter cannot be asked: the imports it gave to speak for it', async () => {
    const set = shop();
    await set.pass();
    // East is not chosen: what it gave is still there.
    const found = await report(set, ['west', 'north']);
    expect(found.holes).toMatchObject([
      { cluster: 'north', namespace: 'billing', exportedBy: ['east'], services: ['invoice'] },
    ]);
  });

  /** An import that another implementation made of what the cluster `gone` exports. */
  const foreign = (space: string): object => ({
    ...serviceImport('db'),
    metadata: { name: 'db', namespace: space },
    status: { clusters: [{ cluster: 'gone' }] },
  });

  it('stay by the imports of another implementation too, but not by the bookkeeping of one', async () => {
    const set = shop();
    set.write('east', 'foreign.yaml', foreign('data'), foreign('submariner-operator'));
    const found = await report(set, ALL, { missing: true, cluster: 'west' });
    expect(found.holes).toMatchObject([{ namespace: 'data', exportedBy: ['gone'], services: ['db'] }]);
  });

  it('end with the exporter that is known to have left', async () => {
    const set = shop();
    set.write('east', 'foreign.yaml', foreign('data'));
    set.write('gone', 'cluster.yaml', ...membership('gone'));
    const found = await report(set, [...ALL, 'gone']);
    expect(found.namespaces.find((row) => row.namespace === 'data')).toMatchObject({ services: [], exportedBy: [] });
    expect(found.holes.map((hole) => hole.namespace)).toEqual(['billing']);
  });

  it('are there where a namespace is being deleted, but for its only exporter', async () => {
    const set = shop();
    set.write('west', 'more.yaml', owned('billing', {}, { deletionTimestamp: EARLY }));
    set.remove('west', 'all.yaml');
    set.write('east', 'going.yaml', owned('billing', {}, { deletionTimestamp: EARLY }));
    const found = await report(set, ALL, { names: ['billing'] });
    expect(states(found)).toEqual({ billing: ['terminating', 'terminating', 'missing'] });
    expect(found.holes.map(({ cluster, state }) => `${cluster} ${state}`)).toEqual([
      'west terminating',
      'north missing',
    ]);
  });
});

describe('owners', () => {
  function labelled(east: object, west: object, north: object = {}): Folders {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'), exportOf('shop/cart', EARLY), owned('shop', east));
    member(set, 'west', serviceOf('shop/cart'), exportOf('shop/cart', EARLY), owned('shop', west));
    member(set, 'north', owned('shop', north));
    return set;
  }
  const ownersOf = async (set: Folders, more: Partial<NamespacesOptions> = {}): Promise<unknown> =>
    (await report(set, ALL, more)).namespaces[0]?.owners;

  it('are the same where every cluster says so, and one that carries no label at all says nothing', async () => {
    expect(await ownersOf(labelled({ team: 'shop' }, { team: 'shop' }))).toEqual([
      {
        key: 'team',
        differs: false,
        values: [
          { cluster: 'east', value: 'shop' },
          { cluster: 'west', value: 'shop' },
        ],
      },
    ]);
  });

  it('differ by another value, and by none beside other labels', async () => {
    expect(await ownersOf(labelled({ owner: 'shop' }, { owner: 'retail' }, { tier: 'web' }))).toEqual([
      {
        key: 'owner',
        differs: true,
        values: [{ cluster: 'east', value: 'shop' }, { cluster: 'north' }, { cluster: 'west', value: 'retail' }],
      },
    ]);
  });

  it('are told by annotations too, and by keys of the user’s', async () => {
    const set = labelled({ 'example.com/unit': 'a' }, { 'example.com/unit': 'b' });
    expect(await ownersOf(set)).toEqual([]);
    expect(await ownersOf(set, { ownerKeys: ['example.com/unit'] })).toMatchObject([{ differs: true }]);
    const noted = folders();
    member(noted, 'east', owned('shop', {}, { annotations: { owner: 'a' } }));
    member(noted, 'west', owned('shop', { owner: 'b' }));
    expect((await report(noted, ['east', 'west'])).namespaces[0]?.owners).toMatchObject([
      { key: 'owner', differs: true },
    ]);
    await expect(ownersOf(set, { ownerKeys: ['no key'] })).rejects.toThrow('"no key" cannot be the key of a label');
  });

  it('go into the namespace that is missing where all exporters agree, and from no one else', async () => {
    const set = labelled(
      { team: 'shop', owner: 'a', 'app.kubernetes.io/managed-by': 'Helm' },
      { team: 'shop', owner: 'b' },
      { team: 'other' },
    );
    set.write('east', 'notes.yaml', owned('ads', { x: 'y' }, { annotations: { owner: 'ads' } }));
    set.write('east', 'ads.yaml', serviceOf('ads/banner'), exportOf('ads/banner', EARLY));
    member(set, 'south');
    const { holes } = await report(set, [...ALL, 'south'], { missing: true, cluster: 'south' });
    expect(holes.map((hole) => [hole.namespace, hole.labels, hole.annotations])).toEqual([
      ['ads', {}, { owner: 'ads' }],
      ['shop', { team: 'shop' }, {}],
    ]);
  });
});
