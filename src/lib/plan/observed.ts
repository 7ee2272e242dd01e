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
  type Namespace,
  type Ref,
  type Service,
  type ServiceExport,
  type ServiceImport,
  keyOf,
} from '../api/objects.ts';

/** Kinds that a plan looks at, in the order in which they are read. */
export const OBSERVED_KINDS = ['Namespace', 'ServiceExport', 'ServiceImport', 'Service', 'EndpointSlice'] as const;
export type ObservedKind = (typeof OBSERVED_KINDS)[number];

export type NamespaceState = 'active' | 'terminating' | 'absent';

/** What one cluster holds that concerns one service. */
export interface ServiceView {
  readonly namespace: NamespaceState;
  readonly export: ServiceExport | undefined;
  readonly service: Service | undefined;
  /** Slices of the cluster's own Service. */
  readonly slices: readonly EndpointSlice[];
  readonly import: ServiceImport | undefined;
  readonly derived: Service | undefined;
  /** Imported slices: those with the multicluster service-name label, ours and others'. */
  readonly imported: readonly EndpointSlice[];
}

/**
 * The objects of one cluster, found by the key `namespace/name` of the service they belong to. Filled from lists, kept
 * up to date by `put` and `remove` with what was written.
 */
export class Observed {
  readonly #namespaces = new Map<string, Namespace>();
  readonly #exports = new Map<string, ServiceExport>();
  readonly #imports = new Map<string, ServiceImport>();
  readonly #services = new Map<string, Service>();
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  readonly #imported = new Map<string, Map<string, EndpointSlice>>();
  /** Where a slice is filed, by its own key, so that a slice whose labels changed leaves its old place. */
  readonly #filed = new Map<string, readonly [Map<string, Map<string, EndpointSlice>>, string]>();

  put<K extends ObservedKind>(kind: K, object: ObjectOf[K]): void {
    this.#put[kind](object);
  }

  remove(kind: Kind, ref: Ref): void {
    const key = keyOf(ref);
    if (kind === 'Namespace') this.#namespaces.delete(key);
    else if (kind === 'ServiceExport') this.#exports.delete(key);
    else if (kind === 'ServiceImport') this.#imports.delete(key);
    else if (kind === 'Service') this.#services.delete(key);
    else if (kind === 'EndpointSlice') this.#unfile(key);
  }

  /** One object, if it was put here and concerns some service. */
  get<K extends ObservedKind>(kind: K, ref: Ref): ObjectOf[K] | undefined {
    return this.#get[kind](keyOf(ref));
  }

  /**
   * Everything that concerns one service.
   * @param derived the name of its derived Service, for who has it at hand: it is a hash
   */
  view(namespace: string, name: string, derived = derivedName(namespace, name)): ServiceView {
    const key = `${namespace}/${name}`;
    return {
      namespace: this.namespaceState(namespace),
      export: this.#exports.get(key),
      service: this.#services.get(key),
      slices: [...(this.#slices.get(key)?.values() ?? [])],
      import: this.#imports.get(key),
      derived: this.#services.get(`${namespace}/${derived}`),
      imported: [...(this.#imported.get(key)?.values() ?? [])],
    };
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
    else for (const file of [this.#slices, this.#imported]) for (const place of file.values()) yield* place.values();
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
    for (const key of this.#slices.keys()) {
      if (this.#exports.has(key)) continue;
      for (const sliceKey of this.#slices.get(key)?.keys() ?? []) this.#filed.delete(sliceKey);
      this.#slices.delete(key);
    }
  }

  readonly #put: { readonly [K in ObservedKind]: (object: ObjectOf[K]) => void } = {
    Namespace: (object) => this.#namespaces.set(object.metadata.name, object),
    ServiceExport: (object) => this.#exports.set(keyOf(object.metadata), object),
    ServiceImport: (object) => this.#imports.set(keyOf(object.metadata), object),
    Service: (object) => this.#services.set(keyOf(object.metadata), object),
    EndpointSlice: (object) => {
      this.#fileSlice(object);
    },
  };

  readonly #get: { readonly [K in ObservedKind]: (key: string) => ObjectOf[K] | undefined } = {
    Namespace: (key) => this.#namespaces.get(key),
    ServiceExport: (key) => this.#exports.get(key),
    ServiceImport: (key) => this.#imports.get(key),
    Service: (key) => this.#services.get(key),
    EndpointSlice: (key) => {
      const [file, owner] = this.#filed.get(key) ?? [];
      return owner === undefined ? undefined : file?.get(owner)?.get(key);
    },
  };

  #fileSlice(slice: EndpointSlice): void {
    const key = keyOf(slice.metadata);
    this.#unfile(key);
    const { labels, namespace = '' } = slice.metadata;
    const importedOf = labels?.[SERVICE_NAME_LABEL];
    const isImported = importedOf !== undefined || labels?.[SOURCE_CLUSTER_LABEL] !== undefined;
    const service = isImported ? importedOf : labels?.[PROXY_SERVICE_NAME_LABEL];
    if (service === undefined) return;
    const file = isImported ? this.#imported : this.#slices;
    const owner = `${namespace}/${service}`;
    const place = file.get(owner) ?? new Map<string, EndpointSlice>();
    file.set(owner, place.set(key, slice));
    this.#filed.set(key, [file, owner]);
  }

  #unfile(key: string): void {
    const filed = this.#filed.get(key);
    if (filed === undefined) return;
    const [file, owner] = filed;
    const place = file.get(owner);
    place?.delete(key);
    if (place?.size === 0) file.delete(owner);
    this.#filed.delete(key);
  }
}
