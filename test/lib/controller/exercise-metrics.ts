import type { Metrics } from '../../../src/lib/controller/metrics.ts';

/** Calls everything that metrics can be told, so that a scrape shows all of them. */
export function exercise(metrics: Metrics, cluster = 'east'): void {
  metrics.synced(cluster, 'ServiceExport', true);
  metrics.heard(cluster, 'ServiceExport');
  metrics.unreachableSince(cluster, 1_700_000_000);
  metrics.queueDepth(cluster, 3);
  metrics.queueWait(cluster, 0.2);
  metrics.reconciled(cluster, 0.1, 'changed');
  metrics.reconciled(cluster, 0.1, 'failed');
  metrics.reconcileError(cluster, 'timeout');
  metrics.write(cluster, 'apply', 200);
  metrics.changes(cluster, 'EndpointSlice', 'create');
  metrics.conflict('shop', 'cart', 1);
  metrics.exportToImport(cluster, 0.3);
  metrics.leader(true);
  metrics.shards(2, 8);
}
