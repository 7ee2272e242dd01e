import type { ObjectOf } from '../api/kinds.ts';
import type { Service } from '../api/objects.ts';
import type { Change } from './change.ts';
import type { Member } from './member.ts';

/** Stands for a value that only an API server gives. */
export const ASSIGNED = '(assigned by the server)';

/**
 * The object as it would be after a change, for a dry run: with uids, generations and cluster IPs as an API server
 * gives them, so that what depends on them is planned too.
 */
export function simulate(change: Exclude<Change, { verb: 'delete' }>, member: Member): Change['object'] {
  const { object } = change;
  if (change.subresource === 'status' || member.ipFamilies.length === 0) return object;
  const generation = (object.metadata.generation ?? 0) + 1;
  const metadata = { ...object.metadata, uid: object.metadata.uid ?? ASSIGNED, generation };
  if (change.kind === 'Service') return withIPs({ ...change.object, metadata }, member);
  return { ...object, metadata } as ObjectOf[typeof change.kind]; // the same object but for its metadata
}

function withIPs(service: Service, member: Member): Service {
  if (service.spec.clusterIPs !== undefined) return service;
  const families = service.spec.ipFamilies ?? member.ipFamilies.slice(0, 1);
  // Marked by family so that they sort as addresses do.
  const clusterIPs = families.map((family) => (family === 'IPv6' ? `::${ASSIGNED}` : ASSIGNED));
  return { ...service, spec: { ...service.spec, ipFamilies: families, clusterIPs } };
}
