import type { ObjectOf } from '../api/kinds.ts';
import { type ObjectMeta, type Ref, keyOf } from '../api/objects.ts';
import { Observed, type ObservedKind } from '../plan/observed.ts';

/**
 * What a cluster holds, told by its watches and by the replies to our own writes. The two come by different ways, so an
 * object is never replaced by an older one, and what we deleted does not come back by an event from before.
 */
export class LiveObserved extends Observed {
  /** Kinds by the uids of objects that we deleted and whose end no watch has told yet. */
  readonly #deleted = new Map<string, ObservedKind>();

  /** @returns false when the object was known, or is older than what is known */
  override put<K extends ObservedKind>(kind: K, object: ObjectOf[K]): boolean {
    const { uid, deletionTimestamp } = object.metadata;
    // One that a finalizer holds is still there, and lives on as one that is being deleted.
    if (uid !== undefined && this.#deleted.has(uid) && deletionTimestamp === undefined) return false;
    const held = this.get(kind, object.metadata);
    if (held !== undefined && !isNewer(object.metadata, held.metadata)) return false;
    super.put(kind, object);
    return true;
  }

  /** Takes out what we deleted. */
  override remove(kind: ObservedKind, ref: Ref): void {
    const uid = this.get(kind, ref)?.metadata.uid;
    if (uid !== undefined) this.#deleted.set(uid, kind);
    super.remove(kind, ref);
  }

  /**
   * Takes out what a watch says is gone.
   * @returns false when it was not known, or another of its name has taken its place
   */
  gone(kind: ObservedKind, metadata: ObjectMeta): boolean {
    if (metadata.uid !== undefined) this.#deleted.delete(metadata.uid);
    const held = this.get(kind, metadata);
    if (held === undefined || !isSame(held.metadata, metadata)) return false;
    super.remove(kind, metadata);
    return true;
  }

  /**
   * Takes over a whole list of a kind, and computes from it what was missed.
   * @param version of the list: what is newer was written by us since, and stays; absent: the list is of now
   * @returns what is different, before and after
   */
  replace<K extends ObservedKind>(kind: K, objects: readonly ObjectOf[K][], version?: string): readonly Replaced<K>[] {
    const listed = new Set(objects.map(({ metadata }) => keyOf(metadata)));
    const uids = new Set(objects.flatMap(({ metadata }) => metadata.uid ?? []));
    for (const [uid, of] of this.#deleted) if (of === kind && !uids.has(uid)) this.#deleted.delete(uid);
    const changes: Replaced<K>[] = [];
    for (const before of [...this.all(kind)] as ObjectOf[K][]) {
      if (listed.has(keyOf(before.metadata)) || isLater(before.metadata, version)) continue;
      super.remove(kind, before.metadata);
      changes.push({ before, after: undefined });
    }
    for (const after of objects) {
      const before = this.get(kind, after.metadata);
      if (this.put(kind, after)) changes.push({ before, after });
    }
    return changes;
  }
}

/** An object that is otherwise than it was known. */
export interface Replaced<K extends ObservedKind> {
  readonly before: ObjectOf[K] | undefined;
  readonly after: ObjectOf[K] | undefined;
}

function isSame(a: ObjectMeta, b: ObjectMeta): boolean {
  return a.uid === undefined || b.uid === undefined || a.uid === b.uid;
}

/**
 * True unless the versions say otherwise. Resource versions of one object are numbers that grow: a promise of the API
 * since 1.35 (KEP-5504), and so for all that etcd has ever kept. A successor under the same name has a higher one too.
 */
function isNewer(next: ObjectMeta, held: ObjectMeta): boolean {
  const [a, b] = [numberOf(next.resourceVersion), numberOf(held.resourceVersion)];
  if (a === undefined || b === undefined) return true;
  if (a !== b) return a > b;
  return next.uid !== held.uid;
}

/** True when the object is of a later time than a list. */
function isLater({ resourceVersion }: ObjectMeta, list: string | undefined): boolean {
  const [own, other] = [numberOf(resourceVersion), numberOf(list)];
  return own !== undefined && other !== undefined && own > other;
}

function numberOf(resourceVersion: string | undefined): bigint | undefined {
  return resourceVersion !== undefined && /^\d{1,20}$/.test(resourceVersion) ? BigInt(resourceVersion) : undefined;
}
