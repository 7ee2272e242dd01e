import { nearestNames } from '../../api/nearest.ts';
import { NothingUsableError, UsageError } from '../../errors.ts';

/**
 * The names that patterns choose, in the order of `names`, each once. A pattern is an exact name, a glob (`prod-*`; `*`
 * and `?` match any character, also `/` and `:`), or an exclusion (`!prod-old`, `!*-test`). Exclusions alone start from
 * all names; no pattern at all means all names.
 * @throws UsageError for a name that does not exist; NothingUsableError when a glob, or the whole, matches nothing
 */
export function selectNames(names: readonly string[], patterns: readonly string[]): readonly string[] {
  const excluded = patterns.filter((pattern) => isExclusion(names, pattern)).map((pattern) => pattern.slice(1));
  const included = patterns.filter((pattern) => !isExclusion(names, pattern));
  const chosen = new Set(included.length === 0 ? names : []);
  for (const pattern of included) {
    const found = matching(names, pattern);
    if (found.length === 0) throw new NothingUsableError(`no context matches "${pattern}"`, known(names));
    for (const name of found) chosen.add(name);
  }
  for (const pattern of excluded) for (const name of matching(names, pattern)) chosen.delete(name);
  if (chosen.size === 0 && patterns.length > 0) {
    throw new NothingUsableError(`no context is left of ${patterns.map((p) => `"${p}"`).join(', ')}`, known(names));
  }
  return names.filter((name) => chosen.has(name));
}

function isExclusion(names: readonly string[], pattern: string): boolean {
  return pattern.startsWith('!') && !names.includes(pattern);
}

function matching(names: readonly string[], pattern: string): readonly string[] {
  if (names.includes(pattern)) return [pattern];
  if (!/[*?]/.test(pattern)) throw new UsageError(`there is no context "${pattern}"`, nearestHint(names, pattern));
  const glob = toRegExp(pattern);
  return names.filter((name) => glob.test(name));
}

function toRegExp(glob: string): RegExp {
  const source = glob
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

function nearestHint(names: readonly string[], wanted: string): string {
  const near = nearestNames(names, wanted);
  return near.length === 0 ? known(names) : `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
}

function known(names: readonly string[]): string {
  if (names.length === 0) return 'the kubeconfig has no contexts';
  const some = names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  return `there is ${some}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
