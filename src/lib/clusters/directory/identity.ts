import { KINDS } from '../../api/kinds.ts';
import type { Kind } from '../../api/kinds.ts';
import { isDNSLabel, isDNSSubdomain } from '../../api/names.ts';
import { keyOf } from '../../api/objects.ts';
import type { Ref } from '../../api/objects.ts';
import { MalformedError } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';

/** Kinds whose name is one RFC 1123 label; the name of every other kind is a subdomain. */
const LABEL_NAMED: ReadonlySet<Kind> = new Set<Kind>(['Namespace', 'Service']);

/**
 * Checks that name and namespace are what an API server would take. They become parts of paths below `mcs/`, so
 * nothing else (`../../etc/passwd`) may pass.
 * @throws MalformedError with the field
 */
export function checkIdentity(kind: Kind, ref: Ref): void {
  if (LABEL_NAMED.has(kind)) {
    if (!isDNSLabel(ref.name)) throw new MalformedError('metadata.name', 'an RFC 1123 label', ref.name);
  } else if (!isDNSSubdomain(ref.name)) {
    throw new MalformedError('metadata.name', 'an RFC 1123 subdomain', ref.name);
  }
  if (KINDS[kind].namespaced && (ref.namespace === undefined || !isDNSLabel(ref.namespace))) {
    throw new MalformedError('metadata.namespace', 'an RFC 1123 label', ref.namespace);
  }
}

/**
 * The identity that a caller wants to write to: a namespaced object without a namespace is in `default`.
 * @throws ClusterError `rejected` when an API server would not take it
 */
export function checkedRef(cluster: string, kind: Kind, wanted: Ref): Ref {
  const { name, namespace = 'default' } = wanted;
  const ref: Ref = KINDS[kind].namespaced ? { name, namespace } : { name };
  rejected(cluster, kind, ref, () => {
    checkIdentity(kind, ref);
  });
  return ref;
}

/** Runs a check of what a caller gave; what is malformed in it is a ClusterError `rejected`, as from an API server. */
export function rejected<T>(cluster: string, kind: Kind, ref: Ref, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    const message = `${kind} ${JSON.stringify(keyOf(ref))}: ${error.message}`;
    throw new ClusterError(cluster, 'rejected', message, undefined, { cause: error });
  }
}
