import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Kind } from '../api/kinds.ts';
import type { ClusterErrorReason } from '../errors.ts';
import type { Exposition, Metrics, MetricsOptions, Outcome, WriteVerb } from './metrics.ts';
import { METRICS, MISNAMED, type MetricRow } from './metrics-table.ts';

type Labels = Readonly<Record<string, string>>;

/** What all metrics of prom-client can do. */
interface Removable {
  remove(labels: Labels): void;
}

/** The children of a metric by cluster, so that they are found fast, and can be removed together. */
class Series<Child> {
  readonly #byCluster = new Map<string, Map<string, { readonly labels: Labels; readonly child: Child }>>();
  readonly #metric: Removable & { labels(labels: Labels): Child };
  readonly #names: readonly string[];

  /** @param names the labels, `cluster` first */
  constructor(metric: Removable & { labels(labels: Labels): Child }, { labels: [, ...names] }: MetricRow) {
    this.#metric = metric;
    this.#names = names;
  }

  of(cluster: string, ...values: readonly string[]): Child {
    const all = this.#byCluster.get(cluster) ?? new Map<string, { labels: Labels; child: Child }>();
    this.#byCluster.set(cluster, all);
    const key = values.join(' '); // all but the cluster come from closed sets, without spaces
    const known = all.get(key);
    if (known !== undefined) return known.child;
    const labels = { cluster, ...Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ''])) };
    const child = this.#metric.labels(labels);
    all.set(key, { labels, child });
    return child;
  }

  forget(cluster: string): void {
    for (const { labels } of this.#byCluster.get(cluster)?.values() ?? []) this.#metric.remove(labels);
    this.#byCluster.delete(cluster);
  }
}

/** The metrics of `METRICS`, with prom-client. */
export class PrometheusMetrics implements Metrics, Exposition {
  readonly #registry = new Registry();
  readonly #now: () => number;
  readonly #listed: number;
  /** When each watch was last heard: milliseconds on our clock, by cluster and kind. */
  readonly #heard = new Map<string, Map<Kind, number>>();
  /** Fields in conflict, by `namespace/name`. */
  readonly #conflicts = new Map<string, number>();
  readonly #synced = new Series(this.#gauge(METRICS.synced), METRICS.synced);
  readonly #depth = new Series(this.#gauge(METRICS.depth), METRICS.depth);
  readonly #unreachable = new Series(this.#gauge(METRICS.unreachable), METRICS.unreachable);
  readonly #wait = new Series(this.#histogram(METRICS.wait), METRICS.wait);
  readonly #reconcile = new Series(this.#histogram(METRICS.reconcile), METRICS.reconcile);
  readonly #delay = new Series(this.#histogram(METRICS.delay), METRICS.delay);
  readonly #errors = new Series(this.#counter(METRICS.errors), METRICS.errors);
  readonly #writes = new Series(this.#counter(METRICS.writes), METRICS.writes);
  readonly #changes = new Series(this.#counter(METRICS.changes), METRICS.changes);
  readonly #leader = this.#gauge(METRICS.leader);
  readonly #held = this.#gauge(METRICS.held);
  readonly #shards = this.#gauge(METRICS.shards);

  constructor({ version, now = () => performance.now(), listed = 1000 }: MetricsOptions) {
    this.#now = now;
    this.#listed = listed;
    this.#gauge(METRICS.build).set({ version }, 1);
    this.#gauge(METRICS.silence, (gauge) => {
      this.#showSilence(gauge);
    });
    this.#gauge(METRICS.conflict, (gauge) => {
      this.#showConflicts(gauge);
    });
    this.#gauge(METRICS.conflicted, (gauge) => {
      gauge.set(this.#conflicts.size);
    });
    this.#gauge(METRICS.unlisted, (gauge) => {
      gauge.set(Math.max(0, this.#conflicts.size - this.#listed));
    });
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  synced(cluster: string, kind: Kind, synced: boolean): void {
    this.#synced.of(cluster, kind).set(Number(synced));
  }

  heard(cluster: string, kind: Kind): void {
    const kinds = this.#heard.get(cluster) ?? new Map<Kind, number>();
    this.#heard.set(cluster, kinds.set(kind, this.#now()));
  }

  unreachableSince(cluster: string, time: number | undefined): void {
    if (time === undefined) this.#unreachable.forget(cluster);
    else this.#unreachable.of(cluster).set(time);
  }

  queueDepth(cluster: string, keys: number): void {
    this.#depth.of(cluster).set(keys);
  }

  queueWait(cluster: string, seconds: number): void {
    this.#wait.of(cluster).observe(seconds);
  }

  reconciled(cluster: string, seconds: number, outcome: Outcome): void {
    this.#reconcile.of(cluster, outcome).observe(seconds);
  }

  reconcileError(cluster: string, reason: ClusterErrorReason): void {
    this.#errors.of(cluster, reason).inc();
  }

  write(cluster: string, verb: WriteVerb, code: number): void {
    // A proxy may answer anything; what is no HTTP status must not make a series each.
    this.#writes.of(cluster, verb, String(code === 0 || (code >= 100 && code < 600) ? code : 999)).inc();
  }

  changes(cluster: string, kind: Kind, verb: 'create' | 'update' | 'delete'): void {
    this.#changes.of(cluster, kind, verb).inc();
  }

  conflict(namespace: string, name: string, fields: number): void {
    const key = `${namespace}/${name}`;
    if (fields === 0) this.#conflicts.delete(key);
    else this.#conflicts.set(key, fields);
  }

  forgetConflicts(): void {
    this.#conflicts.clear();
  }

  exportToImport(cluster: string, seconds: number): void {
    this.#delay.of(cluster).observe(seconds);
  }

  leader(leads: boolean): void {
    this.#leader.set(Number(leads));
  }

  shards(held: number, all: number): void {
    this.#held.set(held);
    this.#shards.set(all);
  }

  forgetCluster(cluster: string): void {
    this.#heard.delete(cluster);
    for (const series of [this.#synced, this.#depth, this.#unreachable]) series.forget(cluster);
    for (const series of [this.#wait, this.#reconcile, this.#delay]) series.forget(cluster);
    for (const series of [this.#errors, this.#writes, this.#changes]) series.forget(cluster);
  }

  #showSilence(gauge: Gauge): void {
    gauge.reset();
    const now = this.#now();
    for (const [cluster, kinds] of this.#heard) {
      for (const [kind, at] of kinds) gauge.set({ cluster, kind }, (now - at) / 1000);
    }
  }

  /** Those that have been in conflict for longest; the rest moves up when one of them ends. */
  #showConflicts(gauge: Gauge): void {
    gauge.reset();
    let left = this.#listed;
    for (const [key, fields] of this.#conflicts) {
      if (left-- === 0) return;
      const [namespace = '', name = ''] = key.split('/');
      gauge.set({ namespace, name }, fields);
    }
  }

  #gauge({ name, help, labels }: MetricRow, show?: (gauge: Gauge) => void): Gauge {
    return new Gauge({
      ...{ name, help, labelNames: labels, registers: [this.#registry] },
      ...(show === undefined
        ? {}
        : {
            collect() {
              show(this);
            },
          }),
    });
  }

  #counter({ name, help, labels }: MetricRow): Counter {
    return new Counter({ name, help, labelNames: labels, registers: [this.#registry] });
  }

  #histogram({ name, help, labels, buckets = [] }: MetricRow): Histogram {
    return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [this.#registry] });
  }
}
