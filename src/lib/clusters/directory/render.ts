import { apiVersionOf } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { isRecord } from '../../api/reader.ts';
import type { Json } from '../../api/reader.ts';
import { fieldsOf } from './fields.ts';
import { toYAML } from './yaml.ts';

/** Maps whose keys a user chose; they are sorted, all other keys keep the order of `objects.ts`. */
const USER_MAPS = new Set(['labels', 'annotations', 'selector', 'exportedLabels', 'exportedAnnotations']);

/**
 * The text of an object's file below `mcs/`: v1beta1 for the MCS and About APIs, keys always in the same order, so that
 * a change is a small diff in git.
 * @param object parsed, so that its keys are in the order of the parser
 */
export function renderObject<K extends Kind>(kind: K, object: ObjectOf[K]): string {
  const fields = fieldsOf(object);
  const { metadata, status, ...body } = fields;
  const head = { apiVersion: apiVersionOf(kind), kind, metadata: sortMaps(metadata) };
  // Identity and status alone would be read as the status of an object in a user's file.
  const mark = status !== undefined && Object.keys(body).length === 0 && isBare(metadata) ? { spec: null } : {};
  return toYAML({ ...head, ...mark, ...toJson(sortMaps(body)), ...(status === undefined ? {} : { status }) });
}

/** The text of a file that holds nothing but the status of an object in a user's file. */
export function renderStatus<K extends Kind>(kind: K, object: ObjectOf[K]): string {
  const { name, namespace } = object.metadata;
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return toYAML({ apiVersion: apiVersionOf(kind), kind, metadata, status: fieldsOf(object).status ?? {} });
}

function isBare(metadata: unknown): boolean {
  return Object.keys(toJson(metadata)).every((key) => key === 'name' || key === 'namespace');
}

function toJson(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function sortMaps(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      USER_MAPS.has(key) && isRecord(entry) ? sorted(entry) : key === 'spec' ? sortMaps(entry) : entry,
    ]),
  );
}

function sorted(map: Json): Json {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
