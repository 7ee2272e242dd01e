import type { ServiceState, ServiceStatus } from '../plan/service-status.ts';
import type { StatusReport } from './status.ts';
import type { ShownCluster } from './view-clusters.ts';

/** One thing that is otherwise than it was. A stable interface: see CONTRIBUTING. */
export type StatusEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly service: ServiceStatus }
  | { readonly type: 'CLUSTER'; readonly cluster: ShownCluster };

/**
 * What is otherwise in a report than in the one before: clusters first, then services in the order of the report, then
 * those that are gone. All that is there when there was none before.
 * @param hasState whether services in a state are asked for; one that leaves them is told of once more, as it is now
 */
export function statusEvents(
  before: StatusReport | undefined,
  after: StatusReport,
  hasState: (state: ServiceState) => boolean,
): readonly StatusEvent[] {
  const oldClusters = new Map(before?.clusters.map((cluster) => [cluster.cluster, cluster]));
  const clusters = after.clusters.filter((cluster) => !isSame(oldClusters.get(cluster.cluster), cluster));
  const old = new Map(before?.services.map((service) => [keyOf(service), service]));
  const services: StatusEvent[] = [];
  for (const service of after.services) {
    const key = keyOf(service);
    const last = old.get(key);
    old.delete(key);
    if (last === service || isSame(last, service)) continue;
    const wasShown = last !== undefined && hasState(last.state);
    if (wasShown) services.push({ type: 'MODIFIED', service });
    else if (hasState(service.state)) services.push({ type: 'ADDED', service });
  }
  const gone = [...old.values()].filter(({ state }) => hasState(state));
  return [
    ...clusters.map((cluster) => ({ type: 'CLUSTER' as const, cluster })),
    ...services,
    ...gone.map((service) => ({ type: 'DELETED' as const, service })),
  ];
}

function keyOf({ namespace, name }: ServiceStatus): string {
  return `${namespace}/${name}`;
}

function isSame(a: object | undefined, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
