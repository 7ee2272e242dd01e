import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFleet, type Fleet } from '../faults/fleet.ts';
import { randomRun } from '../faults/random-run.ts';
import { describeWithServers, shared } from '../kube/fixture.ts';

/** To have a run again: `SEED=N`. Longer ones: `node scripts/soak.ts`. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

describeWithServers('mcs reconcile --watch beside random users and faults', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(shared().assets, ['one', 'two', 'three']);
  });

  afterAll(async () => {
    await fleet.end();
  });

  it(`does no harm and ends where a run from scratch would (seed ${SEED})`, { timeout: 400_000 }, async () => {
    const { wrong, log, ...counts } = await randomRun({
      fleet,
      seed: SEED,
      milliseconds: 50_000,
      chaos: 16_000,
      longest: 6000,
      operationEvery: 250,
      faultEvery: 2500,
      processes: 2,
      mayKill: () => true,
      slow: false,
    });
    expect(wrong, `seed ${SEED}\n${wrong.length > 0 ? log.join('\n') : ''}`).toEqual([]);
    // It was no run if nothing happened.
    expect(counts.operations).toBeGreaterThan(20);
    expect(counts.faults).toBeGreaterThan(3);
    expect(counts.writes).toBeGreaterThan(100);
    expect(counts.checks).toBeGreaterThan(1);
    expect(counts.led).toBeGreaterThan(0.2 * counts.writes);
    // A check for deletes shows nothing if it would have excused most of them.
    expect(counts.standing).toBeGreaterThan(100);
    expect(counts.guarded / counts.standing).toBeGreaterThan(0.4);
  });
});
