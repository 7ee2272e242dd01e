import type { ControllerState } from './controller-options.ts';
import { WATCHED_KINDS } from './watched-kinds.ts';
import type { Outcome } from './lane.ts';
import type { Metrics } from './metrics.ts';

/** Tells the metrics what a controller tells. */
export class MetricsReport {
  readonly #metrics: Metrics;
  readonly #clusters = new Set<string>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** @param unixTime of now, in seconds; @param now of the clock that `lostSince` is of, in milliseconds */
  state({ clusters }: ControllerState, unixTime: number, now: number): void {
    const present = new Set(clusters.map(({ cluster }) => cluster.name));
    for (const name of this.#clusters) {
      if (present.has(name)) continue;
      this.#metrics.forgetCluster(name);
      this.#clusters.delete(name);
    }
    for (const { cluster, cache } of clusters) {
      this.#clusters.add(cluster.name);
      for (const kind of WATCHED_KINDS) this.#metrics.synced(cluster.name, kind, cache.isSynced(kind));
      const { lostSince } = cache;
      this.#metrics.unreachableSince(
        cluster.name,
        lostSince === undefined ? undefined : unixTime - (now - lostSince) / 1000,
      );
    }
  }

  depth({ clusters }: ControllerState): void {
    for (const { cluster, queue } of clusters) {
      this.#metrics.queueDepth(cluster.name, queue.depth + queue.working + queue.delayed);
    }
  }

  /** @param isOurs whether this process is still responsible for the service */
  outcome(cluster: string, outcome: Outcome, isOurs: boolean): void {
    const { plan, changes, problems, errors, waited, took, pending } = outcome;
    if (!this.#clusters.has(cluster)) return; // what ended late would bring back a cluster that is no more
    const failed = problems.some(({ severity }) => severity === 'partial');
    this.#metrics.queueWait(cluster, waited / 1000);
    this.#metrics.reconciled(cluster, took / 1000, failed ? 'failed' : changes.length > 0 ? 'changed' : 'unchanged');
    for (const reason of errors) this.#metrics.reconcileError(cluster, reason);
    for (const { kind, verb } of changes) this.#metrics.changes(cluster, kindOf(kind), verb);
    if (changes.some(({ kind, verb }) => kind === 'ServiceImport' && verb === 'create')) {
      this.#metrics.exportToImport(cluster, (pending + took) / 1000);
    }
    if (isOurs) this.#metrics.conflict(plan.namespace, plan.name, plan.merged?.conflicts.length ?? 0);
  }
}

function kindOf(kind: string): (typeof WATCHED_KINDS)[number] {
  const known = WATCHED_KINDS.find((name) => name === kind);
  if (known === undefined) throw new Error(`defect: a change of kind ${kind}`);
  return known;
}
