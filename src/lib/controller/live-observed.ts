import type { ObjectOf } from '../api/kinds.ts';
import { type ObjectMeta, type Ref, keyOf } from '../api/objects.ts';
import { Observed, type ObservedKind } from '../plan/observed.ts';
import { compareText } from '../plan/order.ts';

/** Called when the reply to a write of ours shows that somebody else changed the object too. */
type OthersChange = <K extends ObservedKind>(kind: K, before: ObjectOf[K], after: ObjectOf[K]) => void;

/**
 * What a cluster holds, told by its watches and by the replies to our own writes. The two come by different ways, so an
 * object is never replaced by an older one, and what we deleted does not come back by an event from before.
 */
export class LiveObserved extends Observed {
  readonly #onOthersChange: OthersChange;
  /** Kinds by the uids of objects that we deleted and whose end no watch has told yet. */
  readonly #deleted = new Map<string, ObservedKind>();
  /** The version up to which the watch of a kind has told all. */
  readonly #told = new Map<ObservedKind, string>();

  constructor(onOthersChange: OthersChange = () => undefined) {
    super();
    this.#onOthersChange = onOthersChange;
  }

  /**
   * Takes over the reply to a write of ours.
   * @returns false when the object was known, is older than what is known, or is gone again by what the watch has told
   */
  override put<K extends ObservedKind>(kind: K, object: ObjectOf[K]): boolean {
    const before = this.get(kind, object.metadata);
    if (before === undefined && compareVersions(object.metadata.resourceVersion, this.#told.get(kind)) <= 0)
      return false;
    if (!this.#take(kind, object)) return false;
    // Of exports we write the status alone. The event that told of another's change will be older than this reply.
    if (kind === 'ServiceExport' && before !== undefined && isChangedByOthers(before.metadata, object.metadata))
      this.#onOthersChange(kind, before, object);
    return true;
  }

  /**
   * Takes over what a watch says was created or changed.
   * @returns false when the object was known, or is older than what is known
   */
  tell<K extends ObservedKind>(kind: K, object: ObjectOf[K]): boolean {
    this.#heard(kind, object.metadata);
    return this.#take(kind, object);
  }

  /** Takes out what we deleted; its successor, if the watch was faster, stays. */
  override remove(kind: ObservedKind, ref: Ref & Pick<ObjectMeta, 'uid'>): void {
    const held = this.get(kind, ref)?.metadata;
    if (held === undefined || !isSame(held, ref)) return;
    if (held.uid !== undefined) this.#deleted.set(held.uid, kind);
    super.remove(kind, ref);
  }

  /**
   * Takes out what a watch says is gone.
   * @returns false when it was not known, or another of its name has taken its place
   */
  gone(kind: ObservedKind, metadata: ObjectMeta): boolean {
    this.#heard(kind, metadata);
    if (metadata.uid !== undefined) this.#deleted.delete(metadata.uid);
    const held = this.get(kind, metadata);
    if (held === undefined || !isSame(held.metadata, metadata)) return false;
    super.remove(kind, metadata);
    return true;
  }

  /**
   * Takes over a whole list of a kind, and computes from it what was missed.
   * @param version of the list: what is newer was written by us since, and stays; absent: the list is of now, and what it
   * says counts even if it is older than what was known (a server restored from a backup)
   * @returns what is different, before and after
   */
  replace<K extends ObservedKind>(kind: K, objects: readonly ObjectOf[K][], version?: string): readonly Replaced<K>[] {
    const listed = new Set(objects.map(({ metadata }) => keyOf(metadata)));
    const uids = new Set(objects.flatMap(({ metadata }) => metadata.uid ?? []));
    for (const [uid, of] of this.#deleted) if (of === kind && !uids.has(uid)) this.#deleted.delete(uid);
    if (version === undefined) this.#told.delete(kind);
    else this.#told.set(kind, version);
    const changes: Replaced<K>[] = [];
    for (const before of [...this.all(kind)] as ObjectOf[K][]) {
      if (listed.has(keyOf(before.metadata)) || isLater(before.metadata, version)) continue;
      super.remove(kind, before.metadata);
      changes.push({ before, after: undefined });
    }
    for (const after of objects) {
      const before = this.get(kind, after.metadata);
      if (this.#take(kind, after, version === undefined ? isOther : isNewer)) changes.push({ before, after });
    }
    return changes;
  }

  #take<K extends ObservedKind>(kind: K, object: ObjectOf[K], replaces = isNewer): boolean {
    const { uid, deletionTimestamp } = object.metadata;
    // One that a finalizer holds is still there, and lives on as one that is being deleted.
    if (uid !== undefined && this.#deleted.has(uid) && deletionTimestamp === undefined) return false;
    const held = this.get(kind, object.metadata);
    if (held !== undefined && !replaces(object.metadata, held.metadata)) return false;
    super.put(kind, object);
    return true;
  }

  #heard(kind: ObservedKind, { resourceVersion }: ObjectMeta): void {
    if (resourceVersion !== undefined) this.#told.set(kind, resourceVersion);
  }
}

/** An object that is otherwise than it was known. */
export interface Replaced<K extends ObservedKind> {
  readonly before: ObjectOf[K] | undefined;
  readonly after: ObjectOf[K] | undefined;
}

type Identified = Pick<ObjectMeta, 'uid'>;

function isSame(a: Identified, b: Identified): boolean {
  return a.uid === undefined || b.uid === undefined || a.uid === b.uid;
}

/** True when the spec is another, it is being deleted, or it is a successor; none of which a status does. */
function isChangedByOthers(before: ObjectMeta, after: ObjectMeta): boolean {
  return (
    before.uid !== after.uid ||
    before.generation !== after.generation ||
    before.deletionTimestamp !== after.deletionTimestamp
  );
}

/** True unless it is the very same state of the same object. */
function isOther(next: ObjectMeta, held: ObjectMeta): boolean {
  const isKnown = next.resourceVersion !== undefined && next.resourceVersion === held.resourceVersion;
  return !isKnown || next.uid !== held.uid;
}

/**
 * True unless the versions say otherwise. Resource versions of one object are numbers that grow: a promise of the API
 * since 1.35 (KEP-5504), and so for all that etcd has ever kept. A successor under the same name has a higher one too.
 */
function isNewer(next: ObjectMeta, held: ObjectMeta): boolean {
  const order = compareVersions(next.resourceVersion, held.resourceVersion);
  return order === 0 ? next.uid !== held.uid : !(order < 0);
}

/** True when the object is of a later time than a list. */
function isLater({ resourceVersion }: ObjectMeta, list: string | undefined): boolean {
  return compareVersions(resourceVersion, list) > 0;
}

const NUMBER = /^(?:0|[1-9]\d*)$/;

/** Below, at or above 0 as numbers of any length compare; NaN, which is none of these, when one is no number. */
function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined || !NUMBER.test(a) || !NUMBER.test(b)) return Number.NaN;
  return a.length - b.length || compareText(a, b);
}
