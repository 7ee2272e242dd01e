import { expect, it, onTestFinished } from 'vitest';
import type { StatusReport } from '../../../src/lib/actions/status.ts';
import { LiveStatus } from '../../../src/lib/controller/live-status.ts';
import { ClusterError } from '../../../src/lib/errors.ts';
import { TurnedClock, flushed } from './turned-clock.ts';
import { joined, offers } from './world.ts';

const START = Date.parse('2026-01-02T03:04:05Z');

/** A status of two clusters, the first of which exports a service, with the reports that it told. */
function followed() {
  const [east, west] = [joined('east'), joined('west')];
  offers(east, 'cart', '10.0.0.1');
  const turned = new TurnedClock();
  const wall = (): number => START + turned.now();
  const clock = { now: turned.now, after: turned.after, random: turned.random, wall };
  const reports: StatusReport[] = [];
  const failed = (error: unknown): void => {
    throw error;
  };
  const live = new LiveStatus(
    [east, west],
    { names: [], clock },
    { changed: (report) => reports.push(report), failed },
  );
  live.start();
  onTestFinished(() => {
    live.stop();
  });
  const run = async (milliseconds = 100): Promise<StatusReport | undefined> => {
    await flushed();
    turned.turn(milliseconds);
    await flushed();
    return reports.at(-1);
  };
  return { east, west, run };
}

it('says since when a cluster is away, the same until it is back, and anew when it is lost again', async () => {
  const { east, west, run } = followed();
  expect((await run())?.clusters.map(({ state }) => state)).toEqual(['ok', 'ok']);
  await run(60_000);
  west.fail(new ClusterError('west', 'unreachable', 'connection refused'));
  const lost = { cluster: 'west', state: 'unreachable', message: 'connection refused' };
  const before = await run();
  expect(before?.clusters[1]).toMatchObject({ ...lost, unreachableSince: '2026-01-02T03:05:05Z' });
  await run(90_000);
  west.fail(new ClusterError('west', 'timeout', 'no answer'));
  offers(east, 'till', '10.0.0.2');
  const after = await run();
  expect(after?.services).toHaveLength(2);
  expect(after?.clusters[1]).toMatchObject({ message: 'no answer', unreachableSince: '2026-01-02T03:05:05Z' });
  west.recover();
  expect((await run())?.clusters[1]).not.toHaveProperty('unreachableSince');
  await run(60_000);
  west.fail(new ClusterError('west', 'unreachable', 'connection refused'));
  expect((await run())?.clusters[1]).toMatchObject({ ...lost, unreachableSince: '2026-01-02T03:07:35Z' });
});
