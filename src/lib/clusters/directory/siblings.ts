import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The folders that a path to nothing may have meant: at most three beside it, most alike first, as the user would type
 * them. Likeness is the share of letter pairs two names have in common (Dice).
 * @param path absolute
 */
export function siblings(path: string, shown: string): readonly string[] {
  const wanted = pairs(basename(path));
  try {
    return readdirSync(dirname(path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => ({ name, likeness: likeness(pairs(name), wanted) }))
      .filter(({ likeness }) => likeness >= 0.3)
      .sort((a, b) => b.likeness - a.likeness || (a.name < b.name ? -1 : 1))
      .slice(0, 3)
      .map(({ name }) => (dirname(shown) === '.' ? name : join(dirname(shown), name)));
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
