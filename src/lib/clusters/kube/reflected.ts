import type { Kind } from '../../api/kinds.ts';
import { intentOf, pathOf } from './paths.ts';
import type { Intent } from './status.ts';

/** What a reflector reads: a kind, everywhere or in one namespace. */
export interface Reflected<K extends Kind> {
  readonly kind: K;
  /** A namespace is found among all namespaces by its name. */
  readonly fieldSelector: string | undefined;
  path(version: string): string;
  intent(verb: Intent['verb']): Intent;
}

export function reflected<K extends Kind>(kind: K, namespace: string | undefined): Reflected<K> {
  const scope = namespace === undefined ? {} : { namespace };
  return {
    kind,
    fieldSelector: kind === 'Namespace' && namespace !== undefined ? `metadata.name=${namespace}` : undefined,
    path: (version) => pathOf(kind, version, scope),
    intent: (verb) => intentOf(verb, kind, scope),
  };
}
