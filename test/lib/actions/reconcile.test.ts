import { describe, expect, it } from 'vitest';
import type { ReconcileResult } from '../../../src/lib/actions/reconcile.ts';
import { InterruptedError, NothingUsableError, UsageError } from '../../../src/lib/errors.ts';
import {
  type Folders,
  folders,
  membership,
  namespace,
  service,
  serviceExport,
  serviceImport,
  slice,
} from './folders.ts';

/** east and north export shop/cart, east first; west has the namespace. */
function three(northPort = 80): Folders {
  const set = folders();
  const cart = (port: number, address: string): readonly object[] => [service('cart', port), slice('cart', address)];
  set.write('east', 'id.yaml', ...membership('east', 'shop'));
  set.write('east', 'cart.yaml', ...cart(80, '10.1.0.1'), serviceExport('cart', '2026-01-01T00:00:00Z'));
  set.write('north', 'id.yaml', ...membership('north', 'shop'));
  set.write('north', 'cart.yaml', ...cart(northPort, '10.2.0.1'), serviceExport('cart', '2026-01-02T00:00:00Z'));
  set.write('west', 'id.yaml', ...membership('west', 'shop'), namespace());
  return set;
}

const lines = ({ changes }: ReconcileResult): readonly string[] =>
  changes
    .map(({ cluster, verb, kind, object }) => `${cluster} ${verb} ${kind} ${object.replace(/-[0-9a-v]{10}$/, '-…')}`)
    .sort();
const files = (set: Folders, cluster: string): readonly string[] =>
  Object.keys(set.written(cluster)).map((file) => file.replace(/-[0-9a-v]{10}\./, '-….'));

describe('a pass over directories', () => {
  it('gives every member its import, derived Service and slices, and tells each export', async () => {
    const set = three();
    const result = await set.pass();
    expect(result).toMatchObject({
      clusterset: 'shop',
      services: 1,
      problems: [],
      absent: [],
      warnings: [],
      confirmed: true,
    });
    expect(result.members.map(({ id }) => id)).toEqual(['east', 'north', 'west']);
    const each = [
      'ServiceImport shop/cart',
      'Service shop/derived-…',
      'EndpointSlice shop/cart-…',
      'EndpointSlice shop/cart-…',
    ];
    expect(lines(result)).toEqual(
      [
        ...['east', 'north', 'west'].flatMap((id) => each.map((object) => `${id} create ${object}`)),
        'east update ServiceExport shop/cart',
        'north update ServiceExport shop/cart',
      ].sort(),
    );
    expect(files(set, 'west')).toEqual([
      'shop/endpointslice-cart-….yaml',
      'shop/endpointslice-cart-….yaml',
      'shop/service-derived-….yaml',
      'shop/serviceimport-cart.yaml',
    ]);
    expect(set.written('west')['shop/serviceimport-cart.yaml']?.text).toContain('reason: Pending');
  });

  it('rule 18: a second pass, by another process and later, writes nothing', async () => {
    const set = three(81);
    await set.pass();
    const before = ['east', 'north', 'west'].map((id) => set.written(id));
    const second = await set.pass({ now: '2027-01-01T00:00:00Z' });
    expect([second.changes, second.problems]).toEqual([[], []]);
    expect(['east', 'north', 'west'].map((id) => set.written(id))).toEqual(before);
  });

  it('a dry run prints the changes of the real run, first and later, and writes nothing', async () => {
    const set = three();
    const dry = await set.pass({ dryRun: 'client' });
    expect(set.written('west')).toEqual({});
    expect((await set.pass()).changes).toEqual(dry.changes);
    set.write(
      'east',
      'cart.yaml',
      service('cart', 8080, { clusterIP: 'None' }),
      slice('cart', '10.1.0.2'),
      serviceExport('cart'),
    );
    const before = set.written('west');
    const again = await set.pass({ dryRun: 'client', now: '2027-01-01T00:00:00Z' });
    expect(set.written('west')).toEqual(before);
    expect(again.changes.length).toBeGreaterThan(5);
    expect((await set.pass({ now: '2027-01-01T00:00:00Z' })).changes).toEqual(again.changes);
  });

  it('rule 11: a conflict is told to all exports, and goes from all of them', async () => {
    const set = three(81);
    await set.pass();
    const conditions = (id: string): string => set.written(id)['shop/serviceexport-cart.yaml']?.text ?? '';
    for (const id of ['east', 'north']) expect(conditions(id)).toMatch(/PortConflict/);
    expect(conditions('north')).toContain('oldest service export in "east". 1/2 clusters disagree.');
    set.write(
      'north',
      'cart.yaml',
      service('cart'),
      slice('cart', '10.2.0.1'),
      serviceExport('cart', '2026-01-02T00:00:00Z'),
    );
    expect((await set.pass()).problems).toEqual([]);
    for (const id of ['east', 'north']) expect(conditions(id)).toContain('NoConflicts');
  });

  it('rule 5, 11: an export whose Service goes while in conflict says so, and the next pass has nothing to do', async () => {
    const set = three(81);
    await set.pass();
    set.write('north', 'cart.yaml', serviceExport('cart', '2026-01-02T00:00:00Z'));
    expect((await set.pass()).problems).toEqual([]);
    expect(set.written('north')['shop/serviceexport-cart.yaml']?.text).toMatch(/NoService/);
    expect(await set.pass()).toMatchObject({ changes: [], problems: [] });
  });

  it('rule 8: the loser of a port gives no slice', async () => {
    const set = three(81);
    await set.pass();
    const slices = Object.entries(set.written('west')).filter(([file]) => file.includes('endpointslice'));
    expect(slices.map(([, { text }]) => /10\.\d\.0\.1/.exec(text)?.[0])).toEqual(['10.1.0.1']);
  });

  it("rule 17: a stranger's import is left alone and reported; the rest is done", async () => {
    const set = three();
    set.write('west', 'theirs.yaml', serviceImport('cart'));
    const result = await set.pass();
    expect(result.problems).toEqual([
      expect.objectContaining({ cluster: 'west', object: 'ServiceImport shop/cart', severity: 'partial' }),
    ]);
    expect(lines(result).filter((line) => line.startsWith('west'))).toEqual([]);
    expect(files(set, 'east')).toContain('shop/serviceimport-cart.yaml');
    expect(await set.pass()).toMatchObject({ changes: [], problems: result.problems });
  });

  it("rule 17: what lives in a user's file is not rewritten, marked or not, and the others are served", async () => {
    const set = three();
    set.write('west', 'ours.yaml', serviceImport('cart', { 'app.kubernetes.io/managed-by': 'mcs' }));
    const result = await set.pass();
    expect(result.problems).toEqual([
      expect.objectContaining({
        cluster: 'west',
        object: 'ServiceImport shop/cart',
        message: expect.stringContaining('ours.yaml') as string,
      }),
    ]);
    expect(files(set, 'east')).toContain('shop/serviceimport-cart.yaml');
  });
});

