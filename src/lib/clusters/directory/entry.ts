import { deepFreeze } from '../../api/freeze.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
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

/** The manifests of an object with one more: by layers, then by files, then as they stand in the file. */
export function inOrder(list: readonly Entry[], entry: Entry): readonly Entry[] {
  const last = list.at(-1);
  if (last === undefined) return [entry];
  if (compare(last, entry) <= 0) return [...list, entry];
  return [...list, entry].sort(compare); // a stable sort
}

/** The files of a layer begin alike, with its path as it was given. */
function compare(a: Entry, b: Entry): number {
  if (a.layer !== b.layer) return a.layer - b.layer;
  return a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : 0;
}

/** What the manifests of an object, in their order, make of it; undefined when they are the status of nothing. */
export function settle(list: readonly Entry[]): Stored | undefined {
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

/** What is to be said when an object stands more than once in the layer that decides; undefined when nothing is. */
export function repeated(
  kind: Kind,
  key: string,
  list: readonly Entry[],
  base: Entry | undefined,
): readonly string[] | undefined {
  if (base === undefined) return undefined;
  const used = showPlace(base.place);
  const others = list.filter((entry) => entry !== base && !entry.statusOnly && entry.layer === base.layer);
  const warn = ({ place }: Entry): string =>
    `${kind} ${key} is in ${showPlace(place)} and again in ${used}: the one in ${used} is used`;
  return others.length === 0 ? undefined : others.map(warn);
}

function rank(entry: Entry): number {
  return entry.layer * 2 + (entry.own ? 0 : 1);
}
