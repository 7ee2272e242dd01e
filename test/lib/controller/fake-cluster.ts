import { ALL_FIELDS } from '../../../src/lib/api/fields.ts';
import { KINDS, type Kind, type ObjectOf, apiVersionOf } from '../../../src/lib/api/kinds.ts';
import { isOurs } from '../../../src/lib/api/labels.ts';
import { type KubeObject, type Ref, keyOf } from '../../../src/lib/api/objects.ts';
import { parseObject } from '../../../src/lib/api/parse.ts';
import type { Cluster, ClusterFacts, EventNote, Watcher, WriteOptions } from '../../../src/lib/clusters/cluster.ts';
import { ClusterError } from '../../../src/lib/errors.ts';

type Manifest = Readonly<Record<string, unknown>> & { readonly metadata: { readonly [key: string]: unknown } };

interface Listener {
  readonly pending: (() => void)[];
  readonly replace: () => void;
}

/**
 * A cluster in memory with versions and uids as etcd gives them. Tests say when its watches tell and when its replies
 * come: their order is what a real server leaves to chance.
 */
export class FakeCluster implements Cluster {
  readonly type = 'context';
  readonly name: string;
  readonly location: string;
  readonly access: string;
  /** The writes of mcs, refused ones too, `verb Kind namespace/name`. */
  readonly writes: string[] = [];
  readonly notes: EventNote[] = [];
  readonly events = {
    create: (note: EventNote): Promise<void> => {
      this.notes.push(note);
      return Promise.resolve();
    },
  };
  /** Told at once; false: by `deliver`. */
  tellsAtOnce = true;
  /** Replies come at once; false: by `reply`. */
  repliesAtOnce = true;
  /** Thrown by all that is asked. */
  error: ClusterError | undefined;
  /** Holds back the answer to what it is. */
  factsWait: Promise<void> | undefined;
  served: Partial<ClusterFacts> = {};
  /** Kinds of which it says that it does not serve them, whatever its facts say, until `recover`. */
  readonly denied = new Set<Kind>();
  closed = false;
  readonly #objects = new Map<Kind, Map<string, KubeObject>>();
  readonly #listeners = new Map<Kind, Set<Listener & { readonly watcher: Watcher<Kind> }>>();
  readonly #replies: (() => void)[] = [];
  #version = 1;
  #ip = 0;

  constructor(name: string, access = 'by a token') {
    this.name = name;
    this.access = access;
    this.location = `https://${name}`;
  }

  /** Somebody other than mcs creates or changes an object. */
  put(kind: Kind, manifest: Manifest): void {
    this.#store(kind, manifest);
  }

