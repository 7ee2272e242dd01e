import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_FIELDS } from '../../../src/lib/api/fields.ts';
import type { ClusterFacts } from '../../../src/lib/clusters/cluster.ts';
import { type Candidate, type Roster, type RosterOptions, rosterOf } from '../../../src/lib/controller/roster.ts';
import { ClusterError } from '../../../src/lib/errors.ts';
import type { Identity } from '../../../src/lib/plan/membership.ts';
import { Observed } from '../../../src/lib/plan/observed.ts';
import { FakeCluster } from './fake-cluster.ts';

interface Words extends Partial<Omit<Candidate, 'facts' | 'identity'>> {
  readonly facts?: Partial<ClusterFacts>;
  readonly identity?: Partial<Identity>;
}

const AWAY = new ClusterError('x', 'unreachable', 'no route to host');

function candidate(name: string, words: Words = {}): Candidate {
  const facts: ClusterFacts = {
    mcsVersions: ['v1beta1'],
    aboutVersions: ['v1beta1'],
    fields: ALL_FIELDS,
    ipFamilies: ['IPv4'],
    controllers: [],
    warnings: [],
    ...words.facts,
  };
  const identity = { cluster: name, uid: `uid-${name}`, id: name, clusterset: 'prod', since: undefined };
  return {
    cluster: new FakeCluster(name),
    known: true,
    failure: undefined,
    lostFor: undefined,
    observed: new Observed(),
    ...words,
    facts,
    identity: { ...identity, ...words.identity },
  };
}

const never = (name: string): Candidate => ({
  ...candidate(name, { known: false, failure: AWAY, lostFor: 1 }),
  facts: undefined,
  identity: undefined,
});

const OPTIONS: RosterOptions = { clusterset: undefined, staleAfter: undefined, gone: [] };
const roll = (candidates: readonly Candidate[], options: Partial<RosterOptions> = {}) =>
  rosterOf(candidates, { ...OPTIONS, ...options });
const show = ({ members }: Roster): readonly string[] => members.map(({ role, cluster }) => `${role} ${cluster}`);

describe('who takes part', () => {
  it('counts members that were read, of one clusterset', () => {
    const roster = roll([candidate('a'), candidate('b', { known: false }), never('c')]);
    expect(roster.clusterset).toBe('prod');
    expect(show(roster)).toEqual(['member a']);
    expect([...roster.gone]).toEqual([]);
    expect(roster.problems).toMatchObject([{ cluster: 'c', message: 'no route to host', severity: 'partial' }]);
  });

  it('rule 19: keeps a member that is away, and says so', () => {
    const roster = roll([candidate('a'), candidate('b', { failure: AWAY, lostFor: 1e12 })]);
    expect(show(roster)).toEqual(['member a', 'member b']);
    expect(roster.problems).toMatchObject([{ cluster: 'b' }]);
    expect(roster.gone.size).toBe(0);
  });

  it.each([
    [59_999, ['member a', 'member b'], []],
    [60_000, ['member a'], ['b']],
  ])('counts who was away for %d ms of a minute', (lostFor, members, gone) => {
    const roster = roll([candidate('a'), candidate('b', { failure: AWAY, lostFor })], { staleAfter: 60_000 });
    expect(show(roster)).toEqual(members);
    expect([...roster.gone]).toEqual(gone);
  });

  it('cleans up in clusters of no clusterset, and takes their ids for gone', () => {
    const left = { identity: { clusterset: undefined } };
    const roster = roll([candidate('a'), candidate('b', left)]);
    expect(show(roster)).toEqual(['member a', 'former b']);
    expect([...roster.gone]).toEqual(['b']);
    const mute = roll([candidate('a'), candidate('b', { ...left, facts: { aboutVersions: [] } })]);
    expect(show(mute)).toEqual(['member a']);
  });

  it('rule 3: counts two contexts of one cluster once', () => {
    const roster = roll([candidate('a'), candidate('b', { identity: { uid: 'uid-a', id: 'a' } })]);
    expect(show(roster)).toEqual(['member a']);
    expect(roster.warnings).toEqual(['b and a are the same cluster; b is left out']);
  });

  it('rule 3: works on none of several clustersets until one is named', () => {
    const both = [candidate('a'), candidate('b', { identity: { clusterset: 'test' } })];
    const none = roll(both);
    expect([none.clusterset, show(none)]).toEqual([undefined, []]);
    expect(none.warnings.join()).toContain('prod, test');
    const named = rosterOf(both, { ...OPTIONS, clusterset: 'test' });
    expect(show(named)).toEqual(['member b']);
  });

  it('rule 2: leaves out the later of two members with one id, and who has none', () => {
    const roster = roll([
      candidate('a', { identity: { id: 'same', since: '2026-01-02T00:00:00Z' } }),
      candidate('b', { identity: { id: 'same', since: '2026-01-01T00:00:00Z' } }),
      candidate('c', { identity: { id: undefined } }),
    ]);
    expect(show(roster)).toEqual(['member b']);
    expect(roster.problems.map(({ cluster }) => cluster).sort()).toEqual(['a', 'c']);
  });

  it('rule 4, 21: leaves out members without the MCS API or with another controller, and keeps what they gave', () => {
    const other = { name: 'Submariner', evidence: 'Deployment a/b', hazard: 'it would' };
    const roster = roll([
      candidate('a', { facts: { mcsVersions: [] } }),
      candidate('b', { facts: { controllers: [other] } }),
      candidate('c'),
    ]);
    expect(show(roster)).toEqual(['member c']);
    expect(roster.problems.map(({ cluster }) => cluster)).toEqual(['a', 'b']);
    expect(roster.gone.size).toBe(0);
  });

  it('takes ids for gone that are said to be', () => {
    expect([...rosterOf([candidate('a')], { ...OPTIONS, gone: ['z'] }).gone]).toEqual(['z']);
  });

  it('does not depend on the order of the clusters', () => {
    const drawn = fc.record({
      clusterset: fc.constantFrom('prod', 'prod', undefined),
      id: fc.constantFrom('a', 'b', 'c', undefined),
      since: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', undefined),
      known: fc.boolean(),
      lostFor: fc.constantFrom(undefined, 1, 100),
      about: fc.boolean(),
      installed: fc.boolean(),
    });
    const shown = ({ members, gone, problems, warnings }: Roster): unknown => ({
      members: members.map(({ role, cluster, id }) => `${role} ${cluster} ${id}`).sort(),
      gone: [...gone].sort(),
      problems: problems.map(({ cluster, message }) => `${cluster} ${message}`).sort(),
      warnings: [...warnings].sort(),
    });
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 1, maxLength: 6 }), fc.nat(), (all, turn) => {
        const candidates = all.map(({ known, lostFor, about, installed, ...identity }, index) =>
          candidate(`k${index}`, {
            known,
            lostFor,
            failure: lostFor === undefined ? undefined : AWAY,
            identity,
            facts: { aboutVersions: about ? ['v1beta1'] : [], mcsVersions: installed ? ['v1beta1'] : [] },
          }),
        );
        const options = { ...OPTIONS, staleAfter: 50 };
        const at = turn % candidates.length;
        const turned = [...candidates.slice(at), ...candidates.slice(0, at)].reverse();
        expect(shown(rosterOf(turned, options))).toEqual(shown(rosterOf(candidates, options)));
      }),
      { seed: 1645 },
    );
  });
});
