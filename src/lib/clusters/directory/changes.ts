import type { Kind, ObjectOf } from '../../api/kinds.ts';

/**
 * Objects that may be otherwise than they were told, with what they were then; undefined: there was none. It gathers over
 * several looks, while what was found cannot be told.
 */
export class Changes {
  readonly #before = new Map<Kind, Map<string, ObjectOf[Kind] | undefined>>();

  /** What an object is before it changes. Only the first word counts. */
  note(kind: Kind, key: string, before: ObjectOf[Kind] | undefined): void {
    const known = this.#before.get(kind) ?? new Map<string, ObjectOf[Kind] | undefined>();
    this.#before.set(kind, known);
    if (!known.has(key)) known.set(key, before);
  }

  /** Of one kind, by key, sorted. */
  of(kind: Kind): readonly (readonly [string, ObjectOf[Kind] | undefined])[] {
    return [...(this.#before.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  clear(): void {
    this.#before.clear();
  }
}
