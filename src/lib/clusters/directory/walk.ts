import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem } from './place.ts';
import { codeOf, describeError } from './failure.ts';
import { isOwn, isTemporary } from './layout.ts';

/** What lies below a directory. Paths are relative to it, with `/`. */
export interface Found {
  /** Manifests, in the order of their paths, so that "later wins" means the same everywhere. */
  readonly files: readonly string[];
  /** Left below `mcs/` by runs that were killed while writing; never what a link leads to. */
  readonly temporary: readonly string[];
  readonly problems: readonly Problem[];
  /** Real paths of all folders that hold any of it, also those that links lead to. */
  readonly folders: ReadonlySet<string>;
}

const MANIFEST = /\.(ya?ml|json)$/i;

/**
 * Finds all manifests below `root`. Hidden files and folders (`.git`) and `node_modules` are left out. Symbolic links
 * are followed, also to the outside, but each real file and folder is read once, under its own path if that is below
 * `root`: so links that form a loop end.
 * @param root an absolute path without symbolic links
 * @param shown the path as the user gave it, for messages
 */
export function walk(root: string, shown: string): Found {
  const files: string[] = [];
  const temporary: string[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const links: string[] = [];
  const folders = new Set<string>();

  const visit = (folder: string, real: string): void => {
    if (seen.has(real)) return;
    seen.add(real);
    folders.add(real);
    for (const entry of read(folder)) {
      const { name } = entry;
      const path = folder === '' ? name : `${folder}/${name}`;
      if (isTemporary(name) && isOwn(path) && real === join(root, folder)) temporary.push(path);
      if (name.startsWith('.') || name === 'node_modules') continue;
      if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isDirectory()) visit(path, join(real, name));
      else if (MANIFEST.test(name)) {
        seen.add(join(real, name));
        files.push(path);
      }
    }
  };
  const read = (folder: string): readonly Dirent[] => {
    try {
      return readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      // A folder that another run has just removed is no fault.
      if (folder === '' || codeOf(error) !== 'ENOENT') fail(folder, error);
      return [];
    }
  };
  const fail = (path: string, error: unknown): void => {
    problems.push({
      place: { file: join(shown, path), line: 1 },
      message: `cannot be read: ${describeError(error)}`,
    });
  };
  const follow = (path: string): void => {
    try {
      const target = realpathSync(join(root, path));
      const stats: Stats = statSync(target);
      if (stats.isDirectory()) visit(path, target);
      else if (MANIFEST.test(path) && !seen.has(target)) {
        seen.add(target);
        folders.add(dirname(target));
        files.push(path);
      }
    } catch (error) {
      if (MANIFEST.test(path)) fail(path, error);
    }
  };

  visit('', root);
  // Links come after all real files, so that a link to a file below the root never takes its place.
  for (let link = links.shift(); link !== undefined; link = links.shift()) follow(link);
  return { files: files.sort(), temporary, problems, folders };
}
