import { MANAGED_BY, MANAGED_BY_LABEL } from '../api/labels.ts';
import type { Cluster, ListOptions } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { OBSERVED_KINDS, Observed, type ObservedKind } from '../plan/observed.ts';

/**
 * Reads all that a plan looks at. All or nothing: a kind that cannot be listed makes the cluster unknown, not empty, so
 * nothing is deleted because of it (design rule 19).
 * @throws ClusterError
 */
export async function observe(cluster: Cluster): Promise<Observed> {
  const observed = new Observed();
  await Promise.all(OBSERVED_KINDS.map((kind) => read(cluster, kind, observed)));
  observed.forgetUnexported();
  return observed;
}

/** Reads what we made in a cluster that is no member; a kind that does not exist there holds nothing of ours. */
export async function observeOurs(cluster: Cluster): Promise<Observed> {
  const observed = new Observed();
  const ours = { labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}` };
  await Promise.all([
    read(cluster, 'Namespace', observed),
    ...(['ServiceImport', 'Service', 'EndpointSlice'] as const).map((kind) =>
      readIfServed(cluster, kind, observed, ours),
    ),
  ]);
  return observed;
}

/**
 * Reads what there is to show: a kind that does not exist there is empty. With a namespace, only that one is read, so that
 * rights in one namespace are enough.
 * @param kinds what there is to show; nothing else is read
 * @throws ClusterError
 */
export async function observeToShow(
  cluster: Cluster,
  namespace: string | undefined,
  kinds: readonly ObservedKind[] = OBSERVED_KINDS,
): Promise<Observed> {
  const observed = new Observed();
  await Promise.all(
    kinds.map(async (kind) => {
      if (kind === 'Namespace' && namespace !== undefined) {
        const found = await cluster.get('Namespace', { name: namespace });
        if (found !== undefined) observed.put('Namespace', found);
        return;
      }
      await readIfServed(cluster, kind, observed, namespace === undefined ? {} : { namespace });
    }),
  );
  observed.forgetUnexported();
  return observed;
}

async function readIfServed(
  cluster: Cluster,
  kind: ObservedKind,
  observed: Observed,
  options: ListOptions,
): Promise<void> {
  try {
    await read(cluster, kind, observed, options);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'not-served') throw error;
  }
}

async function read(cluster: Cluster, kind: ObservedKind, observed: Observed, options?: ListOptions): Promise<void> {
  for (const object of await cluster.list(kind, options)) observed.put(kind, object);
}
