import {
  IMPORT_ANNOTATION,
  PROXY_SERVICE_NAME_LABEL,
  SERVICE_NAME_LABEL,
  SOURCE_CLUSTER_LABEL,
  isOurs,
} from '../api/labels.ts';
import type { Kind, ObjectOf } from '../api/kinds.ts';
import { derivedName } from '../api/names.ts';
import {
  type EndpointSlice,
  type KubeObject,
  type Namespace,
  type Ref,
  type Service,
  type ServiceExport,
  type ServiceImport,
  keyOf,
} from '../api/objects.ts';
import { type NamespaceState, type ServiceView, ServiceViews, sourcesOf } from './service-view.ts';

/** Kinds that a plan looks at, in the order in which they are read. */
export const OBSERVED_KINDS = ['Namespace', 'ServiceExport', 'ServiceImport', 'Service', 'EndpointSlice'] as const;
export type ObservedKind = (typeof OBSERVED_KINDS)[number];

/** Slices by the key of the service they belong to. Most services have one, so that an array is smaller than a Map. */
type Filed = Map<string, readonly EndpointSlice[]>;

/**
 * The objects of one cluster, found by the key `namespace/name` of the service they belong to. Filled from lists, kept
 * up to date by `put` and `remove` with what was written.
 */
export class Observed {
  readonly #namespaces = new Map<string, Namespace>();
  readonly #exports = new Map<string, ServiceExport>();
  readonly #imports = new Map<string, ServiceImport>();
  readonly #services = new Map<string, Service>();
  readonly #slices: Filed = new Map();
  readonly #imported: Filed = new Map();
  /** All slices of both, by their own keys. */
  readonly #filed = new Map<string, EndpointSlice>();
  /** What was asked for and has not changed since. */
  readonly #views = new ServiceViews();

  put<K extends ObservedKind>(kind: K, object: ObjectOf[K]): void {
    this.#put[kind](object);
  }

  remove(kind: Kind, ref: Ref): void {
    const key = keyOf(ref);
    if (kind === 'EndpointSlice') this.#unfile(key);
    else if (kind === 'Namespace') {
      this.#namespaces.delete(key);
      this.#views.forgetAll();
    } else if (kind !== 'ClusterProperty') {
      if (kind === 'ServiceExport') this.#exports.delete(key);
      else if (kind === 'ServiceImport') this.#imports.delete(key);
      else this.#services.delete(key);
      this.#views.forget(key);
    }
  }

  /** One object, if it was put here and concerns some service. */
  get<K extends ObservedKind>(kind: K, ref: Ref): ObjectOf[K] | undefined {
    return this.#get[kind](keyOf(ref));
  }

