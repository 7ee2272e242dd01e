import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOurs } from '../../../src/lib/api/labels.ts';
import { ALL_KINDS, type FakeCluster } from './fake-cluster.ts';
import { drained, exported, joined, leftToDo, service, slice, world } from './world.ts';

const NAMES = ['cart', 'web'] as const;
const CLUSTERS = 3;

const where = { at: fc.nat(CLUSTERS - 1), name: fc.constantFrom(...NAMES) };
/** What users, strangers and chance do. The last three are of the order in which watches and replies arrive. */
const step = fc.oneof(
  fc.record({ does: fc.constant('export'), ...where, label: fc.constantFrom('a', 'b') }),
  fc.record({ does: fc.constant('unexport'), ...where }),
  fc.record({ does: fc.constant('service'), ...where, port: fc.constantFrom(80, 81) }),
  fc.record({ does: fc.constant('no service'), ...where }),
  fc.record({ does: fc.constant('slice'), ...where, hosts: fc.nat(2) }),
  fc.record({ does: fc.constant('no slice'), ...where }),
  fc.record({ does: fc.constant('meddle'), ...where, kind: fc.constantFrom('ServiceImport', 'EndpointSlice') }),
  fc.record({ does: fc.constant('namespace'), ...where }),
  fc.record({ does: fc.constant('no namespace'), ...where }),
  fc.record({ does: fc.constant('relist'), ...where }),
  fc.record({ does: fc.constant('deliver'), ...where, kind: fc.constantFrom(...ALL_KINDS), count: fc.nat(3) }),
  fc.record({ does: fc.constant('reply'), ...where, count: fc.nat(3) }),
  fc.record({ does: fc.constant('work'), milliseconds: fc.constantFrom(0, 5, 20, 1000) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function act(cluster: FakeCluster, name: string, taken: Step): void {
  const ref = { namespace: 'shop', name };
  const hasNamespace = cluster.find('Namespace', 'shop') !== undefined;
  if ('label' in taken) {
    if (hasNamespace) exported(cluster, name, { team: taken.label });
  } else if ('port' in taken) {
    if (hasNamespace) service(cluster, name, taken.port);
  } else if ('hosts' in taken) {
    const addresses = Array.from({ length: taken.hosts + 1 }, (_, host) => `10.0.0.${host + 1}`);
    if (hasNamespace) slice(cluster, name, addresses);
  } else if (taken.does === 'unexport') cluster.take('ServiceExport', ref);
  else if (taken.does === 'no service') cluster.take('Service', ref);
  else if (taken.does === 'no slice') cluster.take('EndpointSlice', { ...ref, name: `${name}-1` });
  else if (taken.does === 'namespace') cluster.put('Namespace', { metadata: { name: 'shop' } });
  else if (taken.does === 'no namespace') cluster.take('Namespace', { name: 'shop' });
  else if (taken.does === 'relist') cluster.recover();
  else if (taken.does === 'meddle') {
    const kind = 'kind' in taken && taken.kind === 'EndpointSlice' ? 'EndpointSlice' : 'ServiceImport';
    const found = cluster.all(kind).find((object) => isOurs(object));
    if (found !== undefined) cluster.take(kind, found.metadata);
  }
}

describe('however watches, replies and changes meet', { timeout: 120_000 }, () => {
  it('ends where a run that begins anew has nothing to write, without a look at everything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clusters = Array.from({ length: CLUSTERS }, (_, index) => joined(`c${index}`));
        const made = world();
        await made.controller.update(clusters);
        await made.run();
        for (const cluster of clusters) {
          cluster.tellsAtOnce = false;
          cluster.repliesAtOnce = false;
        }
        for (const taken of steps) {
          if ('milliseconds' in taken) {
            await made.run(taken.milliseconds);
            continue;
          }
          const cluster = clusters[taken.at];
          if (cluster === undefined) continue;
          if (taken.does === 'deliver' && 'count' in taken && 'kind' in taken) {
            for (let left = taken.count; left >= 0; left--) cluster.deliver(taken.kind);
          } else if ('count' in taken) {
            for (let left = taken.count; left >= 0; left--) cluster.reply();
          } else act(cluster, taken.name, taken);
        }
        await drained(made, clusters);
        made.controller.close();
        expect(leftToDo(clusters)).toEqual([]);
        expect(made.defects).toEqual([]);
      }),
      { seed: 1645, numRuns: 100, endOnFailure: false },
    );
  });
});
