import type { ServiceState, ServiceStatus } from '../plan/service-status.ts';
import { type Verdict, judge } from './judge.ts';
import type { StatusReport } from './status.ts';
import type { ShownCluster } from './view-clusters.ts';
import { type WaitCondition, showCondition } from './wait-condition.ts';

/** What is waited for. */
export interface WaitTarget {
  readonly services: readonly { readonly namespace: string; readonly name: string }[];
  /** All must hold. */
  readonly conditions: readonly WaitCondition[];
  /** Names of clusters that must import the services. */
  readonly importers: readonly string[];
  readonly allowedNamespaces: readonly string[];
}

export interface ConditionState extends Verdict {
  /** As it was typed, e.g. `endpoints=2`. */
  readonly for: string;
}

/** What one cluster has of a service. */
export interface ClusterPart {
  readonly cluster: string;
  /** `Valid`, or why its export is not; absent without an export. */
  readonly export?: string;
  /** `pending`: there, and not what it should be; `none`: not called for. */
  readonly import: 'present' | 'pending' | 'missing' | 'no-namespace' | 'none';
  /** Why it is pending. */
  readonly reason?: string;
  readonly ips: readonly string[];
  /** Its own, where it exports. */
  readonly endpoints?: { readonly ready: number; readonly total: number };
}

export interface WaitedService {
  readonly namespace: string;
  readonly name: string;
  /** As `status` has it; absent when no cluster exports or imports it. */
  readonly state?: ServiceState;
  readonly conditions: readonly ConditionState[];
  readonly clusters: readonly ClusterPart[];
}

/** How a wait stands, and in the end how it ended. A stable interface: see CONTRIBUTING. */
export interface WaitResult {
  readonly clusterset?: string;
  /** `unknown`: what can be read is as it should be, and some cluster cannot be read. */
  readonly outcome: 'met' | 'failed' | 'waiting' | 'timed-out' | 'unknown';
  readonly services: readonly WaitedService[];
  readonly clusters: readonly ShownCluster[];
}

/** Judges all that is waited for by a report. */
export function waitResult(target: WaitTarget, report: StatusReport): WaitResult {
  const failed = new Set(
    report.problems.filter(({ severity }) => severity === 'partial').map(({ cluster }) => cluster),
  );
  const unread = report.clusters.filter(
    ({ cluster, state }) => state === 'unreachable' || (state === 'left-out' && failed.has(cluster)),
  );
  const services = target.services.map(({ namespace, name }) => {
    const found = report.services.find((each) => each.namespace === namespace && each.name === name);
    const context = { ...target, namespace, name, clusters: report.clusters, unread };
    return {
      namespace,
      name,
      ...(found === undefined ? {} : { state: found.state }),
      conditions: target.conditions.map((condition) => ({
        for: showCondition(condition),
        ...judge(condition, found, context),
      })),
      clusters: report.clusters.filter(({ state }) => state === 'ok').map(({ cluster }) => partOf(cluster, found)),
    };
  });
  const all = services.flatMap(({ conditions }) => conditions);
  return {
    ...(report.clusterset === undefined ? {} : { clusterset: report.clusterset }),
    outcome: all.some(({ definite }) => definite)
      ? 'failed'
      : all.every(({ status }) => status === 'True')
        ? 'met'
        : 'waiting',
    services,
    clusters: report.clusters,
  };
}

/** The result when the time is up. */
export function timedOut(result: WaitResult): WaitResult {
  const all = result.services.flatMap(({ conditions }) => conditions);
  const isRead = result.clusters.some(({ state }) => state === 'ok');
  const isUnknown = !isRead || all.every(({ status }) => status !== 'False');
  return { ...result, outcome: isUnknown ? 'unknown' : 'timed-out' };
}

function partOf(cluster: string, service: ServiceStatus | undefined): ClusterPart {
  if (service === undefined) return { cluster, import: 'none', ips: [] };
  const invalid = service.invalid.find((each) => each.cluster === cluster)?.reason;
  const verdict = service.exportedBy.includes(cluster) ? 'Valid' : invalid;
  const pending = service.pending.find((each) => each.cluster === cluster)?.reason;
  const own = service.endpoints.find((each) => each.cluster === cluster);
  return {
    cluster,
    ...(verdict === undefined ? {} : { export: verdict }),
    import: importAt(cluster, service),
    ...(pending === undefined ? {} : { reason: pending }),
    ips: service.ips.find((each) => each.cluster === cluster)?.ips ?? [],
    ...(own === undefined ? {} : { endpoints: { ready: own.ready, total: own.total } }),
  };
}

function importAt(cluster: string, service: ServiceStatus): ClusterPart['import'] {
  if (service.pending.some((each) => each.cluster === cluster)) return 'pending';
  if (service.importedBy.includes(cluster)) return 'present';
  if (service.missingIn.includes(cluster)) return 'missing';
  return service.noNamespaceIn.includes(cluster) ? 'no-namespace' : 'none';
}
