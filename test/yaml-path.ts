import { isRecord, type Json } from '../src/lib/api/reader.ts';

/** What is at a path of a parsed document; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof key === 'number') return Array.isArray(inner) ? (inner as readonly unknown[])[key] : undefined;
    return isRecord(inner) ? inner[key] : undefined;
  }, value);
}

/** The mappings of a list. */
export function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The items of a list as text. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
