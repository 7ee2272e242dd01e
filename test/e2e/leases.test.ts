import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRecord } from '../../src/lib/api/reader.ts';
import type { Cluster, EventAccess, LeaseAccess } from '../../src/lib/clusters/cluster.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { grant } from '../kube/rbac.ts';
import { failure } from '../lib/clusters/directory/folder.ts';
import { as, closeAll } from './kube/opened.ts';

const PROGRAM = fileURLToPath(new URL('election-program.ts', import.meta.url));

afterAll(closeAll);

function leasesOf(cluster: Cluster): LeaseAccess {
  if (cluster.leases === undefined) throw new Error('a context has Leases');
  return cluster.leases;
}

function eventsOf(cluster: Cluster): EventAccess {
  if (cluster.events === undefined) throw new Error('a context has Events');
  return cluster.events;
}

describeWithServers('Leases and Events of an API server', () => {
  let east: Handle;
  let leases: LeaseAccess;
  let events: EventAccess;
  let namespace: string;

  beforeAll(async () => {
    east = (await clusters()).east;
    const cluster = await as(east, 'admin');
    leases = leasesOf(cluster);
    events = eventsOf(cluster);
  });

  beforeEach(async () => {
    namespace = uniqueNamespace('leases');
    await east.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
  });

  describe('Leases', () => {
    it('are created, read, replaced and emptied', async () => {
      const ref = { namespace, name: 'mcs' };
      expect(await leases.get(ref)).toBeUndefined();
      const time = '2026-01-02T03:04:05.000000Z';
      const spec = { holder: 'a', durationSeconds: 15, acquireTime: time, renewTime: time, transitions: 0 };
      const made = await leases.put({ ...ref, ...spec });
      expect(made).toEqual({ ...ref, ...spec, resourceVersion: made.resourceVersion });
      expect(await leases.get(ref)).toEqual(made);
      const emptied = await leases.put({ ...made, holder: '' });
      expect(emptied.holder ?? '').toBe('');
      const raw = await east.get('lease', 'mcs', namespace);
      expect(isRecord(raw?.spec) ? raw.spec.holderIdentity : 'no spec').toBeUndefined();
    });

    it('are written by one of two that read the same', async () => {
      const ref = { namespace, name: 'mcs' };
      const [first, second] = await Promise.allSettled(['a', 'b'].map((holder) => leases.put({ ...ref, holder })));
      expect([first?.status, second?.status].sort()).toEqual(['fulfilled', 'rejected']);
      const read = await leases.get(ref);
      if (read === undefined) throw new Error('it was created');
      await leases.put({ ...read, holder: 'c' });
      expect(await failure(leases.put({ ...read, holder: 'd' }))).toMatchObject({ reason: 'conflict' });
      expect((await leases.get(ref))?.holder).toBe('c');
    });

    it('that were deleted meanwhile are made anew, by one of two', async () => {
      const made = await leases.put({ namespace, name: 'mcs', holder: 'a' });
      await east.kubectl(['delete', 'lease', 'mcs', '--namespace', namespace]);
      expect((await leases.put(made)).holder).toBe('a');
      expect(await failure(leases.put({ ...made, holder: 'b' }))).toMatchObject({ reason: 'conflict' });
    });

    it('say what to do about a missing namespace and a missing right', async () => {
      const missing = await failure(leases.put({ namespace: 'no-such', name: 'mcs', holder: 'a' }));
      expect(missing.message).toBe('cannot write the Lease no-such/mcs: namespace no-such does not exist');
      expect(missing.next).toBe('kubectl create namespace no-such');

      await grant(east.info, 'limited', []);
      const limited = leasesOf(await as(east, 'limited'));
      const forbidden = await failure(limited.get({ namespace, name: 'mcs' }));
      expect(forbidden).toMatchObject({ reason: 'forbidden' });
      expect(forbidden.next).toContain(
        `"get", "create" and "update" on leases.coordination.k8s.io in namespace ${namespace}`,
      );
    });
  });

  describe('Events', () => {
    it('are shown with what they regard, the note cut in whole characters', async () => {
      const regarding = {
        apiVersion: 'multicluster.x-k8s.io/v1beta1',
        kind: 'ServiceExport',
        namespace,
        name: `${'w'.repeat(235)}.${'x'.repeat(17)}`,
      };
      const note = `a${'ü'.repeat(600)}`;
      await events.create({ regarding, type: 'Warning', reason: 'Conflict', action: 'Merge', note });
      const [event] = await east.list('events.events.k8s.io', namespace);
      expect(event).toMatchObject({
        regarding,
        type: 'Warning',
        reason: 'Conflict',
        action: 'Merge',
        note: `a${'ü'.repeat(511)}`,
        reportingController: 'mcs',
      });
      expect(String(event?.reportingInstance)).toMatch(new RegExp(`-${process.pid}$`));
      expect(String(event?.eventTime)).toMatch(/T\d\d:\d\d:\d\d\.\d{6}Z$/);
    });

    it('can be written about one object again and again', async () => {
      const regarding = { apiVersion: 'v1', kind: 'Service', namespace, name: 'web' };
      const note = { regarding, type: 'Normal', reason: 'Merged', action: 'Merge', note: 'all agree' } as const;
      await events.create(note);
      await events.create(note);
      expect(await east.list('events.events.k8s.io', namespace)).toHaveLength(2);
    });

    it('say which right is missing', async () => {
      await grant(east.info, 'limited', []);
      const regarding = { apiVersion: 'v1', kind: 'Service', namespace, name: 'web' };
      const limited = eventsOf(await as(east, 'limited'));
      const note = { regarding, type: 'Normal', reason: 'Merged', action: 'Merge', note: 'all agree' } as const;
      expect((await failure(limited.create(note))).next).toBe('ask for the RBAC verb "create" on events.events.k8s.io');
    });
  });

  describe('an election between two processes', () => {
    const processes: ChildProcess[] = [];
    afterEach(() => {
      for (const child of processes.splice(0)) child.kill('SIGKILL'); // also one that is stopped
    });

    /** Starts a candidate; its lines come into `said`. */
    function candidate(identity: string): { readonly child: ChildProcess; readonly said: unknown[] } {
      const child = spawn(process.execPath, [PROGRAM, east.kubeconfig, namespace, identity], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      processes.push(child);
      const said: unknown[] = [];
      let rest = '';
      child.stdout.on('data', (data: Buffer) => {
        const lines = (rest + data.toString()).split('\n');
        rest = lines.pop() ?? '';
        said.push(...lines.map((line) => JSON.parse(line) as unknown));
      });
      return { child, said };
    }

    async function until(said: readonly unknown[], line: object, seconds: number): Promise<void> {
      await vi.waitFor(
        () => {
          expect(said).toContainEqual(line);
        },
        { timeout: seconds * 1000, interval: 20 },
      );
    }

    it('is taken over from one that is stopped, which does not lead when it wakes', async () => {
      const a = candidate('a');
      await until(a.said, { leads: true }, 20);
      const b = candidate('b');
      await until(b.said, { ready: true }, 20);
      a.child.kill('SIGSTOP');
      await until(b.said, { leads: true }, 25); // 15 s, a retry, and a slow machine
      a.child.kill('SIGCONT');
      await until(a.said, { leads: false }, 10);
      expect(a.said).toContainEqual({ woke: true, mayWrite: false });
      expect(a.said).not.toContainEqual({ woke: true, mayWrite: true });
      expect(b.said).toEqual([{ ready: true }, { leads: true }]);
      expect(await leases.get({ namespace, name: 'mcs' })).toMatchObject({ holder: 'b', transitions: 1 });
    });

    it('passes on within a retry of SIGTERM, and the process ends by itself', async () => {
      const a = candidate('a');
      await until(a.said, { leads: true }, 20);
      const b = candidate('b');
      await until(b.said, { ready: true }, 20);
      a.child.kill('SIGTERM');
      expect(await once(a.child, 'exit')).toEqual([0, null]);
      expect(a.said.filter((line) => JSON.stringify(line).includes('leads'))).toEqual([
        { leads: true },
        { leads: false },
      ]);
      await until(b.said, { leads: true }, 6); // the Lease of one that died would stay for 15 s
    });
  });
});
