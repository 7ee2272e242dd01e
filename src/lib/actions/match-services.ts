import { isOurs } from '../api/labels.ts';
import { isDNSLabel, isSystemNamespace } from '../api/names.ts';
import { nearestNames } from '../api/nearest.ts';
import type { Service } from '../api/objects.ts';
import { MalformedError } from '../api/reader.ts';
import { parseSelector } from '../api/selector.ts';
import { UsageError } from '../errors.ts';
import type { Observed } from '../plan/observed.ts';
import { compareText } from '../plan/order.ts';

/** Which Services a call means. */
export interface MatchOptions {
  /** `NAME` or `NAMESPACE/NAME`. */
  readonly names: readonly string[];
  readonly namespace: string;
  readonly allNamespaces: boolean;
  /** A label selector. */
  readonly selector?: string;
  /** All Services. */
  readonly all: boolean;
  /** A name may be exported before its Service exists. */
  readonly allowMissing: boolean;
  /** System namespaces allowed by name. */
  readonly allowedNamespaces: readonly string[];
}

export interface Matched {
  readonly services: readonly { readonly namespace: string; readonly name: string }[];
  /** Why something that was named cannot be exported: one line each. */
  readonly refused: readonly string[];
  /** What a selector left out: one line each. */
  readonly notes: readonly string[];
}

/** @throws UsageError for names that no Service can have, and for a selector that is none */
export function checkMatch({ names, selector }: Pick<MatchOptions, 'names' | 'selector'>): void {
  for (const text of names) {
    const parts = text.split('/');
    if (parts.length > 2 || !parts.every(isDNSLabel)) {
      throw new UsageError(`"${text}" cannot be the name of a Service`, 'give NAME or NAMESPACE/NAME');
    }
  }
  try {
    parseSelector(selector ?? '');
  } catch (error) {
    if (error instanceof MalformedError) throw new UsageError(error.message);
    throw error;
  }
}

/** The namespace that a call stays in, if it is one: then rights in it are enough. */
export function oneNamespace(options: Pick<MatchOptions, 'names' | 'namespace' | 'allNamespaces'>): string | undefined {
  if (options.allNamespaces) return undefined;
  const named = new Set(options.names.map((text) => splitName(text, options.namespace).namespace));
  return named.size > 1 ? undefined : ([...named][0] ?? options.namespace);
}

/** `NAME` or `NAMESPACE/NAME`. */
export function splitName(text: string, namespace: string): { readonly namespace: string; readonly name: string } {
  const slash = text.indexOf('/');
  return slash < 0 ? { namespace, name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The Services of one cluster that a call means. What was named must be exportable; what was selected is filtered. */
export function matchServices(observed: Observed, options: MatchOptions): Matched {
  return options.names.length > 0 ? byName(observed, options) : bySelector(observed, options);
}

function byName(observed: Observed, options: MatchOptions): Matched {
  const refused: string[] = [];
  const services = options.names.map((text) => {
    const { namespace, name } = splitName(text, options.namespace);
    const why = refusal(observed, namespace, name, options);
    if (why !== undefined) refused.push(why);
    return { namespace, name };
  });
  return { services, refused, notes: [] };
}

function refusal(observed: Observed, namespace: string, name: string, options: MatchOptions): string | undefined {
  if (isSystemNamespace(namespace, options.allowedNamespaces)) {
    return `${namespace} is a system namespace; to export from it all the same: --allow-namespace ${namespace}`;
  }
  const { service } = observed.view(namespace, name);
  if (service !== undefined) return unexportable(service);
  if (options.allowMissing) return undefined;
  const others = [...observed.services()].filter((other) => other.metadata.namespace === namespace && !isOurs(other));
  const near = nearestNames(
    others.map((other) => other.metadata.name),
    name,
  );
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'to export it before it exists: --allow-missing';
  return `there is no Service ${namespace}/${name}; ${hint}`;
}

function unexportable(service: Service): string | undefined {
  const { namespace = '', name } = service.metadata;
  if (service.spec.type === 'ExternalName')
    return `Service ${namespace}/${name} is of type ExternalName, which cannot be exported`;
  if (isOurs(service))
    return `Service ${namespace}/${name} is derived from an import; exporting it would turn in a circle`;
  return undefined;
}

function bySelector(observed: Observed, options: MatchOptions): Matched {
  const matches = parseSelector(options.selector ?? '');
  const notes: string[] = [];
  const services: { namespace: string; name: string }[] = [];
  for (const service of observed.services()) {
    const { namespace = '', name, labels } = service.metadata;
    if (!options.allNamespaces && namespace !== options.namespace) continue;
    if (!matches(labels) || isOurs(service) || isSystemNamespace(namespace, options.allowedNamespaces)) continue;
    // The API server's own Service; exporting it would offer one cluster's control plane as every cluster's.
    if (namespace === 'default' && name === 'kubernetes') continue;
    const why = unexportable(service);
    if (why === undefined) services.push({ namespace, name });
    else notes.push(`left out: ${why}`);
  }
  return {
    services: services.sort((a, b) => compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`)),
    refused: [],
    notes,
  };
}
