import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { parseObject } from '../../api/parse.ts';
import { MalformedError, isRecord, record, required, text } from '../../api/reader.ts';
import type { Refusal } from './status.ts';

/** An event of a watch (apimachinery, `metav1.WatchEvent`), cut down to what mcs uses. */
export type WatchEvent<K extends Kind> =
  | { readonly type: 'put' | 'remove'; readonly object: ObjectOf[K]; readonly resourceVersion: string }
  /** Nothing else happened up to this version. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  /** The server has forgotten what came after the version asked for. */
  | { readonly type: 'expired' }
  /** The server cannot go on. */
  | { readonly type: 'error'; readonly refusal: Refusal };

/**
 * The event of a line. What the line came from is not held.
 * @throws SyntaxError when it is not JSON, MalformedError when it is no event
 */
export function parseEvent<K extends Kind>(kind: K, line: string): WatchEvent<K> {
  const event = required(record(JSON.parse(line), ''), '', 'an event');
  const object = required(record(event.object, 'object'), 'object', 'a mapping');
  const type = TYPES[String(event.type)];
  if (type === undefined) throw new MalformedError('type', 'ADDED, MODIFIED, DELETED, BOOKMARK or ERROR', event.type);
  if (type === 'error') {
    const status = typeof object.code === 'number' ? object.code : 500;
    return isExpired(object) ? { type: 'expired' } : { type, refusal: { status, text: JSON.stringify(object) } };
  }
  const at = isRecord(object.metadata) ? object.metadata.resourceVersion : undefined;
  const path = 'metadata.resourceVersion';
  const resourceVersion = required(text(at, path), path, 'a string');
  return type === 'bookmark' ? { type, resourceVersion } : { type, resourceVersion, object: parseObject(kind, object) };
}

const TYPES: Readonly<Record<string, 'put' | 'remove' | 'bookmark' | 'error'>> = {
  ADDED: 'put',
  MODIFIED: 'put',
  DELETED: 'remove',
  BOOKMARK: 'bookmark',
  ERROR: 'error',
};

function isExpired({ code, reason, message }: Readonly<Record<string, unknown>>): boolean {
  if (code === 410 || reason === 'Expired' || reason === 'Gone') return true;
  return typeof message === 'string' && message.includes('too old resource version');
}
