import { UsageError } from '../errors.ts';
import type { Finding } from './finding.ts';

/** One `--suppress`. */
export interface SuppressFlag {
  readonly code: string;
  /** Absent: cluster-scoped objects. */
  readonly namespace?: RegExp;
  /** Absent: whatever it is about. */
  readonly name?: RegExp;
  /** As it was given. */
  readonly text: string;
}

const CODE = /^MCS\d{3}$/i;
const NEXT = 'give --suppress CODE=NAMESPACE/NAME, CODE=NAME for what has no namespace, or CODE alone';

/**
 * `CODE=namespace/name`, `CODE=name` for cluster-scoped objects, `CODE` for all that the rule finds. `*` stands for any
 * letters of a namespace or a name.
 * @throws UsageError
 */
export function parseSuppress(text: string): SuppressFlag {
  const at = text.indexOf('=');
  const code = at < 0 ? text : text.slice(0, at);
  if (!CODE.test(code)) throw new UsageError(`--suppress ${text}: "${code}" is no code such as MCS203`, NEXT);
  const flag = { code: code.toUpperCase(), text };
  if (at < 0) return flag;
  const [name = '', namespace, ...more] = text
    .slice(at + 1)
    .split('/')
    .reverse();
  if (name === '' || namespace === '' || more.length > 0) {
    throw new UsageError(`--suppress ${text}: "${text.slice(at + 1)}" names no object`, NEXT);
  }
  return { ...flag, name: glob(name), ...(namespace === undefined ? {} : { namespace: glob(namespace) }) };
}

/** Whether a finding is one that the flag is about. */
export function matchesFlag({ code, namespace, name }: SuppressFlag, finding: Finding): boolean {
  if (code !== finding.code) return false;
  if (name === undefined) return true;
  const { object } = finding;
  if (object === undefined || !name.test(object.name)) return false;
  if (namespace === undefined || object.namespace === undefined) return namespace === object.namespace;
  return namespace.test(object.namespace);
}

function glob(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\/-]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
}
