import type { Kind, ObjectOf } from '../../api/kinds.ts';
import type { KubeObject, ObjectMeta } from '../../api/objects.ts';
import type { Json } from '../../api/reader.ts';

/** The fields of an object beside `apiVersion` and `kind`, whatever its kind. */
export function fieldsOf(object: KubeObject): { readonly metadata: ObjectMeta; readonly status?: unknown } & Json {
  const { apiVersion: _version, kind: _kind, ...fields } = object as KubeObject & Json;
  return fields;
}

/** The object without its status. */
export function withoutStatus(object: ObjectOf[Kind]): Json {
  const { status: _status, ...rest } = object as ObjectOf[Kind] & Json;
  return rest;
}

/** The object's status; undefined when it has none, or its kind has none. */
export function statusOf(object: KubeObject): unknown {
  return fieldsOf(object).status;
}