  /**
   * Everything that concerns one service. The same object as long as nothing of it changes, and so are its lists.
   * @param derived the name of its derived Service, for who has it at hand: it is a hash
   */
  view(namespace: string, name: string, derived?: string): ServiceView {
    const key = `${namespace}/${name}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const derivedKey = `${namespace}/${derived ?? derivedName(namespace, name)}`;
    const held = this.#imports.get(key);
    const imported = this.#imported.get(key) ?? NONE;
    const view = {
      namespace: this.namespaceState(namespace),
      export: this.#exports.get(key),
      service: this.#services.get(key),
      slices: this.#slices.get(key) ?? NONE,
      import: held,
      derived: this.#services.get(derivedKey),
      imported,
      sources: sourcesOf(held, imported),
    };
    this.#views.keep(key, derivedKey, view);
    return view;
  }

  namespaceState(namespace: string): NamespaceState {
    const found = this.#namespaces.get(namespace);
    if (found === undefined) return 'absent';
    const going = found.metadata.deletionTimestamp !== undefined || found.status?.phase === 'Terminating';
    return going ? 'terminating' : 'active';
  }

  /** All objects of a kind that concern some service. */
  *all(kind: ObservedKind): Generator<ObjectOf[ObservedKind]> {
    if (kind === 'Namespace') yield* this.#namespaces.values();
    else if (kind === 'ServiceExport') yield* this.#exports.values();
    else if (kind === 'ServiceImport') yield* this.#imports.values();
    else if (kind === 'Service') yield* this.#services.values();
    else yield* this.#filed.values();
  }

  /** True when a service is exported or imported here, or slices of it are. */
  concerns(key: string): boolean {
    return this.#exports.has(key) || this.#imports.has(key) || this.#imported.has(key);
  }

  /** Keys of all services that are exported, imported, or have something of ours left here. */
  keys(): Set<string> {
    const keys = new Set([...this.#exports.keys(), ...this.#imports.keys(), ...this.#imported.keys()]);
    for (const service of this.#services.values()) {
      const name = isOurs(service) ? service.metadata.annotations?.[IMPORT_ANNOTATION] : undefined;
      if (name !== undefined) keys.add(`${service.metadata.namespace ?? ''}/${name}`);
    }
    return keys;
  }

  exports(): Iterable<ServiceExport> {
    return this.#exports.values();
  }

  services(): Iterable<Service> {
    return this.#services.values();
  }

  imports(): Iterable<ServiceImport> {
    return this.#imports.values();
  }

  namespaces(): Iterable<string> {
    return this.#namespaces.keys();
  }

  /** Forgets the slices of Services that are not exported: most of a cluster's slices, and nothing to a plan. */
  forgetUnexported(): void {
    for (const [key, slices] of this.#slices) {
      if (this.#exports.has(key)) continue;
      for (const slice of slices) this.#filed.delete(keyOf(slice.metadata));
      this.#slices.delete(key);
      this.#views.forget(key);
    }
  }

  readonly #put: { readonly [K in ObservedKind]: (object: ObjectOf[K]) => void } = {
    Namespace: (object) => {
      this.#namespaces.set(object.metadata.name, object);
      this.#views.forgetAll();
    },
    ServiceExport: (object) => {
      this.#keep(this.#exports, object);
    },
    ServiceImport: (object) => {
      this.#keep(this.#imports, object);
    },
    Service: (object) => {
      this.#keep(this.#services, object);
    },
    EndpointSlice: (object) => {
      this.#file(object);
    },
  };

  readonly #get: { readonly [K in ObservedKind]: (key: string) => ObjectOf[K] | undefined } = {
    Namespace: (key) => this.#namespaces.get(key),
    ServiceExport: (key) => this.#exports.get(key),
    ServiceImport: (key) => this.#imports.get(key),
    Service: (key) => this.#services.get(key),
    EndpointSlice: (key) => this.#filed.get(key),
  };

  #keep<T extends KubeObject>(objects: Map<string, T>, object: T): void {
    const key = keyOf(object.metadata);
    objects.set(key, object);
    this.#views.forget(key);
  }

  /** A slice whose labels changed leaves its old place. */
  #file(slice: EndpointSlice): void {
    const key = keyOf(slice.metadata);
    const place = this.#placeOf(slice);
    const before = this.#filed.get(key);
    const old = before && this.#placeOf(before);
    if (before !== undefined && place !== undefined && old?.key === place.key && old.file === place.file) {
      place.file.set(
        place.key,
        place.file.get(place.key)?.map((other) => (other === before ? slice : other)) ?? [slice],
      );
    } else {
      this.#unfile(key);
      if (place === undefined) return;
      place.file.set(place.key, [...(place.file.get(place.key) ?? NONE), slice]);
    }
    this.#filed.set(key, slice);
    this.#views.forget(place.key);
  }

  #unfile(key: string): void {
    const slice = this.#filed.get(key);
    if (slice === undefined) return;
    this.#filed.delete(key);
    const place = this.#placeOf(slice);
    if (place === undefined) return;
    const left = place.file.get(place.key)?.filter((other) => other !== slice) ?? NONE;
    if (left.length === 0) place.file.delete(place.key);
    else place.file.set(place.key, left);
    this.#views.forget(place.key);
  }

  /** Where a slice is filed: under which service, as its own or as imported; undefined: it is nobody's. */
  #placeOf({ metadata: { labels, namespace = '' } }: EndpointSlice): { file: Filed; key: string } | undefined {
    const importedOf = labels?.[SERVICE_NAME_LABEL];
    const isImported = importedOf !== undefined || labels?.[SOURCE_CLUSTER_LABEL] !== undefined;
    const service = isImported ? importedOf : labels?.[PROXY_SERVICE_NAME_LABEL];
    if (service === undefined) return undefined;
    return { file: isImported ? this.#imported : this.#slices, key: `${namespace}/${service}` };
  }
}

const NONE: readonly EndpointSlice[] = [];
