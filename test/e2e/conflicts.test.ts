import { beforeAll, describe, expect, it } from 'vitest';
import { isRecord } from '../../src/lib/api/reader.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { change, create, field, read, remove } from './api.ts';
import { condition, contexts, createNamespace, formClusterset, held, nextSecond } from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { HTTP, exported, headless, service, serviceExport } from './objects.ts';

const ADMIN = { name: 'admin', protocol: 'TCP', port: 9000 };
const METRICS = { name: 'metrics', protocol: 'TCP', port: 9100 };

describeWithServers('clusters that do not agree', () => {
  const shop = uniqueNamespace('conflicts');
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let reconcile: readonly string[];

  const conflict = async (at: Handle, name: string): Promise<unknown> =>
    condition(await read(at, 'ServiceExport', shop, name), 'Conflict');
  /** The service as `status` has it. */
  const shown = async (name: string): Promise<unknown> => {
    const document: unknown = JSON.parse(await mcsDone(['status', name, '-n', shop, '-o', 'json']));
    return field(document, 'services', 0);
  };

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    // Contexts in an order that is neither that of the ids nor that of the ages.
    reconcile = ['reconcile', '--quiet', ...contexts([north, west, east])];
    await formClusterset('prod', [east, west, north]);
    await createNamespace(shop, [east, west, north]);
    // West's exports are the oldest, so that precedence by id alone would be seen.
    await create(west, ...exported(shop, 'ports', [], { ports: [HTTP, ADMIN] }));
    await create(west, ...exported(shop, 'type', []));
    await create(west, ...exported(shop, 'sticky', []));
    await create(west, ...exported(shop, 'several', []));
    await create(
      west,
      service(shop, 'labels'),
      serviceExport(shop, 'labels', { exportedLabels: { tier: 'gold' }, exportedAnnotations: { note: 'w' } }),
    );
    await nextSecond();
    await create(east, ...exported(shop, 'ports', [], { ports: [HTTP, METRICS] }));
    await create(north, ...exported(shop, 'ports', [], { ports: [ADMIN, HTTP] }));
    await create(east, headless(shop, 'type'), serviceExport(shop, 'type'));
    await create(east, ...exported(shop, 'sticky', [], { sessionAffinity: 'ClientIP' }));
    await create(east, headless(shop, 'several', { ports: [METRICS] }), serviceExport(shop, 'several'));
    await create(east, service(shop, 'labels'), serviceExport(shop, 'labels', { exportedLabels: { tier: 'tin' } }));
  });

  describe('before anybody has reconciled', () => {
    it('are seen all the same, by the objects', async () => {
      const { code, stdout } = await mcs(['status', '-n', shop]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/ports +ClusterSetIP .*CONFLICT port/);
      expect(stdout).toMatch(/several +ClusterSetIP .*CONFLICT port,type/);
      expect(await shown('type')).toMatchObject({
        state: 'CONFLICT',
        importedBy: [],
        missingIn: ['east', 'north', 'west'],
        conflicts: [
          { field: 'type', reason: 'TypeConflict', used: 'ClusterSetIP', winner: 'west', disagree: ['east'] },
        ],
      });
    });

    it('are foretold to whom is about to export', async () => {
      await create(north, service(shop, 'sticky', { sessionAffinity: 'ClientIP' }));
      const args = ['export', 'svc', 'sticky', '-n', shop, '--context', 'north', '--dry-run'];
      const { code, stderr } = await mcs(args);
      expect(code).toBe(0);
      expect(stderr).toMatch(/north: the export of .*sticky conflicts on sessionAffinity: west wins/);
      expect(await read(north, 'ServiceExport', shop, 'sticky')).toBeUndefined();
    });
  });

  describe('once reconciled', () => {
    beforeAll(async () => {
      expect(await mcs(reconcile)).toMatchObject({ code: 0, stderr: '' });
    });

    it('share the union of the ports, the oldest first, and all exports say so', async () => {
      expect((await held(north, shop, 'ports')).import).toMatchObject({ spec: { ports: [HTTP, ADMIN, METRICS] } });
      const told = await Promise.all([east, west, north].map((server) => conflict(server, 'ports')));
      for (const one of told) {
        expect(one).toMatchObject({ status: 'True', reason: 'PortConflict', observedGeneration: 1 });
        expect(field(one, 'message')).toMatch(/oldest service export in "west"\. 1\/3 clusters disagree\.$/);
      }
    });

    it('get the type of the oldest', async () => {
      for (const server of [east, west, north]) {
        expect((await held(server, shop, 'type')).import).toMatchObject({ spec: { type: 'ClusterSetIP' } });
      }
      expect(await conflict(west, 'type')).toMatchObject({
        status: 'True',
        reason: 'TypeConflict',
        message: 'Conflicting type. Using "ClusterSetIP" from oldest service export in "west". 1/2 clusters disagree.',
      });
    });

    it('get session affinity, exported labels and annotations of the oldest', async () => {
      const { import: sticky, derived } = await held(east, shop, 'sticky');
      expect(sticky).toMatchObject({ spec: { sessionAffinity: 'None' } });
      expect(derived).toMatchObject({ spec: { sessionAffinity: 'None' } });
      expect(await conflict(east, 'sticky')).toMatchObject({ reason: 'SessionAffinityConflict' });
      expect((await held(east, shop, 'labels')).import).toMatchObject({
        metadata: { labels: { tier: 'gold' }, annotations: { note: 'w' } },
      });
      expect(await conflict(east, 'labels')).toMatchObject({ reason: 'AnnotationsConflict,LabelsConflict' });
    });

    it('have their reasons joined in one fixed order', async () => {
      expect(await conflict(east, 'several')).toMatchObject({ status: 'True', reason: 'PortConflict,TypeConflict' });
    });

    it('are shown with whose value is used and what to type', async () => {
      const { stdout } = await mcs(['status', 'sticky', '-n', shop]);
      expect(stdout).toMatch(/CONFLICT .*sticky {2}sessionAffinity: using None of west; east disagrees\n +next: \S+/);
    });

    it('are reported against conditions that say otherwise, and those are put right', async () => {
      const wrong = { type: 'Conflict', status: 'False', reason: 'NoConflicts', message: '', observedGeneration: 1 };
      const lastTransitionTime = '2026-01-02T03:04:05Z';
      const others = field(await read(east, 'ServiceExport', shop, 'type'), 'status', 'conditions');
      const conditions = (Array.isArray(others) ? others : [])
        .filter(isRecord)
        .map((one) => (one.type === 'Conflict' ? { ...wrong, lastTransitionTime } : one));
      await change(east, 'ServiceExport', shop, 'type', { status: { conditions } }, 'status');
      expect(await shown('type')).toMatchObject({
        state: 'CONFLICT',
        contradictions: [{ cluster: 'east', reason: expect.stringContaining('Conflict=False') as unknown }],
      });
      expect((await mcs(['status', 'type', '-n', shop])).stdout).toMatch(/NOTE .*type {2}east: .*Conflict=False/);
      await mcsDone(reconcile);
      expect(await conflict(east, 'type')).toMatchObject({ status: 'True', reason: 'TypeConflict' });
      expect(await shown('type')).toMatchObject({ contradictions: [] });
    });

    it('are at peace once they agree, and the condition moves its time with its status', async () => {
      const before = await conflict(west, 'sticky');
      await change(east, 'Service', shop, 'sticky', { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } });
      await nextSecond();
      await mcsDone(reconcile);
      for (const server of [east, west]) {
        expect(await conflict(server, 'sticky')).toMatchObject({ status: 'False', reason: 'NoConflicts' });
      }
      const after = await conflict(west, 'sticky');
      expect(field(after, 'lastTransitionTime')).not.toBe(field(before, 'lastTransitionTime'));
      expect(await shown('sticky')).toMatchObject({ state: 'OK', conflicts: [] });
      expect(await mcsDone(reconcile)).toContain('nothing to change');
    });

    it('go by the next oldest as soon as the oldest export is gone, whose type and labels then hold', async () => {
      const { code, stderr } = await mcs(['unexport', 'svc', 'type', '-n', shop, '--context', 'west']);
      expect(code).toBe(0);
      expect(stderr).toMatch(/west is the oldest exporter of .*type; east decides .*type: ClusterSetIP → Headless/);
      await mcsDone(reconcile);
      const { import: found, derived } = await held(north, shop, 'type');
      expect(found).toMatchObject({ spec: { type: 'Headless' }, status: { clusters: [{ cluster: 'east' }] } });
      expect(derived).toBeUndefined();
      expect(await conflict(east, 'type')).toMatchObject({ status: 'False', reason: 'NoConflicts' });
      await remove(west, 'ServiceExport', shop, 'labels');
      await mcsDone(reconcile);
      const { import: labels } = await held(north, shop, 'labels');
      expect(labels).toMatchObject({ metadata: { labels: { tier: 'tin' } } });
      expect(field(labels, 'metadata', 'annotations', 'note')).toBeUndefined();
    });
  });

  it('of one age go by their ids', async () => {
    const created = async (at: Handle): Promise<unknown> =>
      field(await read(at, 'ServiceExport', shop, 'tie'), 'metadata', 'creationTimestamp');
    await create(east, service(shop, 'tie', { sessionAffinity: 'ClientIP' }));
    await create(west, service(shop, 'tie'));
    do {
      await Promise.all([east, west].map((server) => remove(server, 'ServiceExport', shop, 'tie')));
      await nextSecond();
      await create(west, serviceExport(shop, 'tie'));
      await create(east, serviceExport(shop, 'tie'));
    } while ((await created(east)) !== (await created(west)));
    await mcsDone(reconcile);
    expect((await held(north, shop, 'tie')).import).toMatchObject({ spec: { sessionAffinity: 'ClientIP' } });
    expect(field(await conflict(west, 'tie'), 'message')).toContain('"ClientIP" from oldest service export in "east"');
  });
});
