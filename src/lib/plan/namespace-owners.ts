import type { Namespace, StringMap } from '../api/objects.ts';

/**
 * Labels or annotations of a namespace that say whose it is. That a name means the same owner everywhere is what the MCS
 * API builds on (SIG Multicluster, "Namespace Sameness Position Statement"; KEP-1645, "Namespace Sameness"); no key is
 * standardised for it. `app.kubernetes.io/part-of` is the one recommended label that names what an object belongs to
 * (Kubernetes docs, "Recommended Labels"); `owner` and `team` are what people write. `app.kubernetes.io/managed-by` names
 * a tool, which may differ between clusters of one owner, and must not be copied: Helm takes it for its own mark.
 */
export const OWNER_KEYS: readonly string[] = ['app.kubernetes.io/part-of', 'owner', 'team'];

/** A namespace as one cluster has it. */
export interface PlacedNamespace {
  readonly cluster: string;
  readonly namespace: Namespace;
}

/** What the clusters say by one key of a namespace; those that say nothing by any label are left out. */
export interface Owner {
  readonly key: string;
  /** Not all say the same; a namespace with labels, but without this one, says something else. */
  readonly differs: boolean;
  readonly values: readonly { readonly cluster: string; readonly value?: string }[];
}

/** What is said by each of the keys that any cluster uses, in the order of the keys. */
export function ownersOf(placed: readonly PlacedNamespace[], keys: readonly string[]): readonly Owner[] {
  const speaking = placed.filter(({ namespace }) => speaks(namespace));
  return keys.flatMap((key) => {
    const values = speaking.map(({ cluster, namespace }) => {
      const value = valueOf(namespace, key);
      return { cluster, ...(value === undefined ? {} : { value }) };
    });
    const different = new Set(values.map(({ value }) => value));
    if (different.size === 0 || (different.size === 1 && different.has(undefined))) return [];
    return [{ key, differs: different.size > 1, values }];
  });
}

/** Owner labels and annotations that a new namespace is to carry: those on which all agree. */
export function agreedOwners(
  placed: readonly PlacedNamespace[],
  keys: readonly string[],
): { readonly labels: StringMap; readonly annotations: StringMap } {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string> = {};
  for (const { key, differs, values } of ownersOf(placed, keys)) {
    const value = values[0]?.value;
    if (differs || value === undefined) continue;
    const isLabel = placed.some(({ namespace }) => namespace.metadata.labels?.[key] !== undefined);
    (isLabel ? labels : annotations)[key] = value;
  }
  return { labels, annotations };
}

function valueOf({ metadata }: Namespace, key: string): string | undefined {
  return metadata.labels?.[key] ?? metadata.annotations?.[key];
}

/**
 * False for a namespace without any label or annotation: one that a directory only implies, or a bare manifest. API
 * servers label all of theirs (`kubernetes.io/metadata.name`).
 */
function speaks({ metadata }: Namespace): boolean {
  return Object.keys(metadata.labels ?? {}).length + Object.keys(metadata.annotations ?? {}).length > 0;
}