describe('rule 2, 3: who takes part', () => {
  it('rule 2: a member without an id is left out and reported; what it gave stays', async () => {
    const set = three();
    await set.pass();
    const before = set.written('west');
    set.write('north', 'id.yaml', ...membership(undefined, 'shop'));
    const result = await set.pass();
    expect(result.members.map(({ id }) => id)).toEqual(['east', 'west']);
    expect(result.problems).toEqual([expect.objectContaining({ cluster: 'north', severity: 'partial' })]);
    expect(result.absent).toEqual([{ id: 'north', services: 1 }]);
    expect(set.written('west')).toEqual(before);
  });

  it('rule 2: of two members with one id the older membership stays in', async () => {
    const set = three();
    set.write('north', 'id.yaml', ...membership('east', 'shop', '2025-01-01T00:00:00Z'));
    const result = await set.pass();
    expect(result.members).toEqual([
      { cluster: 'north', id: 'east' },
      { cluster: 'west', id: 'west' },
    ]);
    expect(result.problems).toEqual([expect.objectContaining({ cluster: 'east', severity: 'partial' })]);
    expect(set.written('east')).toEqual({});
  });

  it('rule 3: two clustersets are never mixed: name one', async () => {
    const set = three();
    set.write('north', 'id.yaml', ...membership('north', 'bank'));
    await expect(set.pass()).rejects.toThrow(UsageError);
    const result = await set.pass({ clusterset: 'shop' });
    expect(result.members.map(({ id }) => id)).toEqual(['east', 'west']);
    expect(set.written('north')).toEqual({});
    await expect(set.pass({ clusterset: 'nope' })).rejects.toThrow(UsageError);
  });

  it('rule 3: two directories of one cluster count once', async () => {
    const set = three();
    set.write('east', 'kube.yaml', namespace('kube-system', 'one'));
    set.write('north', 'kube.yaml', namespace('kube-system', 'one'));
    const result = await set.pass();
    expect(result.members.map(({ id }) => id)).toEqual(['east', 'west']);
    expect(result.warnings).toEqual(['north and east are the same cluster; north is left out']);
  });

  it('says when nobody is a member, and when nobody answers', async () => {
    const set = folders();
    set.write('east', 'id.yaml', namespace());
    await expect(set.pass()).rejects.toThrow(NothingUsableError);
    set.write('east', 'broken.yaml', { apiVersion: 'v1', kind: 'Service', metadata: { name: 7 } });
    await expect(set.pass()).rejects.toThrow(/broken\.yaml/);
  });
});

