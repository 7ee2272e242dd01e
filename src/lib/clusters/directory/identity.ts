import { KINDS } from '../../api/kinds.ts';
import type { Kind } from '../../api/kinds.ts';
import { isDNSLabel, isDNSSubdomain } from '../../api/names.ts';
import type { Ref } from '../../api/objects.ts';
import { MalformedError } from '../../api/reader.ts';

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
