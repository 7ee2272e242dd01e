import { MalformedError } from '../../api/reader.ts';
import { type Field, pathOf } from './field.ts';
import type { Schema } from './schema.ts';

/** What is wrong with a text, a number or a boolean by its schema, if anything; begins with its path. */
export function scalarFault(schema: Schema, value: unknown, at: Field | undefined): string | undefined {
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const expected = intOrString ? expectedIntOrString(value) : expectedType(schema, value);
  if (expected !== undefined) return new MalformedError(pathOf(at), expected, value).message;
  if (typeof value === 'string') return textFault(schema, value, at);
  if (typeof value === 'number') return numberFault(schema, value, at);
  return undefined;
}

/** In words what the value should have been, and how YAML came to take it for something else. */
function expectedType({ type }: Schema, value: unknown): string | undefined {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return undefined;
      return typeof value === 'number' || typeof value === 'boolean' ? 'a string, so in quotes' : 'a string';
    case 'integer':
      return Number.isInteger(value) ? undefined : number('an integer', value);
    case 'number':
      return typeof value === 'number' ? undefined : number('a number', value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    default:
      return undefined;
  }
}

function number(words: string, value: unknown): string {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? `${words}, so without quotes` : words;
}

function expectedIntOrString(value: unknown): string | undefined {
  return typeof value === 'string' || Number.isInteger(value) ? undefined : 'an integer or a string';
}

function textFault(schema: Schema, value: string, at: Field | undefined): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (schema.enum?.includes(value) === false)
    return new MalformedError(pathOf(at), `one of ${schema.enum.join(', ')}`, value).message;
  if (value.length < minLength && value === '') return `${pathOf(at)} is empty`;
  // Characters, not UTF-16 units; counted only where it can matter.
  const length =
    value.length < minLength || value.length > maxLength || minLength > 1 ? Array.from(value).length : minLength;
  if (length < minLength) return `${pathOf(at)} has ${length} characters: at least ${minLength} expected`;
  if (length > maxLength) return `${pathOf(at)} has ${length} characters: at most ${maxLength} expected`;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    return new MalformedError(pathOf(at), `a text that matches ${pattern}`, value).message;
  return undefined;
}

/** What fits into the Go types behind them; a JSON number has no more than 53 bits here, so that is what int64 has. */
const FORMATS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

function numberFault(schema: Schema, value: number, at: Field | undefined): string | undefined {
  const [least = -Infinity, most = Infinity] = FORMATS[schema.format ?? ''] ?? [];
  const { minimum = least, maximum = most } = schema;
  if (value < minimum) return `${pathOf(at)} is ${value}: at least ${minimum} expected`;
  if (value > maximum) return `${pathOf(at)} is ${value}: at most ${maximum} expected`;
  return undefined;
}