describe('rule 19: absent, gone and former', () => {
  it('rule 19, 20: a cluster that cannot be read is reported, what it gave stays, the others are served', async () => {
    const set = three();
    await set.pass();
    const before = set.written('west');
    set.write('north', 'broken.yaml', { apiVersion: 'v1', kind: 'Service', metadata: { name: 7 } });
    set.write('east', 'web.yaml', service('web'), serviceExport('web'));
    const result = await set.pass();
    expect(result.problems).toEqual([expect.objectContaining({ cluster: 'north', severity: 'partial' })]);
    expect(set.written('west')).toMatchObject(before);
    expect(files(set, 'west')).toContain('shop/serviceimport-web.yaml');
  });

  it('rule 19: a member not chosen for this run stays; --gone removes what it gave', async () => {
    const set = three();
    await set.pass();
    const chosen = ['east', 'west'];
    expect((await set.pass({}, chosen)).changes.filter(({ kind }) => kind !== 'ServiceExport')).toEqual([]);
    expect(lines(await set.pass({ gone: ['north'] }, chosen))).toEqual([
      'east delete EndpointSlice shop/cart-…',
      'east update ServiceImport shop/cart',
      'west delete EndpointSlice shop/cart-…',
      'west update ServiceImport shop/cart',
    ]);
  });

  it('rule 19: a cluster that left is gone, and what was made there is removed, never its exports', async () => {
    const set = three();
    await set.pass();
    set.write('north', 'id.yaml', ...membership('north'));
    const result = await set.pass();
    expect(result.problems).toEqual([]);
    expect(lines(result).filter((line) => line.startsWith('north'))).toEqual([
      'north delete EndpointSlice shop/cart-…',
      'north delete EndpointSlice shop/cart-…',
      'north delete Service shop/derived-…',
      'north delete ServiceImport shop/cart',
    ]);
    expect(files(set, 'north')).toEqual(['shop/serviceexport-cart.yaml']);
    expect(set.written('west')['shop/serviceimport-cart.yaml']?.text).not.toContain('north');
    expect(await set.pass()).toMatchObject({ changes: [], problems: [] });
  });

  it('rule 22: unexported everywhere, it is gone everywhere', async () => {
    const set = three();
    await set.pass();
    for (const id of ['east', 'north']) set.write(id, 'cart.yaml', service('cart'), slice('cart', '10.1.0.1'));
    const result = await set.pass();
    expect(result.services).toBe(0);
    expect(set.written('west')).toEqual({});
  });
});

describe('the course of a pass', () => {
  it('asks before the first write, says what it would write, and takes no for an answer', async () => {
    const set = three();
    set.write('west', 'theirs.yaml', serviceImport('cart'));
    const asked: unknown[] = [];
    const result = await set.pass({
      confirm: (preview) => {
        asked.push(preview);
        return Promise.resolve(false);
      },
    });
    expect(asked).toEqual([{ clusterset: 'shop', clusters: ['east', 'north'], services: 1 }]);
    expect(result).toMatchObject({ confirmed: false, changes: [] });
    expect(result.problems).toEqual([expect.objectContaining({ cluster: 'west' })]);
    expect(set.written('east')).toEqual({});
  });

  it('does not ask when there is nothing to write', async () => {
    const set = three();
    await set.pass();
    const result = await set.pass({ confirm: () => Promise.reject(new Error('asked')) });
    expect(result.confirmed).toBe(true);
  });

  it('interrupted before the first write, nothing is written', async () => {
    const set = three();
    await expect(set.pass({ signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
    expect(set.written('east')).toEqual({});
  });

  it('interrupted on the way, it stops; what is written is whole, and the next pass goes on', async () => {
    const set = three();
    for (let number = 0; number < 60; number++) {
      set.write('east', `s${number}.yaml`, service(`s${number}`), serviceExport(`s${number}`));
    }
    const controller = new AbortController();
    let seen = 0;
    const interrupted = set.pass({
      signal: controller.signal,
      onChange: () => {
        seen++;
        controller.abort();
      },
    });
    await expect(interrupted).rejects.toThrow(InterruptedError);
    expect(seen).toBeGreaterThan(0);
    const before = files(set, 'west').length;
    const second = await set.pass();
    expect(second.changes.length).toBeGreaterThan(0);
    expect(second.problems).toEqual([]);
    expect(files(set, 'west').length).toBeGreaterThan(before);
    expect((await set.pass()).changes).toEqual([]);
  });

  it('says when ages are unknown and it matters', async () => {
    const set = three(81);
    set.write('east', 'cart.yaml', service('cart'), {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceExport',
      metadata: { name: 'cart', namespace: 'shop' },
    });
    const result = await set.pass();
    expect(result.warnings).toEqual([expect.stringContaining('shop/cart: the age of an export is unknown')]);
  });
});
