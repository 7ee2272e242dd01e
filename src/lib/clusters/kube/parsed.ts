import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { parseObject } from '../../api/parse.ts';
import { MalformedError, isRecord } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import { show, type Intent } from './status.ts';
import { oneLine } from './text.ts';

/** The ClusterError for what a server sent that is not what its kind says. @param value names the object, if it can */
export function malformed(cluster: string, intent: Intent, value: unknown, error: unknown): ClusterError {
  const metadata = isRecord(value) && isRecord(value.metadata) ? value.metadata : {};
  const which = [metadata.namespace, metadata.name].filter((part) => typeof part === 'string').join('/');
  const why = oneLine(error instanceof Error ? error.message : String(error));
  const message = which === '' ? `${show(intent)}: ${why}` : `${show(intent)}: ${which}: ${why}`;
  return new ClusterError(cluster, 'malformed', message, undefined, { cause: error });
}

/** An object of a kind from what a server sent. @throws ClusterError */
export function parsed<K extends Kind>(cluster: string, kind: K, value: unknown, intent: Intent): ObjectOf[K] {
  try {
    return parseObject(kind, value);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw malformed(cluster, intent, value, error);
  }
}
