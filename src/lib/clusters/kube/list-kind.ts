import { apiVersionOf, type Kind, type ObjectOf } from '../../api/kinds.ts';
import { isRecord } from '../../api/reader.ts';
import type { API } from './api.ts';
import { listAll, type Listed, type Listing } from './list.ts';
import { parsed } from './parsed.ts';

/**
 * All objects of a kind, parsed, and the version they are of, to watch from.
 * @param version of the API that is asked; the items of a list do not say it
 * @throws ClusterError
 */
export function listKind<K extends Kind>(
  api: API,
  kind: K,
  version: string,
  listing: Omit<Listing<ObjectOf[K]>, 'read'>,
): Promise<Listed<ObjectOf[K]>> {
  const apiVersion = apiVersionOf(kind, version);
  const read = (item: unknown): ObjectOf[K] =>
    parsed(api.cluster, kind, isRecord(item) ? { ...item, apiVersion } : item, listing.intent);
  return listAll(api, { ...listing, read });
}
