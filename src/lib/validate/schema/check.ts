import { nearestNames } from '../../api/nearest.ts';
import { MalformedError, isRecord } from '../../api/reader.ts';
import { type Field, pathOf } from './field.ts';
import { placesOf } from './places.ts';
import { scalarFault } from './scalars.ts';
import type { Fault, Schema } from './schema.ts';

/**
 * All that is wrong with an object by a schema, in the order of its fields; what is missing comes last at its level.
 * A field that the schema does not have is a fault, as for `kubectl apply --validate=strict`: an API server drops it.
 * A field that is null is absent, as an API server has it, and so are null values of a map; an entry of a list is not.
 * @param kind for messages
 */
export function faultsIn(schema: Schema, value: unknown, kind: string): Fault[] {
  const check = new Check(schema, kind);
  check.value(schema, value, undefined);
  return check.faults;
}

class Check {
  readonly faults: Fault[] = [];
  readonly #root: Schema;
  readonly #kind: string;

  constructor(root: Schema, kind: string) {
    this.#root = root;
    this.#kind = kind;
  }

  value(schema: Schema, value: unknown, at: Field | undefined): void {
    if (value === null && schema.nullable === true) return;
    if (schema.type === 'object') this.#object(schema, value, at);
    else if (schema.type === 'array') this.#list(schema, value, at);
    else {
      const message = scalarFault(schema, value, at);
      if (message !== undefined) this.#fault(pathOf(at), message);
    }
  }

  #object(schema: Schema, value: unknown, at: Field | undefined): void {
    if (!isRecord(value)) {
      const path = pathOf(at);
      this.#fault(path, new MalformedError(path, 'a mapping', value).message);
      return;
    }
    const { properties = {}, additionalProperties, required = [] } = schema;
    for (const name of Object.keys(value)) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const expected = property ?? additionalProperties;
      if (expected === undefined) {
        if (schema['x-kubernetes-preserve-unknown-fields'] !== true) this.#unknown(properties, name, pathOf(at));
      } else if (!isAbsent(value[name], expected)) {
        this.value(expected, value[name], { up: at, step: name, isKey: property === undefined });
      }
    }
    for (const name of required) {
      if (!isAbsent(value[name], properties[name])) continue;
      const field = pathOf({ up: at, step: name, isKey: false });
      this.#fault(field, `${field} is missing: ${this.#kind} needs it`);
    }
  }

  #list(schema: Schema, value: unknown, at: Field | undefined): void {
    if (!Array.isArray(value)) {
      const path = pathOf(at);
      this.#fault(path, new MalformedError(path, 'a list', value).message);
      return;
    }
    const { items, minItems = 0, maxItems = Infinity } = schema;
    if (value.length < minItems) this.#count(value.length, `at least ${minItems}`, at);
    if (value.length > maxItems) this.#count(value.length, `at most ${maxItems}`, at);
    const entries: readonly unknown[] = value;
    if (items !== undefined)
      for (const [index, item] of entries.entries()) this.value(items, item, { up: at, step: index, isKey: false });
    const type = schema['x-kubernetes-list-type'];
    if (type === 'map') this.#keys(entries, schema['x-kubernetes-list-map-keys'] ?? [], pathOf(at));
    else if (type === 'set') this.#twice(entries, (item) => [item], '', pathOf(at));
  }

  #count(count: number, expected: string, at: Field | undefined): void {
    const path = pathOf(at);
    this.#fault(path, `${path} has ${count} ${count === 1 ? 'entry' : 'entries'}: ${expected} expected`);
  }

  #keys(entries: readonly unknown[], keys: readonly string[], path: string): void {
    const keysOf = (item: unknown): readonly unknown[] | undefined =>
      isRecord(item) ? keys.map((key) => item[key]) : undefined;
    this.#twice(entries, keysOf, `${keys.join(' and ')} `, path);
  }

  #twice(
    entries: readonly unknown[],
    identityOf: (item: unknown) => readonly unknown[] | undefined,
    words: string,
    path: string,
  ): void {
    const first = new Map<string, number>();
    for (const [index, item] of entries.entries()) {
      const identity = identityOf(item);
      if (identity === undefined) continue;
      const key = JSON.stringify(identity);
      const before = first.get(key);
      const field = `${path}[${index}]`;
      if (before === undefined) first.set(key, index);
      else this.#fault(field, `${field} has the same ${words || 'value '}as ${path}[${before}]: ${key.slice(1, -1)}`);
    }
  }

  #unknown(properties: Readonly<Record<string, Schema>>, name: string, path: string): void {
    const plain = /^[\w-]+$/.test(name);
    const field = plain ? `${path === '' ? '' : `${path}.`}${name}` : `${path}[${JSON.stringify(name)}]`;
    const near = nearestNames(Object.keys(properties), name).slice(0, 1);
    const meant = near.length > 0 ? near : placesOf(this.#root, name);
    const hint = meant.length === 0 ? '' : `: did you mean ${meant.join(' or ')}?`;
    this.#fault(field, `${field} is no field of ${this.#kind}${hint}`);
  }

  #fault(field: string, message: string): void {
    this.faults.push({ field, message });
  }
}

function isAbsent(value: unknown, schema: Schema | undefined): boolean {
  return value === undefined || (value === null && schema?.nullable !== true);
}
