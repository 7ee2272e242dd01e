import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kept } from '../faults/kept.ts';
import { Program } from '../faults/program.ts';
import { clusters, describeWithServers, handle, must, shared, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { startServer, type Server } from '../kube/servers.ts';
import { change, create, field, read, readAll, remove, uidOf } from './api.ts';
import { addressesIn, condition, contexts, held, importedSlices, nextSecond, sourceOf } from './clusterset.ts';
import { exported, headless, HTTP, namespaceObject, service, serviceExport, slice } from './objects.ts';

const NAMESPACE = 'shop';
const LATE = 'late';
const ADMIN = { name: 'admin', protocol: 'TCP', port: 9000 };

/** What a user does, one thing after the other, with eight clusters, of which seven are members at first. */
describeWithServers('mcs reconcile --watch brings eight clusters to where a run from scratch would', () => {
  const own: Server[] = [];
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let fifth: Handle;
  let last: Handle;
  let all: readonly Handle[];
  let members: readonly Handle[];
  let kept: Kept;
  let program: Program;
  let access: readonly string[];

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    const { assets, etcd } = shared();
    const names = ['c4', 'c5', 'c6', 'c7', 'c8'];
    own.push(
      ...(await Promise.all(
        names.map((name, index) => startServer(assets, { name, etcd, serviceCIDR: `10.${80 + index}.0.0/16` })),
      )),
    );
    const others = await Promise.all(own.map(({ info }) => handle(info)));
    all = [east, west, north, ...others];
    [, fifth = east] = others;
    last = others.at(-1) ?? east;
    members = all.filter((at) => at !== last);
    program = new Program();
    access = ['--kubeconfig', await writeKubeconfig(all.map(({ info }) => info))];
    await program.document(['join', 'prod', ...access, ...contexts(members)]);
    await Promise.all(all.map((at) => create(at, namespaceObject(NAMESPACE))));
    kept = new Kept(program, [...access, ...contexts(all)]);
    await kept.start();
  });

  afterAll(async () => {
    await kept.end('SIGKILL');
    await Promise.all(own.map((server) => server.kill()));
  });

  /** Sources of the slices that clusters hold of a service, with all addresses: the same in all of them. */
  async function expectSources(name: string, sources: Readonly<Record<string, readonly string[]>>, at = members) {
    await Promise.all(
      at.map(async (cluster) => {
        const slices = await importedSlices(cluster, NAMESPACE, name);
        const found = Object.fromEntries(slices.map((one) => [sourceOf(one), addressesIn([one])]));
        expect(found, cluster.name).toEqual(sources);
      }),
    );
  }

  async function expectImports(name: string, holds: (one: unknown) => void, at = members): Promise<void> {
    await Promise.all(at.map(async (cluster) => { holds(await read(cluster, 'ServiceImport', NAMESPACE, name)); })); // prettier-ignore
  }

  const conflictOf = async (at: Handle, name: string): Promise<unknown> =>
    condition(await read(at, 'ServiceExport', NAMESPACE, name), 'Conflict');

  describe('when exports, services and slices change', () => {
    it('gives every cluster an import of a new export, and the addresses of each source', async () => {
      await create(east, ...exported(NAMESPACE, 'web', ['10.0.0.1']));
      await nextSecond();
      await create(west, ...exported(NAMESPACE, 'web', ['10.0.0.2']));
      await kept.until(async () => {
        await expectSources('web', { east: ['10.0.0.1'], west: ['10.0.0.2'] });
        await expectImports('web', (one) => {
          expect(field(condition(one, 'Ready'), 'status')).toBe('True');
          expect(field(one, 'status', 'clusters')).toEqual([{ cluster: 'east' }, { cluster: 'west' }]);
        });
      });
      expect(await read(last, 'ServiceImport', NAMESPACE, 'web')).toBeUndefined();
    });

    it('follows a slice that changes, one that comes and one that goes', async () => {
      const endpoints = [{ addresses: ['10.0.0.9'] }];
      await change(east, 'EndpointSlice', NAMESPACE, 'web-abcde', { endpoints });
      await kept.until(() => expectSources('web', { east: ['10.0.0.9'], west: ['10.0.0.2'] }));
      await create(north, ...exported(NAMESPACE, 'web', ['10.0.0.3']));
      await remove(west, 'EndpointSlice', NAMESPACE, 'web-abcde');
      await kept.until(() => expectSources('web', { east: ['10.0.0.9'], north: ['10.0.0.3'] }));
      await create(west, slice(NAMESPACE, 'web', ['10.0.0.4']));
      await remove(north, 'ServiceExport', NAMESPACE, 'web');
      await kept.until(() => expectSources('web', { east: ['10.0.0.9'], west: ['10.0.0.4'] }));
    });

    it('follows what the oldest export says', async () => {
      await change(west, 'ServiceExport', NAMESPACE, 'web', { spec: { exportedLabels: { tier: 'west' } } });
      await change(east, 'ServiceExport', NAMESPACE, 'web', { spec: { exportedLabels: { tier: 'east' } } });
      await kept.until(() =>
        expectImports('web', (one) => {
          expect(field(one, 'metadata', 'labels', 'tier')).toBe('east');
        }),
      );
      await change(east, 'ServiceExport', NAMESPACE, 'web', { spec: { exportedLabels: null } });
      await change(west, 'ServiceExport', NAMESPACE, 'web', { spec: { exportedLabels: null } });
      await kept.until(async () => {
        expect(await conflictOf(east, 'web')).toMatchObject({ status: 'False' });
        await expectImports('web', (one) => {
          expect(field(one, 'metadata', 'labels', 'tier')).toBeUndefined();
        });
      });
    });

    it('tells of a conflict that begins and ends, on the exports and by Events', async () => {
      await change(west, 'Service', NAMESPACE, 'web', { spec: { ports: [HTTP, ADMIN] } });
      await kept.until(async () => {
        for (const at of [east, west]) {
          expect(await conflictOf(at, 'web')).toMatchObject({ status: 'True', reason: 'PortConflict' });
          expect(await events(at, 'web')).toContain('Conflict');
        }
        await expectImports('web', (one) => {
          expect(field(one, 'spec', 'ports')).toMatchObject([HTTP, ADMIN]);
        });
      });
      await change(west, 'Service', NAMESPACE, 'web', { spec: { ports: [HTTP] } });
      await kept.until(async () => {
        for (const at of [east, west]) {
          expect(await conflictOf(at, 'web')).toMatchObject({ status: 'False', reason: 'NoConflicts' });
          expect(await events(at, 'web')).toContain('ConflictResolved');
        }
      });
    });

    it('lets the next oldest decide when the oldest goes, and not the one that comes back', async () => {
      await change(east, 'Service', NAMESPACE, 'web', { spec: { sessionAffinity: 'ClientIP' } });
      const affinity = (value: string) => () =>
        expectImports('web', (one) => {
          expect(field(one, 'spec', 'sessionAffinity')).toBe(value);
        });
      await kept.until(affinity('ClientIP'));
      await remove(east, 'ServiceExport', NAMESPACE, 'web');
      await kept.until(async () => {
        await affinity('None')();
        await expectSources('web', { west: ['10.0.0.4'] });
      });
      await nextSecond();
      await create(east, serviceExport(NAMESPACE, 'web'));
      await kept.until(async () => {
        await affinity('None')();
        await expectSources('web', { east: ['10.0.0.9'], west: ['10.0.0.4'] });
        const message = expect.stringContaining('oldest service export in "west"') as unknown;
        expect(await conflictOf(east, 'web')).toMatchObject({ status: 'True', message });
      });
    });

    it('takes back what a service gave that is deleted, and gives it again', async () => {
      const before = await held(north, NAMESPACE, 'web');
      await remove(east, 'Service', NAMESPACE, 'web');
      await kept.until(async () => {
        await expectSources('web', { west: ['10.0.0.4'] });
        const valid = condition(await read(east, 'ServiceExport', NAMESPACE, 'web'), 'Valid');
        expect(valid).toMatchObject({ status: 'False', reason: 'NoService' });
      });
      await create(east, service(NAMESPACE, 'web'));
      await kept.until(() => expectSources('web', { east: ['10.0.0.9'], west: ['10.0.0.4'] }));
      const after = await held(north, NAMESPACE, 'web');
      expect(field(after.import, 'spec', 'ips')).toEqual(field(before.import, 'spec', 'ips'));
      expect(uidOf(after.import)).toBe(uidOf(before.import));
    });

    it('sees one that is deleted and made again at once as another', async () => {
      for (const kind of ['ServiceExport', 'Service'] as const) await remove(west, kind, NAMESPACE, 'web');
      await create(west, service(NAMESPACE, 'web', { ports: [ADMIN] }), serviceExport(NAMESPACE, 'web'));
      await kept.until(async () => {
        // Now east is the older.
        const message = expect.stringContaining('oldest service export in "east"') as unknown;
        expect(await conflictOf(west, 'web')).toMatchObject({ status: 'True', reason: 'PortConflict', message });
        await expectImports('web', (one) => {
          expect(field(one, 'spec', 'ports')).toMatchObject([HTTP, ADMIN]);
        });
      });
    });

    it('turns an import headless and back in place', async () => {
      await create(west, ...exported(NAMESPACE, 'flip', ['10.0.1.1']));
      await kept.until(() => expectSources('flip', { west: ['10.0.1.1'] }));
      const before = await held(east, NAMESPACE, 'flip');
      await remove(west, 'Service', NAMESPACE, 'flip');
      await create(west, headless(NAMESPACE, 'flip'));
      await kept.until(async () => {
        await expectImports('flip', (one) => {
          expect(field(one, 'spec', 'type')).toBe('Headless');
          expect(field(one, 'spec', 'ips') ?? []).toEqual([]);
        });
        expect((await held(east, NAMESPACE, 'flip')).derived).toBeUndefined();
        await expectSources('flip', { west: ['10.0.1.1'] });
      });
      await remove(west, 'Service', NAMESPACE, 'flip');
      await create(west, service(NAMESPACE, 'flip'));
      await kept.until(() =>
        expectImports('flip', (one) => {
          expect(field(one, 'spec')).toMatchObject({ type: 'ClusterSetIP', ips: [expect.any(String)] });
        }),
      );
      // An import lives as long as somebody exports: it may have gone between delete and create, and it may not.
      expect(before.derived).toBeDefined();
    });

    it('takes every import away when the last export goes', async () => {
      await remove(west, 'ServiceExport', NAMESPACE, 'flip');
      await kept.until(async () => {
        for (const at of members) {
          expect(await held(at, NAMESPACE, 'flip')).toEqual({ import: undefined, derived: undefined, slices: [] });
        }
      });
    });
  });

  describe('when namespaces and strangers come and go', () => {
    it('imports into a namespace that appears, and leaves one alone that terminates', async () => {
      await create(east, namespaceObject(LATE), ...exported(LATE, 'api', ['10.0.2.1']));
      await kept.until(async () => {
        expect(field(await read(east, 'ServiceImport', LATE, 'api'), 'metadata', 'name')).toBe('api');
      });
      await create(fifth, namespaceObject(LATE));
      await kept.until(async () => {
        expect(addressesIn(await importedSlices(fifth, LATE, 'api'))).toEqual(['10.0.2.1']);
      });
      await must(fifth.request('DELETE', `/api/v1/namespaces/${LATE}`));
      await change(east, 'EndpointSlice', LATE, 'api-abcde', { endpoints: [{ addresses: ['10.0.2.2'] }] });
      // The namespace's controller begins with its work.
      await remove(fifth, 'ServiceImport', LATE, 'api');
      await kept.until(async () => {
        expect(addressesIn(await importedSlices(east, LATE, 'api'))).toEqual(['10.0.2.2']);
        expect(await read(fifth, 'ServiceImport', LATE, 'api')).toBeUndefined();
      });
      for (const kind of ['EndpointSlice', 'Service'] as const) {
        for (const one of await readAll(fifth, kind, LATE)) {
          await remove(fifth, kind, LATE, String(field(one, 'metadata', 'name')));
        }
      }
      await fifth.removeNamespace(LATE);
      await create(fifth, namespaceObject(LATE));
      await kept.until(async () => {
        expect(addressesIn(await importedSlices(fifth, LATE, 'api'))).toEqual(['10.0.2.2']);
      });
    });

    it('leaves a stranger’s import as it is, says so, and takes its place when it goes', async () => {
      const [apiVersion, kind, name] = ['multicluster.x-k8s.io/v1beta1', 'ServiceImport', 'taken'];
      const metadata = { namespace: NAMESPACE, name };
      await create(fifth, { apiVersion, kind, metadata, spec: { type: 'Headless', ports: [HTTP] } });
      const foreign = await read(fifth, 'ServiceImport', NAMESPACE, name);
      await create(east, ...exported(NAMESPACE, name, ['10.0.3.1']));
      const others = members.filter((at) => at !== fifth);
      await kept.until(() => expectSources(name, { east: ['10.0.3.1'] }, others));
      const isIt = (entry: unknown): boolean =>
        field(entry, 'problem', 'cluster') === fifth.name && String(field(entry, 'problem', 'object')).includes(name);
      await kept.told('problem', isIt);
      expect(await read(fifth, 'ServiceImport', NAMESPACE, name)).toEqual(foreign);
      await remove(fifth, 'ServiceImport', NAMESPACE, name);
      await kept.until(() => expectSources(name, { east: ['10.0.3.1'] }));
      await kept.told('solved', isIt);
    });

    it('puts right what a stranger deletes or changes of its own', async () => {
      const slices = await importedSlices(north, NAMESPACE, 'taken');
      await remove(north, 'EndpointSlice', NAMESPACE, String(field(slices[0], 'metadata', 'name')));
      await remove(fifth, 'ServiceImport', NAMESPACE, 'taken');
      await change(west, 'ServiceImport', NAMESPACE, 'taken', { spec: { ports: [ADMIN] } });
      await kept.until(async () => {
        await expectSources('taken', { east: ['10.0.3.1'] });
        await expectImports('taken', (one) => {
          expect(field(one, 'spec', 'ports')).toMatchObject([HTTP]);
        });
      });
    });
  });

  describe('when clusters join and leave', () => {
    it('takes in one that joins, with what it exports', async () => {
      // Its API server serves none of the APIs before.
      await program.document(['join', 'prod', ...access, '--context', last.name]);
      await create(last, ...exported(NAMESPACE, 'taken', ['10.0.3.8']));
      await kept.until(() => expectSources('taken', { east: ['10.0.3.1'], c8: ['10.0.3.8'] }, all));
      await kept.told('joined', ({ cluster }) => cluster === 'c8');
    });

    it('lets go of one that leaves, and of what it gave', async () => {
      await program.document(['leave', ...access, '--context', last.name, '--exports', 'all', '--yes']);
      await kept.until(async () => {
        await expectSources('taken', { east: ['10.0.3.1'] });
        expect(await held(last, NAMESPACE, 'taken')).toEqual({ import: undefined, derived: undefined, slices: [] });
      });
      await kept.told('left', ({ cluster }) => cluster === 'c8');
    });
  });

  it('has printed one JSON object a line, and told of no defect', () => {
    kept.expectClean();
  });
});

/** Reasons of the Events about an export. */
async function events(at: Handle, name: string): Promise<readonly unknown[]> {
  const list = await must(at.request('GET', `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`));
  const items = field(list, 'items');
  const about = Array.isArray(items) ? items.filter((one) => field(one, 'regarding', 'name') === name) : [];
  return about.filter((one) => field(one, 'regarding', 'kind') === 'ServiceExport').map((one) => field(one, 'reason'));
}
