import { hash as digestOf } from 'node:crypto';

/** Longest RFC 1123 label and label value, in characters. */
export const MAX_LABEL = 63;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** True for an RFC 1123 label of at most 63 characters: names of Services and namespaces, ids of clusters. */
export function isDNSLabel(text: string): boolean {
  return text.length <= MAX_LABEL && LABEL.test(text);
}

/** True for an RFC 1123 subdomain of at most 253 characters: names of most other objects. */
export function isDNSSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => LABEL.test(part));
}

/** The valid id nearest to a text, to propose; undefined when nothing of it is usable. */
export function proposeID(text: string): string | undefined {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LABEL)
    .replace(/^-+|-+$/g, '');
  return label === '' ? undefined : label;
}

const NAME = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

/** True for the key of a label or annotation: a name of at most 63 characters, behind an optional `subdomain/`. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf('/');
  return NAME.test(text.slice(slash + 1)) && (slash < 0 || isDNSSubdomain(text.slice(0, slash)));
}

/** True for the value of a label: nothing, or at most 63 letters, digits, `-`, `_` and `.`. */
export function isLabelValue(text: string): boolean {
  return text === '' || NAME.test(text);
}

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** The first `length` characters of base32hex(sha256(text)), in lower case (RFC 4648 §7). `length` ≤ 51. */
export function hash(text: string, length = 10): string {
  const digest = digestOf('sha256', text, 'buffer');
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of digest) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && out.length < length) {
      bits -= 5;
      out += BASE32HEX.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return out;
}

/** Name of the derived Service of an import; the same as the reference controllers' and Cilium's (mcs-api `controllers/common.go`). */
export function derivedName(namespace: string, name: string): string {
  return `derived-${hash(`${namespace}/${name}`)}`;
}

/** A name of at most `max` characters that is readable at its start and unique by its end: `<prefix>-<hash of origin>`. */
export function hashedName(prefix: string, origin: string, max = MAX_LABEL): string {
  const end = `-${hash(origin)}`;
  return prefix.slice(0, max - end.length).replace(/[-.]+$/, '') + end;
}

const SYSTEM_NAMESPACE = /^(kube|openshift)-/;

/** `kube-*` and `openshift-*` are neither exported nor imported unless allowed by name. */
export function isSystemNamespace(namespace: string, allowed: readonly string[] = []): boolean {
  return SYSTEM_NAMESPACE.test(namespace) && !allowed.includes(namespace);
}

const PLATFORM_NAMESPACE = /^(kube|openshift|gke|gmp|cattle|submariner)-/;
const PLATFORM_NAMESPACES: ReadonlySet<string> = new Set(['default', 'openshift', 'local-path-storage']);

/**
 * True for namespaces that come with a cluster rather than from a team, and say nothing by being in one cluster and not in
 * another: `kube-*` is reserved (Kubernetes docs, "Namespaces"); `openshift*`, GKE's `gke-*` and `gmp-*`, Rancher's
 * `cattle-*`, kind's and k3s's `local-path-storage` and `submariner-*` belong to distributions and add-ons.
 */
export function isPlatformNamespace(namespace: string): boolean {
  return PLATFORM_NAMESPACE.test(namespace) || PLATFORM_NAMESPACES.has(namespace);
}
