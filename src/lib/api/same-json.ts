/**
 * True when two JSON values are equal: the order of keys does not matter, and an undefined value is an absent one, as it
 * is once it is written. Unlike node's own comparison it does not care for prototypes.
 */
export function sameJSON(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((entry, index) => sameJSON(entry, b[index]))
    );
  }
  return sameMapping(a as Mapping, b as Mapping); // neither is a list
}

type Mapping = Readonly<Record<string, unknown>>;

function sameMapping(a: Mapping, b: Mapping): boolean {
  return (
    Object.keys(a).every((key) => sameJSON(a[key], ownValue(b, key))) &&
    Object.keys(b).every((key) => b[key] === undefined || ownValue(a, key) !== undefined)
  );
}

/** Never what every object inherits: a label may be called `constructor`. */
function ownValue(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}
