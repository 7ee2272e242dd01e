import { nearestTypo } from '../../api/nearest.ts';
import type { SceneCluster, SceneService, SceneSet } from '../scene.ts';
import { exportersOf } from './exporters.ts';
import { renderersIn } from './renderers.ts';

/** The key of the Service in a cluster that an export without a Service is likely to mean, if there is one. */
export type NearMiss = (service: SceneService, cluster: SceneCluster) => string | undefined;

/**
 * Finds a Service of almost that name, not exported itself, or of that name in another namespace. Where something may
 * render the Service, only a typing error is found. What it learns of a cluster it keeps, as there may be thousands of
 * exports.
 */
export function nearMisses(): NearMiss {
  const known = new Map<SceneCluster, Unexported>();
  return ({ namespace, name }, cluster) => {
    const { inNamespace, byName } = known.get(cluster) ?? unexportedIn(cluster);
    if (!known.has(cluster)) known.set(cluster, { inNamespace, byName });
    const near = nearestTypo(inNamespace.get(namespace) ?? [], name);
    if (near !== undefined) return `${namespace}/${near}`;
    if (renderersIn(cluster).length > 0) return undefined;
    const [elsewhere] = (byName.get(name) ?? []).toSorted();
    return elsewhere === undefined ? undefined : `${elsewhere}/${name}`;
  };
}

/** Keys of the exports without a Service, by the cluster and the key of the Service that each is likely to mean. */
export function misspelt({ services }: SceneSet): ReadonlyMap<SceneCluster, ReadonlyMap<string, string>> {
  const nearMiss = nearMisses();
  const found = new Map<SceneCluster, Map<string, string>>();
  for (const service of services) {
    for (const { cluster, validity } of exportersOf(service)) {
      const near = validity.reason === 'NoService' ? nearMiss(service, cluster) : undefined;
      if (near === undefined) continue;
      found.set(cluster, (found.get(cluster) ?? new Map<string, string>()).set(near, service.key));
    }
  }
  return found;
}

/** The Services of a cluster that are not exported. */
interface Unexported {
  /** Names by namespace. */
  readonly inNamespace: ReadonlyMap<string, readonly string[]>;
  /** Namespaces by name. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

function unexportedIn({ observed }: SceneCluster): Unexported {
  const inNamespace = new Map<string, string[]>();
  const byName = new Map<string, string[]>();
  for (const { metadata } of observed.services()) {
    const { namespace = '', name } = metadata;
    if (observed.get('ServiceExport', { namespace, name }) !== undefined) continue;
    file(inNamespace, namespace, name);
    file(byName, name, namespace);
  }
  return { inNamespace, byName };
}

function file(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
