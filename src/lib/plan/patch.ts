import type { Change } from './change.ts';

/**
 * The JSON merge patch (RFC 7386) that sets exactly the fields in which an object differs, lists whole, and removes
 * what should not be there. Needed where server-side apply is not enough: it keeps what somebody else put in.
 */
export function mergePatchOf(change: Change): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const path of change.fields) {
    const keys = splitPath(path);
    let source: unknown = change.object;
    let target = patch;
    for (const [index, key] of keys.entries()) {
      source = isRecord(source) ? source[key] : undefined;
      if (index === keys.length - 1) target[key] = source ?? null;
      else target = child(target, key);
    }
  }
  return patch;
}

/** `metadata.labels[a/b.c]` → metadata, labels, a/b.c; a condition's path stands for the whole list of conditions. */
function splitPath(path: string): readonly string[] {
  const bracket = path.indexOf('[');
  if (bracket < 0) return path.split('.');
  const keys = path.slice(0, bracket).split('.');
  return keys.at(-1) === 'conditions' ? keys : [...keys, path.slice(bracket + 1, -1)];
}

function child(target: Record<string, unknown>, key: string): Record<string, unknown> {
  const existing = target[key];
  if (isRecord(existing)) return existing;
  const made: Record<string, unknown> = {};
  target[key] = made;
  return made;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
