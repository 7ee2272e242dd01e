import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planAll } from '../../../src/lib/actions/reconcile.ts';
import { isOurs } from '../../../src/lib/api/labels.ts';
import { isDNSSubdomain } from '../../../src/lib/api/names.ts';
import type { KubeObject } from '../../../src/lib/api/objects.ts';
import type { Change } from '../../../src/lib/plan/change.ts';
import type { Member, PlanOptions } from '../../../src/lib/plan/member.ts';
import { SERVICES, clustersets, options, wordsOf } from './arbitraries.ts';
import { NOW, OPTIONS, passOver } from './builders.ts';

/** Always the same runs; fast-check prints the seed and the path of a failure. */
const RUNS: fc.Parameters<unknown> = { seed: 1645, numRuns: 120, endOnFailure: false };

type Drawn = Parameters<typeof wordsOf>[0];
type DrawnOptions = typeof options extends fc.Arbitrary<infer T> ? T : never;

const membersOf = (drawn: Drawn): readonly Member[] => wordsOf(drawn).map((words) => words.member());
const optionsOf = ({ adopt, gone }: DrawnOptions): PlanOptions => ({ ...OPTIONS, adopt, gone: new Set(gone) });
const changesOf = (members: readonly Member[], some: PlanOptions): readonly Change[] =>
  planAll(members, some).flatMap(({ changes }) => changes);

/** Every object that anybody holds of the services, by cluster, kind and name. */
function held(members: readonly Member[]): ReadonlyMap<string, KubeObject> {
  const found = new Map<string, KubeObject>();
  for (const member of members) {
    for (const key of SERVICES) {
      const [namespace = '', name = ''] = key.split('/');
      const view = member.observed.view(namespace, name);
      for (const object of [view.import, view.derived, view.service, ...view.slices, ...view.imported]) {
        if (object !== undefined) found.set(`${member.id} ${object.kind} ${namespace}/${object.metadata.name}`, object);
      }
    }
  }
  return found;
}

function check(assertion: (drawn: Drawn, some: DrawnOptions) => Promise<void> | void): () => Promise<void> {
  return async () => {
    await fc.assert(
      fc.asyncProperty(clustersets, options, async (drawn, some) => {
        await assertion(drawn, some);
      }),
      RUNS,
    );
  };
}

