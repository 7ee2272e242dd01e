import { describe, expect, it } from 'vitest';
import type { Member, PlanOptions } from '../../../src/lib/plan/member.ts';
import type { ObservedKind } from '../../../src/lib/plan/observed.ts';
import { ServiceMemo } from '../../../src/lib/plan/service-memo.ts';
import { planService } from '../../../src/lib/plan/service-plan.ts';
import { type ClusterWords, OPTIONS, cluster, lines, pass } from './builders.ts';

const KEY = 'shop/cart';
const REF = { namespace: 'shop', name: 'cart' };
const ADDRESSES = ['10.0.0.1'];

/** East and west export, all three import, and nothing is left to do. */
async function settled(): Promise<Record<'east' | 'west' | 'north', Member> & { readonly all: readonly Member[] }> {
  const east = cluster('east').exports(KEY, { addresses: ADDRESSES });
  const west = cluster('west').exports(KEY, { addresses: ['10.0.0.2'] });
  const { members } = await pass([east, west, cluster('north').namespace('shop')]);
  const [first, second, third] = members;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were given');
  return { east: first, west: second, north: third, all: members };
}

/** Makes a member hold what is said of another. */
function put(member: Member, kind: ObservedKind, words: ClusterWords): void {
  for (const object of words.member().observed.all(kind)) member.observed.put(kind, object);
}

const changes: Readonly<Record<string, (world: Awaited<ReturnType<typeof settled>>) => void>> = {
  'an endpoint of a source': ({ east }) => {
    put(east, 'EndpointSlice', cluster('east').slice(KEY, { addresses: ['10.0.0.9'] }));
  },
  'a slice more': ({ east }) => {
    put(east, 'EndpointSlice', cluster('east').slice(KEY, { name: 'other', addresses: ['10.0.0.9'] }));
  },
  'a slice less': ({ east }) => {
    east.observed.remove('EndpointSlice', { namespace: 'shop', name: 'cart-1' });
  },
  'ports of a source': ({ east }) => {
    put(east, 'Service', cluster('east').service(KEY, { ports: [{ name: 'http', port: 81 }] }));
  },
  'an export gone': ({ west }) => {
    west.observed.remove('ServiceExport', REF);
  },
  'an export more': ({ north }) => {
    put(north, 'Service', cluster('north').service(KEY));
    put(north, 'ServiceExport', cluster('north').export(KEY));
  },
  'an import gone': ({ north }) => {
    north.observed.remove('ServiceImport', REF);
  },
  'an import that somebody changed': ({ north }) => {
    put(north, 'ServiceImport', cluster('north').imports(KEY, { ports: [{ name: 'http', port: 99 }] }));
  },
  'an import that names a source which is away': ({ north }) => {
    put(north, 'ServiceImport', cluster('north').imports(KEY, { clusters: ['away', 'east', 'west'] }));
  },
  'a derived Service gone': ({ north }) => {
    for (const { metadata } of [...north.observed.services()]) north.observed.remove('Service', metadata);
  },
  'an imported slice that somebody changed': ({ north }) => {
    const [slice] = north.observed.view('shop', 'cart').imported;
    if (slice !== undefined) north.observed.put('EndpointSlice', { ...slice, endpoints: [] });
  },
  'the namespace gone': ({ north }) => {
    north.observed.remove('Namespace', { name: 'shop' });
  },
};

function plans(members: readonly Member[], options: PlanOptions, memo?: ServiceMemo): readonly object[] {
  return members.map((only) => planService('shop', 'cart', members, options, only, memo));
}

describe('what is remembered of a service', () => {
  it.each(Object.entries(changes))('rule 22: does not hide %s', async (_, change) => {
    const world = await settled();
    const memo = new ServiceMemo();
    expect(plans(world.all, OPTIONS, memo)).toEqual(plans(world.all, OPTIONS));
    change(world);
    const expected = plans(world.all, OPTIONS);
    expect(plans(world.all, OPTIONS, memo)).toEqual(expected);
    expect(plans(world.all, OPTIONS, memo)).toEqual(expected);
    expect(lines(planService('shop', 'cart', world.all, OPTIONS).changes)).not.toEqual([]);
  });

  it('does not hide that a source was said to be gone', async () => {
    const { all, north } = await settled();
    const memo = new ServiceMemo();
    put(north, 'EndpointSlice', cluster('north').importedSlice(KEY, 'away'));
    plans(all, OPTIONS, memo);
    const options = { ...OPTIONS, gone: new Set(['away']) };
    expect(plans(all, options, memo)).toEqual(plans(all, options));
  });

  it('does not outlive the members it is of', async () => {
    const { all, west } = await settled();
    const memo = new ServiceMemo();
    plans(all, OPTIONS, memo);
    const left = all.filter((member) => member !== west);
    expect(plans(left, OPTIONS, memo)).toEqual(plans(left, OPTIONS));
  });

  it('is believed while importers are written, and merged once for many slices', async () => {
    const { all, east, north } = await settled();
    const memo = new ServiceMemo();
    const merged = (): unknown => memo.get('shop', 'cart', all, OPTIONS).merged;
    const before = merged();
    put(north, 'ServiceImport', cluster('north').imports(KEY));
    put(east, 'EndpointSlice', cluster('east').slice(KEY, { addresses: ['10.0.0.9'] }));
    expect(merged()).toBe(before);
  });
});
