import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/lib/api/parse.ts';
import {
  type Identity,
  clustersetsOf,
  identityOf,
  membershipOf,
  withoutTwins,
} from '../../../src/lib/plan/membership.ts';

const one = (cluster: string, words: Partial<Identity> = {}): Identity => ({
  cluster,
  uid: undefined,
  id: cluster,
  clusterset: 'shop',
  since: undefined,
  ...words,
});
const names = (list: readonly { readonly cluster: string }[]): readonly string[] => list.map(({ cluster }) => cluster);

describe('rule 2: members and their ids', () => {
  it('rule 2: identity comes from the two well-known ClusterProperties', () => {
    const property = (name: string, value: string) =>
      parseObject('ClusterProperty', {
        apiVersion: 'about.k8s.io/v1beta1',
        metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z' },
        spec: { value },
      });
    const properties = [
      property('cluster.clusterset.k8s.io', 'east'),
      property('clusterset.k8s.io', 'shop'),
      property('other', 'x'),
    ];
    expect(identityOf('context', 'uid', properties)).toEqual({
      cluster: 'context',
      uid: 'uid',
      id: 'east',
      clusterset: 'shop',
      since: '2026-01-01T00:00:00Z',
    });
  });

  it.each([
    ['no id', undefined],
    ['upper case', 'East'],
    ['an empty id', ''],
    ['an underscore', 'a_b'],
    ['64 characters', 'a'.repeat(64)],
    ['a dash at the end', 'a-'],
  ])('rule 2: a member with %s is left out and reported; the others are served', (_, id) => {
    const { members, leftOut } = membershipOf([one('east'), one('west', { id })], 'shop');
    expect(names(members)).toEqual(['east']);
    expect(leftOut.map(({ problem }) => `${problem.cluster} ${problem.severity}`)).toEqual(['west partial']);
    expect(leftOut[0]?.problem.next).toBeDefined();
  });

  it('rule 2: a dotted id of another tool is read, with a warning; 63 characters need none', () => {
    const { members, warnings } = membershipOf(
      [one('east', { id: 'east.example' }), one('west', { id: 'a'.repeat(63) })],
      'shop',
    );
    expect(members).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining('east: id "east.example" has a dot')]);
  });

  it.each<[string, Partial<Identity>, Partial<Identity>, string]>([
    ['the older membership', { since: '2026-01-02T00:00:00Z' }, { since: '2026-01-01T00:00:00Z' }, 'b'],
    [
      'the lower UID when equally old',
      { since: '2026-01-01T00:00:00Z', uid: '2' },
      { since: '2026-01-01T00:00:00Z', uid: '1' },
      'b',
    ],
    ['the one whose age is known', {}, { since: '2026-01-01T00:00:00Z' }, 'b'],
    ['the name at last', {}, {}, 'a'],
  ])('rule 2: of two members with one id stays %s', (_, a, b, stays) => {
    for (const list of [
      [one('a', { ...a, id: 'x' }), one('b', { ...b, id: 'x' })],
      [one('b', { ...b, id: 'x' }), one('a', { ...a, id: 'x' })],
    ]) {
      const { members, leftOut } = membershipOf(list, 'shop');
      expect(names(members)).toEqual([stays]);
      expect(leftOut).toHaveLength(1);
    }
  });

  it('rule 2, 19: an id without a membership has left, unless a member goes by it', () => {
    const left = (id: string): Identity => one(`old-${id}`, { id, clusterset: undefined });
    const { left: gone, former } = membershipOf(
      [one('east'), left('west'), left('east'), one('never', { id: undefined, clusterset: undefined })],
      'shop',
    );
    expect(gone).toEqual(['west']);
    expect(names(former)).toEqual(['old-west', 'old-east', 'never']);
  });

  it('rule 2, 19: an id of a member that is left out has not left', () => {
    const duplicate = one('twin', { id: 'east', since: '2026-01-02T00:00:00Z' });
    expect(
      membershipOf(
        [one('east', { since: '2026-01-01T00:00:00Z' }), duplicate, one('old', { id: 'east', clusterset: undefined })],
        'shop',
      ).left,
    ).toEqual([]);
  });
});

describe('rule 3: what counts as one cluster, and as one clusterset', () => {
  it('rule 3: two contexts of one cluster count once, with a warning', () => {
    const { kept, warnings } = withoutTwins([one('a', { uid: '1' }), one('b', { uid: '2' }), one('c', { uid: '1' })]);
    expect(names(kept)).toEqual(['a', 'b']);
    expect(warnings).toEqual(['c and a are the same cluster; c is left out']);
  });

  it('rule 3: clusters whose UID nobody knows are different', () => {
    expect(withoutTwins([one('a'), one('b')]).kept).toHaveLength(2);
  });

  it('rule 3, 19: members of another clusterset are neither members nor former', () => {
    const list = [one('a'), one('b', { clusterset: 'bank' }), one('c', { clusterset: undefined })];
    const { members, former, left } = membershipOf(list, 'shop');
    expect([names(members), names(former), left]).toEqual([['a'], ['c'], ['c']]);
    expect([...clustersetsOf(list)]).toEqual([
      ['bank', ['b']],
      ['shop', ['a']],
    ]);
  });
});
