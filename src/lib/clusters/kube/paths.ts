import { KINDS, type Kind } from '../../api/kinds.ts';
import type { Ref } from '../../api/objects.ts';
import type { Intent } from './status.ts';

/** The path of a list or an object. Names are encoded: one from outside must not lead elsewhere. */
export function pathOf(
  kind: Kind,
  version: string,
  { name, namespace }: { readonly name?: string; readonly namespace?: string | undefined },
  subresource?: string,
  query?: Readonly<Record<string, string>>,
): string {
  const { group, plural, namespaced } = KINDS[kind];
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const path = `${root}${scope}/${plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
  return query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`;
}

/** What a request for objects of a kind wants, for messages. */
export function intentOf(verb: Intent['verb'], kind: Kind, { name, namespace }: Partial<Ref>): Intent {
  const { plural, group, namespaced } = KINDS[kind];
  return {
    verb,
    resource: group === '' ? plural : `${plural}.${group}`,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined || !namespaced ? {} : { namespace }),
  };
}
