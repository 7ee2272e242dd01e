import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isChart, isTemplates, templatesAround, templatesLeftOut } from './chart.ts';
import type { Problem } from './place.ts';
import { codeOf, describeError } from './failure.ts';
import { isOwn, isTemporary } from './layout.ts';
import { type LeftOut, isKustomization } from './left-out.ts';
import { prefixOf } from './prefix.ts';

/** What lies below a directory, or a folder in it. Paths are relative to the directory, with `/`. */
export interface Found {
  /** Manifests, in the order of their paths, so that "later wins" means the same everywhere. */
  readonly files: readonly string[];
  /** Left below `mcs/` by runs that were killed while writing; never what a link leads to. */
  readonly temporary: readonly string[];
  /** What cannot be read, by its path. */
  readonly problems: ReadonlyMap<string, Problem>;
  /** Real paths of all folders that hold any of it, also those that links lead to. */
  readonly folders: ReadonlySet<string>;
  /** Paths of manifests that links lead to, by their real ones. */
  readonly linked: ReadonlyMap<string, string>;
  /** Whether there are any links: what one leads to, one cannot tell from what happens beside it. */
  readonly links: boolean;
  /** Files that say which of `files` are patches, with their real paths. */
  readonly kustomizations: ReadonlyMap<string, string>;
  /** Templates, which are among none of the above. */
  readonly leftOut: readonly LeftOut[];
}

const MANIFEST = /\.(ya?ml|json)$/i;

/** Whether a file of this name is one to read. */
export function isManifest(path: string): boolean {
  return MANIFEST.test(path);
}

/** Whether a file or folder of this name is passed over. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}

/**
 * Finds all manifests below `root`. Hidden files and folders (`.git`), `node_modules` and templates of Helm charts are left
 * out. Symbolic links are followed, also to the outside, but each real file and folder is read once, under its own path if
 * that is below `root`: so links that form a loop end.
 * @param root an absolute path without symbolic links
 * @param shown the path as the user gave it, for messages
 * @param from where to begin: a folder below `root`. It sees links, but not what else they may lead to below `root`.
 */
export function walk(root: string, shown: string, from = ''): Found {
  const files: string[] = [];
  const temporary: string[] = [];
  const problems = new Map<string, Problem>();
  const seen = new Set<string>();
  const links: string[] = [];
  const linked = new Map<string, string>();
  const folders = new Set<string>();
  const kustomizations = new Map<string, string>();
  const leftOut: LeftOut[] = [];

  const visit = (folder: string, real: string): void => {
    if (seen.has(real)) return;
    seen.add(real);
    folders.add(real);
    const isLinked = real !== join(root, folder);
    const prefix = prefixOf(real);
    let inChart = false;
    for (const entry of read(folder)) {
      const { name } = entry;
      const path = folder === '' ? name : `${folder}/${name}`;
      if (isTemporary(name) && isOwn(path) && !isLinked) temporary.push(path);
      if (isPassedOver(name)) continue;
      inChart ||= isChart(name, path, entry); // by its name, that comes before the templates
      if (inChart && isTemplates(name)) leftOut.push(templatesLeftOut(path));
      else if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isDirectory()) visit(path, join(real, name));
      else {
        if (isKustomization(name) && !isOwn(path)) kustomizations.set(path, join(real, name));
        if (!isManifest(name)) continue;
        const file = prefix + name;
        if (seen.has(file)) continue;
        seen.add(file);
        files.push(path);
        if (isLinked) linked.set(file, path);
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
    problems.set(path, {
      place: { file: join(shown, path), line: 1 },
      message: `cannot be read: ${describeError(error)}`,
    });
  };
  const follow = (path: string): void => {
    try {
      const target = realpathSync(join(root, path));
      const stats: Stats = statSync(target);
      if (stats.isDirectory()) {
        visit(path, target);
        return;
      }
      if (isKustomization(basename(path)) && !isOwn(path)) {
        folders.add(dirname(target));
        kustomizations.set(path, target);
      }
      if (isManifest(path) && !seen.has(target)) {
        seen.add(target);
        folders.add(dirname(target));
        files.push(path);
        linked.set(target, path);
      }
    } catch (error) {
      if (isManifest(path)) fail(path, error);
    }
  };

  const templates = from === '' ? undefined : templatesAround(root, from);
  if (templates === undefined) visit(from, join(root, from));
  else leftOut.push(templatesLeftOut(templates));
  const hasLinks = links.length > 0;
  // Links come after all real files, so that a link to a file below the root never takes its place.
  for (let link = links.shift(); link !== undefined; link = links.shift()) follow(link);
  return { files: files.sort(), temporary, problems, folders, linked, links: hasLinks, kustomizations, leftOut };
}
