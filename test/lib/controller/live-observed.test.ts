import { describe, expect, it } from 'vitest';
import type { ObjectMeta, ServiceExport, ServiceImport } from '../../../src/lib/api/objects.ts';
import { parseObject } from '../../../src/lib/api/parse.ts';
import { LiveObserved } from '../../../src/lib/controller/live-observed.ts';

const API = 'multicluster.x-k8s.io/v1beta1';
const metadataOf = (uid: string | undefined, version: number | string, rest: object): object => ({
  namespace: 'shop',
  name: 'cart',
  uid,
  resourceVersion: String(version),
  ...rest,
});

function made(uid: string | undefined, version: number | string, rest: object = {}): ServiceImport {
  const spec = { type: 'ClusterSetIP', ports: [] };
  const metadata = metadataOf(uid, version, rest);
  return parseObject('ServiceImport', { apiVersion: API, kind: 'ServiceImport', metadata, spec });
}

function exportOf(uid: string, version: number, rest: object = {}): ServiceExport {
  const metadata = metadataOf(uid, version, rest);
  return parseObject('ServiceExport', { apiVersion: API, kind: 'ServiceExport', metadata });
}

const CART = { namespace: 'shop', name: 'cart' };
const held = (observed: LiveObserved): ObjectMeta | undefined => observed.get('ServiceImport', CART)?.metadata;
const gone = (observed: LiveObserved, uid: string, version: number): boolean =>
  observed.gone('ServiceImport', made(uid, version).metadata);

describe('what a cluster holds, by its watches and our writes', () => {
  it('ignores what is older than what is known, from wherever it comes', () => {
    const observed = new LiveObserved();
    expect(observed.tell('ServiceImport', made('a', 9))).toBe(true);
    expect(observed.tell('ServiceImport', made('a', 10))).toBe(true); // 10 is no less than 9
    expect(observed.tell('ServiceImport', made('a', 9))).toBe(false);
    expect(observed.put('ServiceImport', made('a', 10))).toBe(false);
    expect(held(observed)?.resourceVersion).toBe('10');
    expect(observed.put('ServiceImport', made('a', 11))).toBe(true);
  });

  it('takes versions that are no numbers as they come', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 'x9'));
    expect(observed.tell('ServiceImport', made('a', 'x8'))).toBe(true);
    expect(observed.put('ServiceImport', made('a', 'x7'))).toBe(true);
    expect(held(observed)?.resourceVersion).toBe('x7');
  });

  it('does not bring back what we deleted by an event from before', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    observed.remove('ServiceImport', { ...CART, uid: 'a' });
    expect(observed.tell('ServiceImport', made('a', 6))).toBe(false);
    expect(held(observed)).toBeUndefined();
  });

  it('takes the successor of what we deleted', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    observed.remove('ServiceImport', { ...CART, uid: 'a' });
    expect(observed.tell('ServiceImport', made('b', 7))).toBe(true);
    expect(gone(observed, 'a', 6)).toBe(false);
    expect(held(observed)?.uid).toBe('b');
  });

  it('leaves the successor when the watch was faster than the reply to our delete', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    gone(observed, 'a', 6);
    observed.tell('ServiceImport', made('b', 7));
    observed.remove('ServiceImport', { ...CART, uid: 'a' });
    expect(held(observed)?.uid).toBe('b');
    expect(observed.tell('ServiceImport', made('b', 8))).toBe(true);
  });

  it('shows what a finalizer holds as being deleted, until it is gone', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    observed.remove('ServiceImport', CART);
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(observed.tell('ServiceImport', made('a', 6, { deletionTimestamp }))).toBe(true);
    expect(held(observed)?.deletionTimestamp).toBe(deletionTimestamp);
    expect(gone(observed, 'a', 7)).toBe(true);
    expect(held(observed)).toBeUndefined();
  });

  it('does not bring back by a late reply what the watch said is gone', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    gone(observed, 'a', 7);
    expect(observed.put('ServiceImport', made('a', 6))).toBe(false);
    expect(held(observed)).toBeUndefined();
    expect(observed.put('ServiceImport', made('b', 8))).toBe(true);
  });

  it('remembers what we deleted only until a watch or a list has told of it', () => {
    // What it remembers shows in what it refuses: the same uid again.
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    observed.remove('ServiceImport', CART);
    gone(observed, 'a', 6);
    expect(observed.tell('ServiceImport', made('a', 7))).toBe(true);
    observed.remove('ServiceImport', CART);
    observed.replace('ServiceImport', [], '8');
    expect(observed.tell('ServiceImport', made('a', 9))).toBe(true);
    observed.remove('ServiceImport', CART);
    observed.replace('ServiceExport', [], '10'); // tells nothing of imports
    expect(observed.tell('ServiceImport', made('a', 11))).toBe(false);
  });

  it('tells of the change of somebody else that a reply shows first, of exports only', () => {
    const told: unknown[] = [];
    const observed = new LiveObserved((kind, before, after) =>
      told.push([kind, before.metadata.generation, after.metadata.generation]),
    );
    observed.tell('ServiceExport', exportOf('a', 5, { generation: 1 }));
    observed.put('ServiceExport', exportOf('a', 6, { generation: 1 }));
    expect(told).toEqual([]);
    observed.put('ServiceExport', exportOf('a', 8, { generation: 2 }));
    expect(told).toEqual([['ServiceExport', 1, 2]]);
    observed.tell('ServiceImport', made('a', 5, { generation: 1 }));
    observed.put('ServiceImport', made('a', 9, { generation: 2 }));
    expect(told).toHaveLength(1);
  });
});

describe('a whole list', () => {
  const other = (uid: string, version: number): ServiceImport => made(uid, version, { name: 'web' });
  const WEB = { namespace: 'shop', name: 'web' };

  it('tells what was missed: changed, new, gone', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 5));
    observed.tell('ServiceImport', made('c', 5, { name: 'same' }));
    const next = [other('b', 8), made('c', 5, { name: 'same' })];
    const changes = observed.replace('ServiceImport', next, '9');
    expect(changes.map(({ before, after }) => [before?.metadata.uid, after?.metadata.uid])).toEqual([
      ['a', undefined],
      [undefined, 'b'],
    ]);
    expect(held(observed)).toBeUndefined();
  });

  it('with a version keeps what we wrote since', () => {
    const observed = new LiveObserved();
    observed.put('ServiceImport', made('a', 12));
    observed.put('ServiceImport', other('b', 12));
    expect(observed.replace('ServiceImport', [other('b', 9)], '10')).toEqual([]);
    expect(held(observed)?.resourceVersion).toBe('12');
    expect(observed.get('ServiceImport', WEB)?.metadata.resourceVersion).toBe('12');
  });

  it('without a version counts whole: the server may have been restored from a backup', () => {
    const observed = new LiveObserved();
    observed.tell('ServiceImport', made('a', 1000));
    observed.tell('ServiceImport', other('b', 1001));
    const changes = observed.replace('ServiceImport', [made('a', 500)]);
    expect(changes).toHaveLength(2);
    expect(held(observed)?.resourceVersion).toBe('500');
    expect(observed.get('ServiceImport', WEB)).toBeUndefined();
    expect(observed.put('ServiceImport', other('c', 501))).toBe(true); // no longer measured by what was told before
    expect(observed.replace('ServiceImport', [made('a', 500), other('c', 501)])).toEqual([]);
  });
});
