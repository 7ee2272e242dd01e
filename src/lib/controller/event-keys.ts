import type { ObjectOf } from '../api/kinds.ts';
import { IMPORT_ANNOTATION, PROXY_SERVICE_NAME_LABEL, SERVICE_NAME_LABEL } from '../api/labels.ts';
import { type KubeObject, keyOf } from '../api/objects.ts';
import type { ObservedKind } from '../plan/observed.ts';

/**
 * Keys `namespace/name` of the services that an object concerns by what it says itself. A Service may also be in the
 * place of a derived one, which only its name tells; a Namespace concerns all services in it: see `Lookup`.
 */
export function keysOf(kind: ObservedKind, object: KubeObject): readonly string[] {
  return KEYS[kind](object);
}

const KEYS: { readonly [K in ObservedKind]: (object: KubeObject) => readonly string[] } = {
  Namespace: () => [],
  ServiceExport: ({ metadata }) => [keyOf(metadata)],
  ServiceImport: ({ metadata }) => [keyOf(metadata)],
  Service: ({ metadata }) => {
    const imported = metadata.annotations?.[IMPORT_ANNOTATION];
    return imported === undefined ? [keyOf(metadata)] : [keyOf(metadata), `${metadata.namespace ?? ''}/${imported}`];
  },
  EndpointSlice: ({ metadata: { labels, namespace = '' } }) =>
    [labels?.[SERVICE_NAME_LABEL], labels?.[PROXY_SERVICE_NAME_LABEL]].flatMap((name) =>
      name === undefined ? [] : [`${namespace}/${name}`],
    ),
};

/** What is told of the services that a change concerns. */
export interface ServiceListener {
  /** These services may be otherwise. */
  services(keys: Iterable<string>): void;
  /** All services of a namespace may be. */
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
  if (kind === 'Namespace') listener.namespace(object.metadata.name);
  else listener.services(new Set([before, after].flatMap((each) => (each === undefined ? [] : keysOf(kind, each)))));
  if (kind === 'Service') listener.service(keyOf(object.metadata));
}
