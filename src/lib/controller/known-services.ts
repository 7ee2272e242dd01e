import { derivedName } from '../api/names.ts';

/** The services that are worked on, found by what an event names. */
export class KnownServices {
  /** Keys by `namespace/name` of their derived Services. */
  readonly #byDerived = new Map<string, string>();
  readonly #byNamespace = new Map<string, Set<string>>();

  add(key: string): void {
    const { namespace, name } = split(key);
    const keys = this.#byNamespace.get(namespace) ?? new Set();
    if (keys.has(key)) return;
    this.#byNamespace.set(namespace, keys.add(key));
    this.#byDerived.set(`${namespace}/${derivedName(namespace, name)}`, key);
  }

  has(key: string): boolean {
    return this.#byNamespace.get(split(key).namespace)?.has(key) === true;
  }

  in(namespace: string): Iterable<string> {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** The key whose derived Service has this name, if there is one. */
  ofDerived(service: string): readonly string[] {
    const key = this.#byDerived.get(service);
    return key === undefined ? [] : [key];
  }

  /** Forgets all but these: services that nobody has any more. */
  keep(keys: ReadonlySet<string>): void {
    for (const known of [...this.#byNamespace.values()].flatMap((all) => [...all])) {
      if (keys.has(known)) continue;
      const { namespace, name } = split(known);
      const others = this.#byNamespace.get(namespace);
      others?.delete(known);
      if (others?.size === 0) this.#byNamespace.delete(namespace);
      this.#byDerived.delete(`${namespace}/${derivedName(namespace, name)}`);
    }
  }
}

function split(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
