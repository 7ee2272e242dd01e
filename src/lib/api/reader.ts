/**
 * Reading unknown JSON: every function returns a value of the type its name says, undefined when the field is absent or
 * null, and throws MalformedError with the field's path otherwise.
 */

export type Json = Readonly<Record<string, unknown>>;

/** A field is not what its kind says. `path` is like `spec.ports[0].port`. */
export class MalformedError extends Error {
  readonly path: string;

  constructor(path: string, expected: string, value: unknown) {
    super(`${path === '' ? 'the document' : path}: expected ${expected}, got ${describe(value)}`);
    this.name = 'MalformedError';
    this.path = path;
  }
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown, path: string): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw new MalformedError(path, 'a mapping', value);
  return value;
}

export function text(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new MalformedError(path, 'a string', value);
  return value;
}

export function integer(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new MalformedError(path, 'an integer', value);
  return value;
}

export function bool(value: unknown, path: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new MalformedError(path, 'true or false', value);
  return value;
}

export function listOf<T>(
  value: unknown,
  path: string,
  item: (value: unknown, path: string) => T,
): readonly T[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new MalformedError(path, 'a list', value);
  return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
}

export function textMap(value: unknown, path: string): Readonly<Record<string, string>> | undefined {
  const map = record(value, path);
  if (map === undefined) return undefined;
  for (const [key, entry] of Object.entries(map)) {
    if (typeof entry !== 'string') throw new MalformedError(`${path}[${JSON.stringify(key)}]`, 'a string', entry);
  }
  return map as Readonly<Record<string, string>>; // every value was checked above
}

/** The value, or a MalformedError that says the field is required. */
export function required<T>(value: T | undefined, path: string, expected: string): T {
  if (value === undefined) throw new MalformedError(path, expected, undefined);
  return value;
}

/** The entries that are not undefined, so that optional fields are absent rather than undefined. */
export function compact<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const out: Record<string, unknown> = {};
  // for…in: this runs for every object read, and Object.entries would make an array of arrays each time.
  for (const key in fields) if (fields[key] !== undefined) out[key] = fields[key];
  return out as { [K in keyof T]: Exclude<T[K], undefined> }; // same keys but those that were undefined
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const shown = JSON.stringify(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}
