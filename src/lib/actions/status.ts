import type { Cluster } from '../clusters/cluster.ts';
import type { Problem } from '../plan/change.ts';
import type { Member, PlanOptions } from '../plan/member.ts';
import type { ServicePlan } from '../plan/service-plan.ts';
import { type ServiceStatus, serviceStatus } from '../plan/service-status.ts';
import { planAll } from './reconcile.ts';
import { type Selection, type SelectionOptions, selectionOf } from './selection.ts';
import { type ClustersView, type ShownCluster, type ViewOptions, viewClusters } from './view-clusters.ts';

export type { Remark, ServiceState, ServiceStatus, StatusConflict } from '../plan/service-status.ts';
export type { ShownCluster } from './view-clusters.ts';

export type StatusOptions = ViewOptions & SelectionOptions;

/** The state of a clusterset, by its clusters' own objects. A stable interface: see CONTRIBUTING. */
export interface StatusReport {
  readonly clusterset?: string;
  readonly clusters: readonly ShownCluster[];
  readonly services: readonly ServiceStatus[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Submariner keeps its inner bookkeeping as ServiceImports of its own namespace; they are nobody's services. */
const INNER_NAMESPACES = new Set(['submariner-operator', 'submariner-k8s-broker']);

/**
 * Reads and computes; writes nothing, works beside any implementation.
 * @throws UsageError, NothingUsableError
 */
export async function status(clusters: readonly Cluster[], options: StatusOptions): Promise<StatusReport> {
  const selection = selectionOf(options);
  const view = await viewClusters(clusters, options);
  const plans = planAll(view.members, statusPlanOptions(view.left));
  const services = plans.flatMap((plan) => statusIfAsked(plan, view.members, selection) ?? []);
  return reportOf(view, selection.order(services.filter(({ state }) => selection.hasState(state))));
}

/** The report on a view. */
export function reportOf(view: ClustersView, services: readonly ServiceStatus[]): StatusReport {
  return {
    ...(view.clusterset === undefined ? {} : { clusterset: view.clusterset }),
    clusters: view.clusters,
    services,
    problems: view.problems,
    warnings: view.warnings,
  };
}

/** What the plans depend on that a status is made of. */
export function statusPlanOptions(left: readonly string[], allowedNamespaces: readonly string[] = []): PlanOptions {
  // The time enters conditions that would be written, and none are.
  return { now: '1970-01-01T00:00:00Z', gone: new Set(left), adopt: false, allowedNamespaces };
}

/** The status of a service; undefined when it is not asked for, or nobody exports or imports it. */
export function statusIfAsked(
  plan: ServicePlan,
  members: readonly Member[],
  selection: Selection,
): ServiceStatus | undefined {
  if (INNER_NAMESPACES.has(plan.namespace) || !selection.names(plan) || !selection.labels(plan)) return undefined;
  const found = serviceStatus(plan, members);
  const { exportedBy, importedBy, invalid, unreachable } = found;
  return [exportedBy, importedBy, invalid, unreachable].some((list) => list.length > 0) ? found : undefined;
}
