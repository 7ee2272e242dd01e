import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * What to say about a path to nothing: the folders beside it that it may have meant, most alike first, or else what
 * there is; at most three, as the user would type them. Likeness is the share of letter pairs two names have in common (Dice).
 * @param path absolute
 */
export function siblingHint(path: string, shown: string): string {
  const wanted = pairs(basename(path));
  const known = foldersIn(dirname(path))
    .map((name) => ({ name, likeness: likeness(pairs(name), wanted) }))
    .sort((a, b) => b.likeness - a.likeness || (a.name < b.name ? -1 : 1));
  const alike = known.filter(({ likeness }) => likeness >= 0.3);
  const names = (alike.length > 0 ? alike : known).slice(0, 3);
  if (names.length === 0) {
    const parent = dirname(shown);
    return existsSync(dirname(path)) ? `${parent} holds no folders` : `${parent} does not exist either`;
  }
  const paths = names.map(({ name }) => join(dirname(shown), name)).join(' or ');
  return alike.length > 0 ? `did you mean ${paths}?` : `there is ${paths}`;
}

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Pairs of neighbouring letters, the ends counted as letters. */
function pairs(name: string): readonly string[] {
  const text = ` ${name.toLowerCase()} `;
  return Array.from({ length: text.length - 1 }, (_, index) => text.slice(index, index + 2));
}

function likeness(a: readonly string[], b: readonly string[]): number {
  const both = a.filter((pair) => b.includes(pair)).length;
  return (2 * both) / (a.length + b.length);
}
