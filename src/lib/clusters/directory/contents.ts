import { deepFreeze } from '../../api/freeze.ts';
import { KINDS } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import type { Namespace } from '../../api/objects.ts';
import { statusOf, withoutStatus } from './fields.ts';
import { showPlace } from './place.ts';
import type { Place } from './place.ts';

/** One manifest of a known kind, as it was read or written. */
export interface Entry {
  readonly kind: Kind;
  readonly object: ObjectOf[Kind];
  readonly place: Place;
  /** Index of the layer it is in; later layers win. */
  readonly layer: number;
  /** True for a file below `mcs/` that mcs may rewrite: it holds this one object, under the name mcs would give it. */
  readonly own: boolean;
  /** The status of an object that lives elsewhere; no object by itself. */
  readonly statusOnly: boolean;
}

/** An object as the cluster has it, with the manifests it comes from. */
export interface Stored {
  readonly object: ObjectOf[Kind];
  /** The manifest its metadata and spec come from. */
  readonly base: Entry;
}

/**
 * What a cluster of manifests holds: of several manifests of one object the last layer's wins; within a layer a user's
 * file wins over `mcs/`, and the later one over the earlier. Status below `mcs/` wins over status in a user's file.
 * A namespace exists if it has a manifest, or any namespaced object of the user's is in it.
 */
export class Contents {
  readonly #entries = new Map<Kind, Map<string, readonly Entry[]>>();
  readonly #stored = new Map<Kind, Map<string, Stored>>();
  readonly #sorted = new Map<Kind, readonly ObjectOf[Kind][]>();
  readonly #implicit: ReadonlySet<string>;

  /** @param implicit the namespaces that objects in users' files are in */
  constructor(entries: Iterable<Entry>, implicit: ReadonlySet<string>) {
    this.#implicit = implicit;
    for (const kind of Object.keys(KINDS)) {
      this.#entries.set(kind as Kind, new Map()); // a key of KINDS
      this.#stored.set(kind as Kind, new Map());
    }
    for (const entry of entries) {
      const key = keyOf(entry.object.metadata);
      const map = this.#entriesOf(entry.kind);
      map.set(key, [...(map.get(key) ?? []), entry]);
    }
    for (const [kind, map] of this.#entries) for (const [key, list] of map) this.#settle(kind, key, list);
  }

  get(kind: Kind, key: string): Stored | undefined {
    return this.#stored.get(kind)?.get(key);
  }

  /** All manifests of one object, those of its status included. */
  entries(kind: Kind, key: string): readonly Entry[] {
    return this.#entriesOf(kind).get(key) ?? [];
  }

  /** All objects of a kind, by namespace and name. */
  list(kind: Kind): readonly ObjectOf[Kind][] {
    const known = this.#sorted.get(kind);
    if (known !== undefined) return known;
    const stored = this.#stored.get(kind) ?? new Map<string, Stored>();
    const objects = new Map<string, ObjectOf[Kind]>([...stored].map(([key, { object }]) => [key, object]));
    if (kind === 'Namespace') {
      for (const name of this.#implicit) if (!objects.has(name)) objects.set(name, implicitNamespace(name));
    }
    const sorted = [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    this.#sorted.set(kind, sorted);
    return sorted;
  }

  /** A namespace that exists only because of what is in it; it has nothing but a name. */
  implicitNamespace(name: string): Namespace | undefined {
    return this.#implicit.has(name) ? implicitNamespace(name) : undefined;
  }

  /** Replaces (or removes) the manifest of an object that mcs owns in a layer. */
  replaceOwn(kind: Kind, key: string, layer: number, entry: Entry | undefined): void {
    const others = this.entries(kind, key).filter((known) => !known.own || known.layer !== layer);
    const list = entry === undefined ? others : [...others, entry];
    this.#entriesOf(kind).set(key, list);
    this.#settle(kind, key, list);
    this.#sorted.delete(kind);
  }

  /** Objects that stand more than once in one layer, in words: which manifest counts and which does not. */
  duplicates(): readonly string[] {
    const warnings: string[] = [];
    for (const [kind, map] of this.#entries) {
      for (const [key, list] of map) {
        const base = this.get(kind, key)?.base;
        if (list.length < 2 || base === undefined) continue;
        for (const entry of list) {
          if (entry === base || entry.statusOnly || entry.layer !== base.layer) continue;
          const where = `${showPlace(entry.place)} and again in ${showPlace(base.place)}`;
          warnings.push(`${kind} ${key} is in ${where}: the one in ${showPlace(base.place)} is used`);
        }
      }
    }
    return warnings;
  }

  #entriesOf(kind: Kind): Map<string, readonly Entry[]> {
    const map = this.#entries.get(kind) ?? new Map<string, readonly Entry[]>();
    this.#entries.set(kind, map);
    return map;
  }

  #settle(kind: Kind, key: string, list: readonly Entry[]): void {
    const stored = settle(list);
    if (stored === undefined) this.#stored.get(kind)?.delete(key);
    else this.#stored.get(kind)?.set(key, stored);
  }
}

function settle(list: readonly Entry[]): Stored | undefined {
  let base: Entry | undefined;
  let status: Entry | undefined;
  for (const entry of list) {
    if (!entry.statusOnly && (base === undefined || rank(entry) >= rank(base))) base = entry;
    if (entry.own && statusOf(entry.object) !== undefined && (status === undefined || entry.layer >= status.layer))
      status = entry;
  }
  if (base === undefined) return undefined;
  if (status === undefined || status === base) return { object: base.object, base };
  const merged = { ...withoutStatus(base.object), status: statusOf(status.object) };
  return { object: deepFreeze(merged) as unknown as ObjectOf[Kind], base }; // both parts are of the same kind
}

function rank(entry: Entry): number {
  return entry.layer * 2 + (entry.own ? 0 : 1);
}

function implicitNamespace(name: string): Namespace {
  return deepFreeze({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}
