import { describe, expect, it } from 'vitest';
import { type ExportOptions, applyExport, planExport } from '../../../src/lib/actions/export.ts';
import { RefusedError, UsageError } from '../../../src/lib/errors.ts';
import { folders } from './folders.ts';
import { exportOf, member, serviceOf } from './manifests.ts';

const OPTIONS: ExportOptions = {
  names: [],
  namespace: 'shop',
  allNamespaces: false,
  all: false,
  allowMissing: false,
  allowedNamespaces: [],
  exportedLabels: {},
  exportedAnnotations: {},
  now: '2026-03-01T00:00:00Z',
  concurrency: 4,
};

describe('export by name', () => {
  it('writes a ServiceExport with our mark and, in a directory, with its age', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    const plan = await planExport(await set.open('east'), [], { ...OPTIONS, names: ['cart'] });
    const report = await applyExport(plan, 'none');
    expect(report.exports).toMatchObject([{ cluster: 'east', namespace: 'shop', name: 'cart', action: 'create' }]);
    const [east] = await set.open('east');
    expect(await east?.get('ServiceExport', { namespace: 'shop', name: 'cart' })).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'mcs' }, creationTimestamp: OPTIONS.now },
    });
  });

  it('changes nothing the second time, and keeps the age', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    await applyExport(await planExport(await set.open('east'), [], { ...OPTIONS, names: ['cart'] }), 'none');
    const before = set.written('east');
    const again = { ...OPTIONS, names: ['cart'], now: '2027-01-01T00:00:00Z' };
    const report = await applyExport(await planExport(await set.open('east'), [], again), 'none');
    expect(report.exports[0]?.action).toBe('unchanged');
    expect(set.written('east')).toEqual(before);
  });

  it('writes nothing in a dry run', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    const before = set.written('east');
    for (const dryRun of ['client', 'server'] as const) {
      const plan = await planExport(await set.open('east'), [], { ...OPTIONS, names: ['cart'] });
      expect((await applyExport(plan, dryRun)).exports).toMatchObject([{ action: 'create' }]);
    }
    expect(set.written('east')).toEqual(before);
  });

  it.each<[string, object[], string[], Partial<ExportOptions>, RegExp]>([
    [
      'a missing Service, with the nearest name',
      [serviceOf('shop/cart')],
      ['carrt'],
      {},
      /no Service shop\/carrt; did you mean cart\?/,
    ],
    ['a missing Service with nothing near', [serviceOf('shop/cart')], ['zebra'], {}, /--allow-missing/],
    ['ExternalName', [serviceOf('shop/ext', { type: 'ExternalName' })], ['ext'], {}, /ExternalName/],
    [
      'a system namespace (rule 6)',
      [serviceOf('kube-system/dns')],
      ['kube-system/dns'],
      {},
      /--allow-namespace kube-system/,
    ],
    ['openshift-* too (rule 6)', [serviceOf('openshift-x/dns')], ['openshift-x/dns'], {}, /system namespace/],
  ])('refuses %s, and writes nothing at all', async (_title, objects, names, more, message) => {
    const set = folders();
    member(set, 'east', serviceOf('shop/good'), ...objects);
    const before = set.written('east');
    const refused = planExport(await set.open('east'), [], { ...OPTIONS, names: ['good', ...names], ...more });
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow(message);
    expect(set.written('east')).toEqual(before);
  });

  it('exports a missing Service with --allow-missing, and a system namespace that is allowed', async () => {
    const set = folders();
    member(set, 'east', serviceOf('kube-system/dns'));
    const names = ['later', 'kube-system/dns'];
    const options = { ...OPTIONS, names, allowMissing: true, allowedNamespaces: ['kube-system'] };
    const report = await applyExport(await planExport(await set.open('east'), [], options), 'none');
    expect(report.exports.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
      'shop/later',
      'kube-system/dns',
    ]);
  });

  it.each(['', 'a/b/c', 'Upper', '../x', 'a b'])('refuses the name %j as no name', async (name) => {
    const set = folders();
    member(set, 'east');
    await expect(planExport(await set.open('east'), [], { ...OPTIONS, names: [name] })).rejects.toThrow(UsageError);
  });

  it('does not change an export that somebody else made', async () => {
    const theirs = exportOf('shop/cart', '2026-01-01T00:00:00Z');
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'), theirs);
    const plain = await planExport(await set.open('east'), [], { ...OPTIONS, names: ['cart'] });
    expect(plain.exports[0]?.action).toBe('unchanged');
    const labelled = { ...OPTIONS, names: ['cart'], exportedLabels: { 'example.com/tier': 'web' } };
    await expect(planExport(await set.open('east'), [], labelled)).rejects.toThrow(/not made by mcs/);
  });

  it.each<[string, Partial<ExportOptions>]>([
    ['a key with a space', { exportedLabels: { 'a b': 'c' } }],
    ['a key that is too long', { exportedAnnotations: { ['a'.repeat(64)]: 'c' } }],
    ['a domain that is none', { exportedAnnotations: { 'A_b/c': 'd' } }],
    ['a value with a space', { exportedLabels: { a: 'b c' } }],
    ['a value that is too long', { exportedLabels: { a: 'b'.repeat(64) } }],
  ])('refuses %s', async (_title, more) => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    const options = { ...OPTIONS, names: ['cart'], ...more };
    await expect(planExport(await set.open('east'), [], options)).rejects.toThrow(UsageError);
  });

  it('updates exported labels of its own export', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'));
    const run = async (exportedLabels: Record<string, string>): Promise<string | undefined> => {
      const plan = await planExport(await set.open('east'), [], { ...OPTIONS, names: ['cart'], exportedLabels });
      return (await applyExport(plan, 'none')).exports[0]?.action;
    };
    expect(await run({ tier: 'web' })).toBe('create');
    expect(await run({ tier: 'db' })).toBe('update');
    expect(await run({})).toBe('unchanged');
    const [east] = await set.open('east');
    expect(await east?.get('ServiceExport', { namespace: 'shop', name: 'cart' })).toMatchObject({
      spec: { exportedLabels: { tier: 'db' } },
    });
  });
});

