import type { Manifest, Place } from '../api/manifests.ts';
import { apiVersionOf, type Kind } from '../api/kinds.ts';
import type { ObjectRef } from './finding.ts';

/** `clusters/east/shop.yaml:14` */
export function showPlace({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** An object of a kind of ours, by name; in the version that a manifest says, else the preferred one. */
export function ref(kind: Kind, name: string, namespace?: string, apiVersion = apiVersionOf(kind)): ObjectRef {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** The object of a manifest, of whatever kind. */
export function refOf({ apiVersion, kind, namespace, name }: Manifest): ObjectRef {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** `ServiceExport shop/cart` */
export function showRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
