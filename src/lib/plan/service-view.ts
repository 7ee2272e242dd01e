import { SOURCES_ANNOTATION, SOURCE_CLUSTER_LABEL, isOurs } from '../api/labels.ts';
import type { EndpointSlice, Service, ServiceExport, ServiceImport } from '../api/objects.ts';
import { booked } from './claim.ts';

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
  /** Ids of the clusters that our import and imported slices name as their sources. */
  readonly sources: readonly string[];
}

/** Views that were made and still hold, found by the key of their service and by that of their derived Service. */
export class ServiceViews {
  readonly #views = new Map<string, { readonly view: ServiceView; readonly derivedKey: string }>();
  readonly #ofDerived = new Map<string, string>();

  get(key: string): ServiceView | undefined {
    return this.#views.get(key)?.view;
  }

  /** One of a service of which nothing is there is not kept: there is no end of them. */
  keep(key: string, derivedKey: string, view: ServiceView): void {
    const { export: exported, service, slices, import: held, derived, imported } = view;
    const isEmpty = [exported, service, held, derived].every((object) => object === undefined);
    if (isEmpty && slices.length === 0 && imported.length === 0) return;
    this.#views.set(key, { view, derivedKey });
    this.#ofDerived.set(derivedKey, key);
  }

  /** An object is otherwise whose key is that of a service, or of a derived Service. */
  forget(key: string): void {
    this.#forget(key);
    const service = this.#ofDerived.get(key);
    if (service !== undefined) this.#forget(service);
  }

  forgetAll(): void {
    this.#views.clear();
    this.#ofDerived.clear();
  }

  #forget(key: string): void {
    const kept = this.#views.get(key);
    if (kept === undefined) return;
    this.#views.delete(key);
    this.#ofDerived.delete(kept.derivedKey);
  }
}

/** Ids of the clusters that our import and imported slices name as their sources. */
export function sourcesOf(held: ServiceImport | undefined, imported: readonly EndpointSlice[]): readonly string[] {
  const ids = new Set(held !== undefined && isOurs(held) ? booked(held, SOURCES_ANNOTATION) : []);
  for (const slice of imported) {
    const source = slice.metadata.labels?.[SOURCE_CLUSTER_LABEL];
    if (source !== undefined && isOurs(slice)) ids.add(source);
  }
  return [...ids];
}
