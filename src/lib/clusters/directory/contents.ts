import { deepFreeze } from '../../api/freeze.ts';
import { KINDS } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import type { Namespace } from '../../api/objects.ts';
import type { Changes } from './changes.ts';
import { type Entry, type Stored, inOrder, repeated, settle } from './entry.ts';

/** What a file gives to the contents of a cluster. */
export interface Given {
  readonly entries: readonly Entry[];
  /** The namespaces that objects of the user's are in; each once. */
  readonly namespaces: readonly string[];
}

const NOTHING: Given = { entries: [], namespaces: [] };

/**
 * What a cluster of manifests holds: of several manifests of one object the last layer's wins; within a layer a user's
 * file wins over `mcs/`, and the later one over the earlier. Status below `mcs/` wins over status in a user's file.
 * A namespace exists if it has a manifest, or any namespaced object of the user's is in it. A file comes, changes and goes
 * at the cost of what is in it, however much else there is.
 */
export class Contents {
  readonly #entries = new Map<Kind, Map<string, readonly Entry[]>>();
  readonly #stored = new Map<Kind, Map<string, Stored>>();
  readonly #sorted = new Map<Kind, readonly ObjectOf[Kind][]>();
  /** How many files each namespace is in. */
  readonly #implicit = new Map<string, number>();
  /** What is to be said of objects that stand more than once in a layer. */
  readonly #repeated = new Map<Kind, Map<string, readonly string[]>>();

  constructor() {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      this.#entries.set(kind, new Map());
      this.#stored.set(kind, new Map());
      this.#repeated.set(kind, new Map());
    }
  }

  get(kind: Kind, key: string): Stored | undefined {
    return this.#stored.get(kind)?.get(key);
  }

  /** What `list` has under a key. */
  object(kind: Kind, key: string): ObjectOf[Kind] | undefined {
    return this.get(kind, key)?.object ?? (kind === 'Namespace' ? this.implicitNamespace(key) : undefined);
  }

  /** All manifests of one object, those of its status included. */
  entries(kind: Kind, key: string): readonly Entry[] {
    return this.#entries.get(kind)?.get(key) ?? [];
  }

  /** All objects of a kind, by namespace and name. */
  list(kind: Kind): readonly ObjectOf[Kind][] {
    const known = this.#sorted.get(kind);
    if (known !== undefined) return known;
    const stored = this.#stored.get(kind) ?? new Map<string, Stored>();
    const objects = new Map<string, ObjectOf[Kind]>([...stored].map(([key, { object }]) => [key, object]));
    if (kind === 'Namespace') {
      for (const name of this.#implicit.keys()) if (!objects.has(name)) objects.set(name, implicitNamespace(name));
    }
    const sorted = [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    this.#sorted.set(kind, sorted);
    return sorted;
  }

  /** A namespace that exists only because of what is in it; it has nothing but a name. */
  implicitNamespace(name: string): Namespace | undefined {
    return this.#implicit.has(name) ? implicitNamespace(name) : undefined;
  }

  /**
   * Takes out what a file gave, and takes in what it gives now.
   * @param changes is told what the objects concerned were before
   */
  exchange(before: Given = NOTHING, after: Given = NOTHING, changes?: Changes): void {
    const old = new Set(before.entries);
    for (const { kind, object } of before.entries) {
      const key = keyOf(object.metadata);
      this.#replace(kind, key, (list) => list.filter((entry) => !old.has(entry)), changes);
    }
    for (const entry of after.entries) {
      this.#replace(entry.kind, keyOf(entry.object.metadata), (list) => inOrder(list, entry), changes);
    }
    // First those that come, so that a namespace that stays is not gone in between.
    for (const name of after.namespaces) this.#count(name, 1, changes);
    for (const name of before.namespaces) this.#count(name, -1, changes);
  }

  /** Replaces (or removes) the manifest of an object that mcs owns in a layer. */
  replaceOwn(kind: Kind, key: string, layer: number, entry: Entry | undefined): void {
    this.#replace(kind, key, (list) => {
      const others = list.filter((known) => !known.own || known.layer !== layer);
      return entry === undefined ? others : inOrder(others, entry);
    });
  }

  /** Objects that stand more than once in one layer, in words: which manifest counts and which does not. */
  duplicates(): readonly string[] {
    return [...this.#repeated.values()].flatMap((map) =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, warnings]) => warnings),
    );
  }

  #replace(kind: Kind, key: string, next: (list: readonly Entry[]) => readonly Entry[], changes?: Changes): void {
    changes?.note(kind, key, this.object(kind, key));
    const list = next(this.entries(kind, key));
    const stored = settle(list);
    set(this.#entries.get(kind), key, list.length === 0 ? undefined : list);
    set(this.#stored.get(kind), key, stored);
    set(this.#repeated.get(kind), key, list.length < 2 ? undefined : repeated(kind, key, list, stored?.base));
    this.#sorted.delete(kind);
  }

  #count(name: string, more: 1 | -1, changes?: Changes): void {
    const before = this.#implicit.get(name) ?? 0;
    const after = before + more;
    if (before > 0 !== after > 0) {
      changes?.note('Namespace', name, this.object('Namespace', name));
      this.#sorted.delete('Namespace');
    }
    set(this.#implicit, name, after > 0 ? after : undefined);
  }
}

function set<V>(map: Map<string, V> | undefined, key: string, value: V | undefined): void {
  if (value === undefined) map?.delete(key);
  else map?.set(key, value);
}

function implicitNamespace(name: string): Namespace {
  return deepFreeze({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}
