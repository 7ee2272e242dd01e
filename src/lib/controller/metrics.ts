import type { Kind } from '../api/kinds.ts';
import type { Answer } from '../clusters/cluster.ts';
import type { ClusterErrorReason } from '../errors.ts';

/** How the work on one key ended. */
export type Outcome = 'changed' | 'unchanged' | 'failed';
/** A request that changes something. */
export type WriteVerb = Exclude<Answer['verb'], 'get' | 'list'>;

/**
 * What a long run counts. `cluster` is the name shown; durations are in seconds. None of the methods throws, and none
 * waits: they may be called wherever something happens.
 */
export interface Metrics {
  /** Whether the cache of a kind holds the whole state of its cluster. */
  synced(cluster: string, kind: Kind, synced: boolean): void;
  /** The watch of a kind gave a sign of life just now. */
  heard(cluster: string, kind: Kind): void;
  /** Since when a cluster cannot be reached, as a Unix time in seconds; undefined: it can. */
  unreachableSince(cluster: string, time: number | undefined): void;
  /** Services with work to do: queued, in work, or waiting to be tried again. */
  queueDepth(cluster: string, keys: number): void;
  /** How long a key stood in the queue. */
  queueWait(cluster: string, seconds: number): void;
  /** The work on a key ended. */
  reconciled(cluster: string, seconds: number, outcome: Outcome): void;
  reconcileError(cluster: string, reason: ClusterErrorReason): void;
  /** A write was answered; code 0 when no answer came. */
  write(cluster: string, verb: WriteVerb, code: number): void;
  /** A change was carried out. */
  changes(cluster: string, kind: Kind, verb: 'create' | 'update' | 'delete'): void;
  /** How many fields of a service its exports disagree on; 0: on none, or the service is gone. */
  conflict(namespace: string, name: string, fields: number): void;
  /** Nothing is known of conflicts any more: others are responsible, who tell of them. */
  forgetConflicts(): void;
  /** From the moment a change of an export was heard of to the moment an importing cluster holds it. */
  exportToImport(cluster: string, seconds: number): void;
  /** Whether this process may write. */
  leader(leads: boolean): void;
  /** The shards that this process holds, and how many there are. */
  shards(held: number, all: number): void;
  /** Drops all that is told of a cluster that left. What is still under way there would bring it back: end that first. */
  forgetCluster(cluster: string): void;
}

/** The metrics as Prometheus reads them. */
export interface Exposition {
  readonly contentType: string;
  /** The text exposition format 0.0.4. */
  text(): Promise<string>;
}

export interface MetricsOptions {
  /** Of mcs. */
  readonly version: string;
  /** Milliseconds on a clock that never goes back; default: `performance.now`. */
  readonly now?: () => number;
  /** Services in conflict that get a series of their own; default 1,000. */
  readonly listed?: number;
}

/** Metrics for Prometheus, in a registry of their own. prom-client is loaded here and nowhere else. */
export async function createMetrics(options: MetricsOptions): Promise<Metrics & Exposition> {
  const { PrometheusMetrics } = await import('./metrics-prometheus.ts');
  return new PrometheusMetrics(options);
}

const nothing = (): void => undefined;

/** For runs that nobody asked for metrics. */
export const noMetrics: Metrics = {
  synced: nothing,
  heard: nothing,
  unreachableSince: nothing,
  queueDepth: nothing,
  queueWait: nothing,
  reconciled: nothing,
  reconcileError: nothing,
  write: nothing,
  changes: nothing,
  conflict: nothing,
  forgetConflicts: nothing,
  exportToImport: nothing,
  leader: nothing,
  shards: nothing,
  forgetCluster: nothing,
};
