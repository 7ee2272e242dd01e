import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { parseObject } from '../../api/parse.ts';
import { MalformedError, isRecord, record, required, text } from '../../api/reader.ts';
import type { Refusal } from './status.ts';

/** What happened to an object. */
export interface ObjectEvent<K extends Kind> {
  readonly type: 'put' | 'remove';
  readonly object: ObjectOf[K];
  readonly resourceVersion: string;
}

/** What a server tells of the objects it has. */
export type Told<K extends Kind> =
  | ObjectEvent<K>
  /** Nothing else happened up to this version. `endsList`: all that was there was told before it (KEP-3157). */
  | { readonly type: 'bookmark'; readonly resourceVersion: string; readonly endsList: boolean };

/** An event of a watch (apimachinery, `metav1.WatchEvent`), cut down to what mcs uses. */
export type WatchEvent<K extends Kind> =
  | Told<K>
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
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const path = 'metadata.resourceVersion';
  const resourceVersion = required(text(metadata.resourceVersion, path), path, 'a string');
  if (type !== 'bookmark') return { type, resourceVersion, object: parseObject(kind, object) };
  const endsList = isRecord(metadata.annotations) && metadata.annotations[LIST_END] === 'true';
  return { type, resourceVersion, endsList };
}

/** `metav1.InitialEventsAnnotationKey` */
const LIST_END = 'k8s.io/initial-events-end';

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
