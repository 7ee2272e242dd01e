import { apiVersionOf, type Kind, type ObjectOf } from '../../api/kinds.ts';
import { parseObject } from '../../api/parse.ts';
import { isRecord } from '../../api/reader.ts';
import type { API } from './api.ts';
import { listAll } from './list.ts';
import { malformed } from './malformed.ts';
import type { Intent } from './status.ts';

/** All objects of a kind, parsed, and the version they are of, to watch from. @throws ClusterError */
export async function listKind<K extends Kind>(
  api: API,
  kind: K,
  from: { readonly path: string; readonly version: string; readonly intent: Intent; readonly signal: AbortSignal },
): Promise<{ readonly items: readonly ObjectOf[K][]; readonly resourceVersion: string }> {
  const { path, version, intent, signal } = from;
  const apiVersion = apiVersionOf(kind, version);
  const read = (item: unknown): ObjectOf[K] => {
    const whole = isRecord(item) ? { ...item, apiVersion } : item;
    try {
      return parseObject(kind, whole);
    } catch (error) {
      throw malformed(api.cluster, intent, whole, error);
    }
  };
  const listed = await listAll(api, { path, intent, read, signal });
  if (listed.resourceVersion === '')
    throw malformed(api.cluster, intent, undefined, new Error('a list without a version'));
  return listed;
}