// A machine that is busy takes longer; nothing here is about time.
describe('properties of a plan', { timeout: 120_000 }, () => {
  it(
    'rule 7, 22: the order of the clusters never matters',
    check((drawn, some) => {
      const members = membersOf(drawn);
      const reversed = [...members].reverse();
      const rotated = [...members.slice(1), ...members.slice(0, 1)];
      const plans = planAll(members, optionsOf(some));
      expect(planAll(reversed, optionsOf(some))).toEqual(plans);
      expect(planAll(rotated, optionsOf(some))).toEqual(plans);
    }),
  );

  it(
    'rule 18: a pass settles, and the next one writes nothing',
    check(async (drawn, some) => {
      const first = await passOver(membersOf(drawn), optionsOf(some));
      expect(first.results.flatMap(({ plan }) => plan.changes)).toEqual([]);
      const second = await passOver(first.members, { ...optionsOf(some), now: '2030-01-01T00:00:00Z' });
      expect(second.done).toEqual([]);
    }),
  );

  it(
    'rule 17: nothing without our mark is changed or deleted, but exports in their status',
    check(async (drawn, { gone }) => {
      const before = held(membersOf(drawn));
      const { members, done } = await passOver(membersOf(drawn), optionsOf({ adopt: false, gone }));
      const after = held(members);
      for (const [key, object] of before) if (!isOurs(object)) expect(after.get(key), key).toEqual(object);
      for (const { kind, subresource } of done) if (kind === 'ServiceExport') expect(subresource).toBe('status');
    }),
  );

  it(
    'rule 8, 14: ports, slices and names are what an API server takes, and mean what they say',
    check((drawn, some) => {
      for (const plan of planAll(membersOf(drawn), optionsOf(some))) {
        const ports = plan.merged?.ports ?? [];
        expect(new Set(ports.map(({ name = '' }) => name)).size).toBe(ports.length);
        expect(new Set(ports.map((port) => `${port.protocol}/${port.port}`)).size).toBe(ports.length);
        for (const { kind, verb, object } of plan.changes) {
          expect(isDNSSubdomain(object.metadata.name)).toBe(true);
          expect(object.metadata.name.length).toBeLessThanOrEqual(63);
          expect(object.metadata.namespace).toBe(plan.namespace);
          if (verb === 'delete') continue;
          if (kind === 'Service') {
            const names = object.spec.ports.map(({ name }) => name);
            expect(names.length).toBeGreaterThan(0);
            if (names.length > 1) expect(names).not.toContain(undefined);
            expect(new Set(names).size).toBe(names.length);
          }
          if (kind !== 'EndpointSlice') continue;
          expect(object.endpoints.length).toBeGreaterThan(0);
          expect(object.endpoints.length).toBeLessThanOrEqual(100);
          for (const address of object.endpoints.flatMap(({ addresses }) => addresses)) {
            expect(address.includes(':') ? 'IPv6' : 'IPv4').toBe(object.addressType);
            expect(address).not.toBe('127.0.0.1');
          }
          if (ports.length > 0) expect(object.ports?.length).toBeGreaterThan(0);
          // Each of its ports is one that the service has, under the name the derived Service has for it.
          expect(object.ports?.length ?? 0).toBeLessThanOrEqual(ports.length);
        }
      }
    }),
  );

  it(
    'rule 12: nothing is created where the namespace is not, or is going; there nothing is written but exports',
    check((drawn, some) => {
      const members = membersOf(drawn);
      for (const change of changesOf(members, optionsOf(some))) {
        const { namespace = '' } = change.object.metadata;
        const state = members.find(({ id }) => id === change.cluster)?.observed.namespaceState(namespace);
        if (change.kind !== 'ServiceExport' && change.verb !== 'delete') expect(state).toBe('active');
        if (state === 'terminating') expect(change.kind).toBe('ServiceExport');
      }
    }),
  );

  it('rule 19: a member that is missing never leads to the deletion of what it gave', async () => {
    await fc.assert(
      fc.asyncProperty(clustersets, fc.nat(4), async (drawn, which) => {
        const first = await passOver(membersOf(drawn), OPTIONS);
        const missing = first.members[which % first.members.length];
        if (missing?.role !== 'member') return;
        const rest = first.members.filter((member) => member !== missing);
        const gave = (members: readonly Member[]): readonly string[] => {
          const found = held(members.filter(({ role }) => role === 'member'));
          return [...found].flatMap(([key, { metadata }]) =>
            metadata.labels?.['multicluster.kubernetes.io/source-cluster'] === missing.id ? [key] : [],
          );
        };
        const named = (members: readonly Member[]): readonly string[] =>
          members.flatMap(({ id, role, observed }) =>
            SERVICES.filter((key) => {
              const [namespace = '', name = ''] = key.split('/');
              const found = observed.view(namespace, name).import;
              return (
                role === 'member' && found?.status?.clusters?.some(({ cluster }) => cluster === missing.id) === true
              );
            }).map((key) => `${id} ${key}`),
          );
        const before = [gave(rest), named(rest)];
        const second = await passOver(rest, { ...OPTIONS, now: NOW });
        expect(second.results.flatMap(({ plan }) => plan.changes)).toEqual([]);
        const [slices = [], names = []] = before;
        expect(gave(rest)).toEqual(expect.arrayContaining([...slices]));
        expect(named(rest)).toEqual(expect.arrayContaining([...names]));
      }),
      RUNS,
    );
  });
});
