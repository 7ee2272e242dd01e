import { isDNSLabel } from '../api/names.ts';
import { UsageError } from '../errors.ts';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Services as they are typed, each once.
 * @param texts `name` or `namespace/name`
 * @param namespace of those that are typed without one
 * @throws UsageError naming what is no name
 */
export function serviceNames(texts: readonly string[], namespace: string): readonly ServiceName[] {
  const found = new Map<string, ServiceName>();
  for (const text of texts) {
    const parts = text.split('/');
    if (parts.length > 2 || !parts.every(isDNSLabel)) {
      throw new UsageError(`"${text}" cannot be the name of a service`, 'give NAME or NAMESPACE/NAME');
    }
    const [first = '', second] = parts;
    const service = second === undefined ? { namespace, name: first } : { namespace: first, name: second };
    found.set(`${service.namespace}/${service.name}`, service);
  }
  return [...found.values()];
}
