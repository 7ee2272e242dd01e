import { isDNSLabel } from '../api/names.ts';
import { UsageError } from '../errors.ts';
import type { Cluster } from '../clusters/cluster.ts';
import type { Problem } from '../plan/change.ts';
import type { Member } from '../plan/member.ts';
import { type ServiceStatus, serviceStatus } from '../plan/service-status.ts';
import { planAll } from './reconcile.ts';
import { type ShownCluster, type ViewOptions, viewClusters } from './view-clusters.ts';

export type { Remark, ServiceStatus, StatusConflict } from '../plan/service-status.ts';
export type { ShownCluster } from './view-clusters.ts';

export interface StatusOptions extends ViewOptions {
  /** `name` or `namespace/name`; all services when empty. */
  readonly names: readonly string[];
}

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
  for (const name of options.names) {
    const parts = name.split('/');
    if (parts.length > 2 || !parts.every(isDNSLabel)) {
      throw new UsageError(`"${name}" cannot be the name of a service`, 'give NAME or NAMESPACE/NAME');
    }
  }
  const view = await viewClusters(clusters, options);
  return {
    ...(view.clusterset === undefined ? {} : { clusterset: view.clusterset }),
    clusters: view.clusters,
    services: servicesOf(view.members, view.left).filter((service) => isAskedFor(service, options)),
    problems: view.problems,
    warnings: view.warnings,
  };
}

/** The status of every service that any of the members exports or imports. */
export function servicesOf(members: readonly Member[], left: readonly string[]): readonly ServiceStatus[] {
  // The time enters conditions that would be written, and none are.
  const options = { now: '1970-01-01T00:00:00Z', gone: new Set(left), adopt: false, allowedNamespaces: [] };
  return planAll(members, options)
    .filter((plan) => !INNER_NAMESPACES.has(plan.namespace))
    .map((plan) => serviceStatus(plan, members))
    .filter(({ exportedBy, importedBy, invalid, unreachable }) =>
      [exportedBy, importedBy, invalid, unreachable].some((list) => list.length > 0),
    );
}

function isAskedFor({ namespace, name }: ServiceStatus, options: StatusOptions): boolean {
  if (options.namespace !== undefined && namespace !== options.namespace) return false;
  return (
    options.names.length === 0 || options.names.some((asked) => asked === name || asked === `${namespace}/${name}`)
  );
}
