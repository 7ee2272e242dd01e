import { isRecord } from '../../api/reader.ts';

/** True when two JSON values are equal. Unlike node's own comparison it does not care for prototypes. */
export function sameJSON(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry, index) => sameJSON(entry, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJSON(a[key], b[key]))
  );
}
