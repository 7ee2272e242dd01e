import type { ObjectOf } from '../api/kinds.ts';
import { IMPORT_ANNOTATION, PROXY_SERVICE_NAME_LABEL, SERVICE_NAME_LABEL } from '../api/labels.ts';
import { type KubeObject, keyOf } from '../api/objects.ts';
import type { ObservedKind } from '../plan/observed.ts';

/** Keys `namespace/name` of services that an event concerns. */
export interface Touched {
  /** What an exporter says: every cluster has to look. */
  readonly exported: ReadonlySet<string>;
  /** What an importer holds: it alone has to look, unless its import speaks for a source that is away. */
  readonly imported: ReadonlySet<string>;
}

type Keys = readonly (readonly [side: keyof Touched, key: string])[];

/**
 * The services that an object concerns by what it says itself. A Service may also be in the place of a derived one, which
 * only its name tells; a Namespace concerns all services in it.
 */
const KEYS: { readonly [K in ObservedKind]: (object: KubeObject) => Keys } = {
  Namespace: () => [],
  ServiceExport: ({ metadata }) => [['exported', keyOf(metadata)]],
  ServiceImport: ({ metadata }) => [['imported', keyOf(metadata)]],
  Service: ({ metadata }) => {
    const of = metadata.annotations?.[IMPORT_ANNOTATION];
    const own = ['exported', keyOf(metadata)] as const;
    return of === undefined ? [own] : [own, ['imported', `${metadata.namespace ?? ''}/${of}`]];
  },
  EndpointSlice: ({ metadata: { labels, namespace = '' } }) => {
    const of = labels?.[SERVICE_NAME_LABEL];
    if (of !== undefined) return [['imported', `${namespace}/${of}`]];
    const name = labels?.[PROXY_SERVICE_NAME_LABEL];
    return name === undefined ? [] : [['exported', `${namespace}/${name}`]];
  },
};

/** What is told of the services that a change concerns. */
export interface ServiceListener {
  /** These services may be otherwise. */
  services(touched: Touched): void;
  /** Services of a namespace may be imported otherwise. */
  namespace(name: string): void;
  /** A Service is otherwise, which may stand in the place of a derived one. */
  service(key: string): void;
}

/** Tells whom a change concerns. By both versions of the object: a slice may move from one service to another. */
export function tellChange<K extends ObservedKind>(
  kind: K,
  { before, after }: { readonly before: ObjectOf[K] | undefined; readonly after: ObjectOf[K] | undefined },
  listener: ServiceListener,
): void {
  const object: KubeObject | undefined = after ?? before;
  if (object === undefined) return;
  if (kind === 'Namespace') {
    listener.namespace(object.metadata.name);
    return;
  }
  const keys = [before, after].flatMap((each) => (each === undefined ? [] : KEYS[kind](each)));
  const on = (side: keyof Touched): ReadonlySet<string> =>
    new Set(keys.flatMap(([other, key]) => (other === side ? [key] : [])));
  listener.services({ exported: on('exported'), imported: on('imported') });
  if (kind === 'Service') listener.service(keyOf(object.metadata));
}
