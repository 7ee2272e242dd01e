import { describe, expect, it, vi } from 'vitest';
import type { EventNote, Permitted } from '../../../src/lib/clusters/cluster.ts';
import { ConflictNotes } from '../../../src/lib/controller/conflict-notes.ts';
import { ClusterError } from '../../../src/lib/errors.ts';
import type { ServicePlan } from '../../../src/lib/plan/service-plan.ts';
import { cluster, plan } from '../plan/builders.ts';
import { FakeCluster } from './fake-cluster.ts';

const CONFLICT = { type: 'Conflict', status: 'True', reason: 'PortConflict', message: '' } as const;
const PORTS = [{ name: 'http', port: 81 }];

function planned(agree: boolean, conditions: readonly (typeof CONFLICT)[] = [], key = 'shop/cart'): ServicePlan {
  const words = { conditions };
  return plan(key, [cluster('east').exports(key, words), cluster('west').exports(key, agree ? {} : { ports: PORTS })]);
}

/** What one look found before it wrote, and after. */
const looked = (first: ServicePlan, after = first): { first: ServicePlan; plan: ServicePlan } => ({
  first,
  plan: after,
});
const reasons = (east: FakeCluster): readonly string[] => east.notes.map(({ reason }) => reason);

describe('Events for conflicts', () => {
  it('tell of a conflict that begins, changes nothing while it lasts, and of its end', async () => {
    const [notes, east] = [new ConflictNotes(() => 0, never), new FakeCluster('east')];
    await notes.note(east, looked(planned(true)));
    expect(reasons(east)).toEqual([]);
    await notes.note(east, looked(planned(false), planned(false, [CONFLICT])));
    await notes.note(east, looked(planned(false, [CONFLICT])));
    expect(reasons(east)).toEqual(['Conflict']);
    expect(east.notes[0]).toMatchObject({ type: 'Warning', regarding: { namespace: 'shop', name: 'cart' } });
    expect(east.notes[0]?.note).toContain('ports');
    await notes.note(east, looked(planned(true)));
    expect(reasons(east)).toEqual(['Conflict', 'ConflictResolved']);
  });

  it('are not written at the start if the condition says so already', async () => {
    const [notes, east] = [new ConflictNotes(() => 0, never), new FakeCluster('east')];
    await notes.note(east, looked(planned(false, [CONFLICT])));
    expect(reasons(east)).toEqual([]);
    await notes.note(east, looked(planned(true)));
    expect(reasons(east)).toEqual(['ConflictResolved']);
  });

  it('tell of the conflict that comes with a new export, although its condition was written by then', async () => {
    const [notes, east] = [new ConflictNotes(() => 0, never), new FakeCluster('east')];
    await notes.note(east, looked(planned(false), planned(false, [CONFLICT])));
    expect(reasons(east)).toEqual(['Conflict']);
  });

  it('are at most 25 at once in a cluster, and one more every ten seconds', async () => {
    let now = 0;
    const [notes, east, west] = [new ConflictNotes(() => now, never), new FakeCluster('east'), new FakeCluster('west')];
    for (let count = 0; count < 40; count++) await notes.note(east, looked(planned(false, [], `shop/s${count}`)));
    expect(east.notes).toHaveLength(25);
    await notes.note(west, looked(planned(false)));
    expect(west.notes).toHaveLength(1);
    now = 9_999;
    await notes.note(east, looked(planned(false, [], 'shop/x')));
    expect(east.notes).toHaveLength(25);
    now = 10_000;
    await notes.note(east, looked(planned(false, [], 'shop/y')));
    expect(east.notes).toHaveLength(26);
  });

  it('disturb nobody when they cannot be written, or there are none', async () => {
    const east = new FakeCluster('east');
    east.events.create = () => Promise.reject(new ClusterError('east', 'unreachable', 'no'));
    const notes = new ConflictNotes(() => 0, never);
    await expect(notes.note(east, looked(planned(false)))).resolves.toBeUndefined();
    const mute = Object.defineProperty(new FakeCluster('east'), 'events', { value: undefined });
    await expect(new ConflictNotes(() => 0, never).note(mute, looked(planned(false)))).resolves.toBeUndefined();
  });

  it('are written with the permit of whoever leads', async () => {
    const east = new FakeCluster('east');
    const asked: unknown[] = [];
    const create = vi.fn((_note: EventNote, options?: Permitted) => {
      asked.push(options?.permit);
      return Promise.resolve();
    });
    Object.assign(east.events, { create });
    const permit = (): void => undefined;
    await new ConflictNotes(() => 0, never).note(east, looked(planned(false)), permit);
    expect(asked).toEqual([permit]);
  });

  it('say once for each cluster that they are not allowed there', async () => {
    const [east, west] = [new FakeCluster('east'), new FakeCluster('west')];
    for (const { events, name } of [east, west]) {
      events.create = () => Promise.reject(new ClusterError(name, 'forbidden', 'not allowed'));
    }
    const said: string[] = [];
    const notes = new ConflictNotes(
      () => 0,
      ({ cluster, message }) => {
        said.push(`${cluster}: ${message}`);
      },
    );
    for (const at of [east, east, west]) {
      for (const agree of [false, true]) await notes.note(at, looked(planned(agree)));
    }
    expect(said).toEqual(['east: not allowed', 'west: not allowed']);
  });
});

function never(error: ClusterError): void {
  throw error;
}
