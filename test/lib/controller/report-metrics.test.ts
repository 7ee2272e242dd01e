import { describe, expect, it } from 'vitest';
import { type Metrics, noMetrics } from '../../../src/lib/controller/metrics.ts';
import { MetricsReport } from '../../../src/lib/controller/report-metrics.ts';
import { ClusterError } from '../../../src/lib/errors.ts';
import { joined, offers, service, world } from './world.ts';

/** Metrics that keep what they are told, in words. */
function recorded(): { readonly metrics: Metrics; readonly lines: string[] } {
  const lines: string[] = [];
  const methods = Object.keys(noMetrics).map((name) => [
    name,
    (...args: readonly unknown[]): void => void lines.push([name, ...args.map(String)].join(' ')),
  ]);
  return { metrics: Object.fromEntries(methods) as Metrics, lines }; // one for each of noMetrics
}

describe('what a controller tells the metrics', () => {
  it('counts work, changes and conflicts, and how long an import took', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run, states, outcomes } = world();
    offers(east, 'cart', '10.0.0.1');
    offers(west, 'cart', '10.0.1.1');
    service(west, 'cart', 81);
    await controller.update([east, west]);
    await run();
    await run();
    const { metrics, lines } = recorded();
    const report = new MetricsReport(metrics);
    for (const state of states) report.state(state, 1000, 0);
    for (const { cluster, ...outcome } of outcomes) report.outcome(cluster, { ...outcome, pending: 90_000 }, true);
    report.depth(controller.state);
    expect(lines).toContain('synced east ServiceExport true');
    expect(lines).toContain('unreachableSince east undefined');
    expect(lines).toContain('changes west ServiceImport create');
    expect(lines).toContain('conflict shop cart 1');
    expect(lines).toContain('queueDepth west 0');
    expect(lines.filter((line) => line.startsWith('reconciled west') && line.endsWith('changed'))).not.toEqual([]);
    // From when it was first seen, failed tries included.
    expect(lines.filter((line) => line.startsWith('exportToImport west'))).toEqual([
      expect.stringMatching(/^exportToImport west 90(\.\d+)?$/),
    ]);
    lines.length = 0;
    for (const { cluster, ...outcome } of outcomes) report.outcome(cluster, outcome, false);
    expect(lines.filter((line) => line.startsWith('conflict '))).toEqual([]); // of others' services it says nothing
  });

  it('says since when a cluster cannot be reached, and forgets one that is no more for good', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run, clock, outcomes } = world();
    offers(east, 'cart', '10.0.0.1');
    await controller.update([east, west]);
    await run();
    const { metrics, lines } = recorded();
    const report = new MetricsReport(metrics);
    west.fail(new ClusterError('west', 'unreachable', 'no route'));
    clock.turn(30_000);
    report.state(controller.state, 1000, clock.now());
    expect(lines).toContain('unreachableSince west 970');
    await controller.update([east]);
    await run();
    report.state(controller.state, 1001, clock.now());
    expect(lines).toContain('forgetCluster west');
    lines.length = 0;
    for (const { cluster, ...outcome } of outcomes) if (cluster === 'west') report.outcome(cluster, outcome, true);
    report.state(controller.state, 1001, clock.now());
    expect(outcomes.some(({ cluster }) => cluster === 'west')).toBe(true);
    expect(lines.filter((line) => line.includes('west'))).toEqual([]);
  });
});
