/** One metric: its name and its labels are what dashboards and alerts build on. */
export interface MetricRow {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, seconds. */
  readonly buckets?: readonly number[];
}

/** Work inside the process, and requests to API servers near and far. */
const WORK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** What a user waits for; up to a backoff at its longest and an outage. */
const WAIT = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** All metrics of ours. Names as in prometheus.io, "Metric and label naming": base units, `_total` for counters. */
export const METRICS = {
  build: { name: 'mcs_build_info', help: 'The version of mcs; always 1.', labels: ['version'] },
  synced: {
    name: 'mcs_cache_synced',
    help: 'Whether the cache of a kind holds the whole state of its cluster (1) or not yet (0).',
    labels: ['cluster', 'kind'],
  },
  silence: {
    name: 'mcs_cache_silence_seconds',
    help: 'Seconds since the watch of a kind last gave a sign of life.',
    labels: ['cluster', 'kind'],
  },
  unreachable: {
    name: 'mcs_cluster_unreachable_since_timestamp_seconds',
    help: 'Since when a cluster cannot be reached, as a Unix time; absent for a cluster that can.',
    labels: ['cluster'],
  },
  depth: {
    name: 'mcs_queue_depth',
    help: 'Services with work to do: queued, in work, or waiting to be tried again.',
    labels: ['cluster'],
  },
  wait: {
    name: 'mcs_queue_wait_seconds',
    help: 'How long keys stood in the queue before they were worked on.',
    labels: ['cluster'],
    buckets: WORK,
  },
  reconcile: {
    name: 'mcs_reconcile_duration_seconds',
    help: 'How long the work on one key took, by how it ended: changed, unchanged, failed.',
    labels: ['cluster', 'outcome'],
    buckets: WORK,
  },
  errors: {
    name: 'mcs_reconcile_errors_total',
    help: 'Failures of the work on keys, by reason.',
    labels: ['cluster', 'reason'],
  },
  writes: {
    name: 'mcs_writes_total',
    help: 'Writes that were sent, retries included, by the HTTP status of the answer; 0: none came.',
    labels: ['cluster', 'verb', 'code'],
  },
  changes: {
    name: 'mcs_changes_total',
    help: 'Objects created, updated and deleted.',
    labels: ['cluster', 'kind', 'verb'],
  },
  conflicted: { name: 'mcs_conflicted_services', help: 'Services whose exports disagree on a field.', labels: [] },
  conflict: {
    name: 'mcs_service_conflicting_fields',
    help: 'Fields that the exports of a service disagree on; absent without conflict. Bounded: see mcs_conflicted_services_unlisted.',
    labels: ['namespace', 'name'],
  },
  unlisted: {
    name: 'mcs_conflicted_services_unlisted',
    help: 'Services in conflict that have no series in mcs_service_conflicting_fields, since there are too many.',
    labels: [],
  },
  delay: {
    name: 'mcs_export_to_import_seconds',
    help: 'From the moment a change of an export was heard of to the moment an importing cluster holds it.',
    labels: ['cluster'],
    buckets: WAIT,
  },
  leader: { name: 'mcs_leader', help: 'Whether this process may write (1) or stands by (0).', labels: [] },
  held: { name: 'mcs_shards_held', help: 'Shards of the services that this process holds.', labels: [] },
  shards: { name: 'mcs_shards', help: 'Shards that the services are divided into.', labels: [] },
} as const satisfies Readonly<Record<string, MetricRow>>;

/** Gauges of prom-client's default metrics that are named like counters. */
export const MISNAMED: readonly string[] = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
