import { lstatSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isOwn } from './layout.ts';
import { CHART, type LeftOut } from './left-out.ts';

const TEMPLATES = 'templates';

/** Whether an entry of a folder makes the folder a chart. In what is mcs's own, names mean nothing. */
export function isChart(name: string, path: string, entry: Dirent | Stats): boolean {
  return name === CHART && !entry.isDirectory() && !isOwn(path);
}

/** Whether an entry of a chart is its templates. */
export function isTemplates(name: string): boolean {
  return name === TEMPLATES;
}

export function templatesLeftOut(path: string): LeftOut {
  return { path, why: `Helm templates, of ${join(dirname(path), CHART)}` };
}

/** The templates of a chart that a folder below `root` is, or is in; undefined when there are none. */
export function templatesAround(root: string, folder: string): string | undefined {
  for (let path = folder; path !== '.' && path !== ''; path = dirname(path)) {
    if (!isTemplates(basename(path))) continue;
    const chart = join(dirname(path), CHART);
    const stats = statsOf(join(root, chart));
    if (stats !== undefined && isChart(CHART, chart, stats)) return path;
  }
  return undefined;
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // it is no folder any more
  }
}