describe('export by selector', () => {
  const all = [
    serviceOf('shop/cart', {}, { tier: 'web' }),
    serviceOf('shop/db', {}, { tier: 'db' }),
    serviceOf('shop/ext', { type: 'ExternalName' }, { tier: 'web' }),
    serviceOf('other/web', {}, { tier: 'web' }),
    serviceOf('kube-system/dns', {}, { tier: 'web' }),
    serviceOf('default/kubernetes', {}, { tier: 'web' }),
  ];
  const matched = async (more: Partial<ExportOptions>): Promise<readonly string[]> => {
    const set = folders();
    member(set, 'east', ...all);
    const plan = await planExport(await set.open('east'), [], { ...OPTIONS, ...more });
    return plan.exports.map(({ namespace, name }) => `${namespace}/${name}`);
  };

  it('matches labels in the namespace, and leaves ExternalName out', async () => {
    expect(await matched({ selector: 'tier=web' })).toEqual(['shop/cart']);
  });

  it('never matches system namespaces or the API server itself', async () => {
    expect(await matched({ selector: 'tier=web', allNamespaces: true })).toEqual(['other/web', 'shop/cart']);
  });

  it('matches all with --all', async () => {
    expect(await matched({ all: true })).toEqual(['shop/cart', 'shop/db']);
  });

  it('refuses a selector that is none', async () => {
    await expect(matched({ selector: 'a in b' })).rejects.toThrow(UsageError);
  });
});

describe('forecast', () => {
  it('names field and winner before anything is written', async () => {
    const set = folders();
    member(set, 'east', serviceOf('shop/cart'), exportOf('shop/cart', '2026-01-01T00:00:00Z'));
    member(set, 'west', serviceOf('shop/cart', { clusterIP: 'None', ports: [{ name: 'http', port: 8080 }] }));
    const before = set.written('west');
    const [east, west] = await set.open('east', 'west');
    if (east === undefined || west === undefined) throw new Error('two clusters expected');
    const plan = await planExport([west], [east], { ...OPTIONS, names: ['cart'] });
    expect(plan.exports[0]?.conflicts).toMatchObject([
      { field: 'ports', winner: 'east', disagree: ['west'] },
      { field: 'type', winner: 'east', used: 'ClusterSetIP', disagree: ['west'] },
    ]);
    expect(set.written('west')).toEqual(before);
  });

  it('says that an export from no member does not count yet', async () => {
    const set = folders();
    set.write('east', 'cart.yaml', serviceOf('shop/cart'));
    const plan = await planExport(await set.open('east'), [], { ...OPTIONS, names: ['cart'] });
    expect(plan.warnings.join()).toMatch(/east is no member of a clusterset/);
  });
});
