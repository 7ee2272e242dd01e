import type { Service, ServiceImport, ServicePort } from '../../api/objects.ts';
import { isRecord } from '../../api/reader.ts';
import type { Change } from '../../plan/change.ts';
import { showPorts } from '../../plan/ports.ts';

/** More than this of a value nobody reads in a line. */
const LONGEST = 60;

/**
 * What a change of an import would change, one line a field: `spec.ports of ServiceImport cart: http 80/TCP, by the
 * exports http 81/TCP`.
 * @param held the object as it is; undefined when it is missing
 */
export function differenceWords(
  { kind, object, fields }: Change,
  held: ServiceImport | Service | undefined,
): readonly string[] {
  const what = `${kind} ${object.metadata.name}`;
  if (held === undefined) return [`${what} is missing`];
  return fields.map((field) => `${field} of ${what}: ${shown(field, held)}, by the exports ${shown(field, object)}`);
}

/** The value at a path as `differences.ts` writes it: `spec.ports`, `metadata.labels[key]`. */
function shown(field: string, object: object): string {
  const [, path = '', key] = /^([^[]*)(?:\[(.*)\])?$/.exec(field) ?? [];
  let value: unknown = object;
  for (const name of [...path.split('.'), ...(key === undefined ? [] : [key])]) {
    value = isRecord(value) ? value[name] : undefined;
  }
  if (value === undefined) return 'unset';
  if (field === 'spec.ports' && isPorts(value)) return showPorts(value);
  if (typeof value === 'string') return value;
  const text =
    Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.join(', ') : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text || 'none';
}

function isPorts(value: unknown): value is readonly ServicePort[] {
  return Array.isArray(value) && value.every((port) => isRecord(port) && typeof port.port === 'number');
}