  /** Somebody other than mcs deletes it. */
  take(kind: Kind, ref: Ref): void {
    const found = this.#of(kind).get(keyOf(ref));
    if (found === undefined) return;
    this.#of(kind).delete(keyOf(ref));
    const last = parse(kind, { ...found, metadata: { ...found.metadata, resourceVersion: this.#next() } });
    this.#tell(kind, (watcher) => {
      watcher.remove(last);
    });
    if (kind === 'Namespace') {
      for (const [other, objects] of this.#objects)
        for (const object of [...objects.values()])
          if (object.metadata.namespace === ref.name) this.take(other, object.metadata);
    }
  }

  find<K extends Kind>(kind: K, key: string): ObjectOf[K] | undefined {
    return this.#of(kind).get(key) as ObjectOf[K] | undefined; // kept by kind
  }

  all<K extends Kind>(kind: K): readonly ObjectOf[K][] {
    return [...this.#of(kind).values()] as ObjectOf[K][]; // kept by kind
  }

  /** Watches tell one thing that happened. @returns false when all was told */
  deliver(kind: Kind): boolean {
    const told = [...(this.#listeners.get(kind) ?? [])].map(({ pending }) => pending.shift());
    for (const tell of told) tell?.();
    return told.some((tell) => tell !== undefined);
  }

  /** The oldest write gets its reply. @returns false when there is none */
  reply(): boolean {
    const reply = this.#replies.shift();
    reply?.();
    return reply !== undefined;
  }

  /** All watches break. */
  fail(error: ClusterError): void {
    this.error = error;
    for (const listeners of this.#listeners.values()) for (const { watcher } of listeners) watcher.failed(error);
  }

  /** All watches are back, with whole lists. */
  recover(): void {
    this.error = undefined;
    this.denied.clear();
    for (const listeners of this.#listeners.values()) {
      for (const { pending, replace } of listeners) {
        pending.length = 0;
        replace();
      }
    }
  }

  async facts(): Promise<ClusterFacts> {
    if (this.factsWait !== undefined) await this.factsWait;
    this.#check();
    return {
      uid: `uid-of-${this.name}`,
      mcsVersions: ['v1beta1'],
      aboutVersions: ['v1beta1'],
      fields: ALL_FIELDS,
      ipFamilies: ['IPv4'],
      controllers: [],
      warnings: [],
      ...this.served,
    };
  }

  list<K extends Kind>(kind: K): Promise<readonly ObjectOf[K][]> {
    return Promise.resolve(this.all(kind));
  }

  get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined> {
    return Promise.resolve(this.find(kind, keyOf(ref)));
  }

  async apply<K extends Kind>(kind: K, object: ObjectOf[K], options: WriteOptions = {}): Promise<ObjectOf[K]> {
    this.#begin(`${options.subresource ?? 'apply'} ${kind} ${keyOf(object.metadata)}`);
    const { namespace } = object.metadata;
    const before = this.find(kind, keyOf(object.metadata));
    if (namespace !== undefined && !this.#of('Namespace').has(namespace)) throw this.#refusal('terminating');
    if (options.subresource !== undefined && before === undefined) throw this.#refusal('failed');
    if (options.force === false && before !== undefined && !isOurs(before)) throw this.#refusal('conflict');
    const { status, ...rest } = object as KubeObject & { status?: unknown };
    const kept = before as (KubeObject & { status?: unknown }) | undefined;
    const next = options.subresource === undefined ? { ...rest, status: kept?.status } : { ...kept, status };
    const after = this.#store(kind, next as unknown as Manifest);
    await this.#replied();
    return after;
  }

  patch(): Promise<never> {
    this.#begin('patch');
    return Promise.reject(this.#refusal('rejected'));
  }

  async delete(kind: Kind, ref: Ref, options: { readonly uid?: string } = {}): Promise<'deleted' | 'absent'> {
    this.#begin(`delete ${kind} ${keyOf(ref)}`);
    const found = this.#of(kind).get(keyOf(ref));
    const isThere = found !== undefined && (options.uid === undefined || options.uid === found.metadata.uid);
    if (isThere) this.take(kind, ref);
    await this.#replied();
    return isThere ? 'deleted' : 'absent';
  }

  watch<K extends Kind>(kind: K, watcher: Watcher<K>): () => void {
    const replace = (): void => {
      watcher.replace(this.all(kind), String(this.#version));
    };
    const listener = { watcher: watcher as unknown as Watcher<Kind>, pending: [] as (() => void)[], replace };
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener));
    queueMicrotask(() => {
      if (!listeners.has(listener)) return;
      if (this.error !== undefined) watcher.failed(this.error);
      else if (this.denied.has(kind))
        watcher.failed(new ClusterError(this.name, 'not-served', `${kind} is not served`));
      else replace();
    });
    return () => listeners.delete(listener);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  /** Watches that nobody has ended. */
  get watches(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #store<K extends Kind>(kind: K, manifest: Manifest): ObjectOf[K] {
    const wanted = parse(kind, manifest);
    const key = keyOf(wanted.metadata);
    const before = this.find(kind, key);
    const spec = (object: unknown): string => JSON.stringify((object as { spec?: unknown } | undefined)?.spec ?? null);
    const { uid, generation = 0, creationTimestamp, resourceVersion } = before?.metadata ?? {};
    const dated = before === undefined ? wanted.metadata.creationTimestamp : creationTimestamp;
    const made = this.#withIP(kind, manifest, before);
    const isOther = spec(parse(kind, made)) !== spec(before);
    const metadata = {
      ...wanted.metadata,
      uid: uid ?? `${this.name}-${this.#version}`,
      generation: isOther ? generation + 1 : generation,
      ...(dated === undefined ? {} : { creationTimestamp: dated }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const same = parse(kind, { ...made, metadata });
    if (JSON.stringify(same) === JSON.stringify(before)) return same;
    const after = parse(kind, { ...made, metadata: { ...metadata, resourceVersion: this.#next() } });
    this.#of(kind).set(key, after);
    this.#tell(kind, (watcher) => {
      watcher.put(after);
    });
    return after;
  }

  #withIP(kind: Kind, manifest: Manifest, before: KubeObject | undefined): Manifest {
    if (kind !== 'Service') return manifest;
    const given = (before as ObjectOf['Service'] | undefined)?.spec;
    const clusterIP = given?.clusterIP ?? `10.96.0.${++this.#ip}`;
    return { ...manifest, spec: { ...(manifest.spec as object), clusterIP, clusterIPs: [clusterIP] } };
  }

  #of(kind: Kind): Map<string, KubeObject> {
    const found = this.#objects.get(kind) ?? new Map<string, KubeObject>();
    this.#objects.set(kind, found);
    return found;
  }

  #tell(kind: Kind, event: (watcher: Watcher<Kind>) => void): void {
    for (const { watcher, pending } of this.#listeners.get(kind) ?? []) {
      if (this.error !== undefined) continue; // a broken watch tells nothing; it comes back with a list
      if (this.tellsAtOnce) event(watcher);
      else
        pending.push(() => {
          event(watcher);
        });
    }
  }

  #begin(write: string): void {
    this.writes.push(write);
    this.#check();
  }

  #check(): void {
    if (this.error !== undefined) throw this.error;
    if (this.closed) throw this.#refusal('unreachable');
  }

  #refusal(reason: ClusterError['reason']): ClusterError {
    return new ClusterError(this.name, reason, reason);
  }

  async #replied(): Promise<void> {
    if (this.repliesAtOnce) await Promise.resolve();
    else await new Promise<void>((resolve) => this.#replies.push(resolve));
  }

  #next(): string {
    return String(++this.#version);
  }
}

function parse<K extends Kind>(kind: K, manifest: object): ObjectOf[K] {
  return parseObject(kind, { apiVersion: apiVersionOf(kind), kind, ...manifest });
}

export const ALL_KINDS = Object.keys(KINDS) as Kind[];
