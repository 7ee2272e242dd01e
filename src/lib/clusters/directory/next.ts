import { apiVersionOf } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import type { ObjectMeta, Ref } from '../../api/objects.ts';
import { parseObject } from '../../api/parse.ts';
import { statusOf, withoutStatus } from './fields.ts';
import { nextStatus } from './status.ts';

/**
 * The object that a write of `object` leaves behind: its metadata and spec, with the status that is there, in the
 * version and order it is written in. What an API server sets (uid, resourceVersion, generation) is never made up: it
 * stays as it was; the creation time is the caller's to give, once.
 * @throws MalformedError when a field is not what the kind says
 */
export function nextObject(
  kind: Kind,
  ref: Ref,
  before: ObjectOf[Kind] | undefined,
  object: ObjectOf[Kind],
): ObjectOf[Kind] {
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...given } = object.metadata;
  const metadata = { ...serverFields(before?.metadata), ...given, ...ref };
  // A new object takes the status it comes with: no subresource keeps them apart here.
  const status = statusOf(before ?? object);
  return parseObject(kind, { ...withoutStatus(object), apiVersion: apiVersionOf(kind), metadata, status });
}

/** The object that a write of the status of `written` leaves behind. */
export function nextStatusOf(kind: Kind, before: ObjectOf[Kind], written: ObjectOf[Kind]): ObjectOf[Kind] {
  return parseObject(kind, { ...withoutStatus(before), status: nextStatus(kind, before, statusOf(written)) });
}

function serverFields(metadata: ObjectMeta | undefined): Partial<ObjectMeta> {
  if (metadata === undefined) return {};
  const { uid, resourceVersion, generation, creationTimestamp, deletionTimestamp } = metadata;
  const fields = { uid, resourceVersion, generation, creationTimestamp, deletionTimestamp };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
