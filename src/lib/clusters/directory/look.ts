import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type KnownFile, knownFile, settledFile } from './known-file.ts';
import type { KnownTexts } from './known-texts.ts';
import { readPatches } from './kustomization.ts';
import type { Layer } from './layer.ts';
import { type LayerFiles, type Tree, statsOf } from './layer-files.ts';
import { lastingMark, markOf } from './mark.ts';
import { Part, type Source } from './part.ts';
import { withoutPatches } from './patches.ts';
import { type Places, type Suspects, placesIn } from './suspects.ts';
import { isManifest, walk } from './walk.ts';

/** What was found in a layer, and is not yet taken over. */
export interface Finding {
  readonly trees: readonly Tree[];
  /** Files that are new or otherwise, by path; undefined: gone. */
  readonly files: Map<string, KnownFile | undefined>;
}

/** Files read between two turns of the event loop, so that requests to other clusters go on meanwhile. */
const READ_A_TURN = 50;
/** The same for files that are only looked at: some 5 µs each. */
const LOOKED_AT_A_TURN = 1000;

/**
 * Looks at what may have changed in a layer, and reads what did. Yields where other work may go on. What happened is of no
 * interest, only what is there now: so one may be told of it late, twice, or for nothing.
 *
 * Files are read synchronously: through the thread pool a small file takes four to seven times as long, and the parser has
 * but one thread anyway. Only parsed objects are kept, not the texts.
 */
export function* look(
  known: LayerFiles,
  suspects: Suspects,
  layers: readonly LayerFiles[],
  texts: KnownTexts,
): Generator<undefined, Finding> {
  const files = new Map<string, KnownFile | undefined>();
  if (known.layer.type === 'stdin') return { trees: [], files };
  const { trees, paths, gone } = treesIn(known.layer, known, placesIn(known, suspects, layers));
  for (const path of gone) files.set(path, undefined);
  let work = 0;
  for (const path of paths) {
    const before = known.files.get(path);
    const file = lookAtFile(known, path, texts);
    if (file !== before) files.set(path, file);
    work += file === before ? 1 / LOOKED_AT_A_TURN : 1 / READ_A_TURN;
    if (work < 1) continue;
    work = 0;
    yield undefined;
  }
  return { trees, files };
}

/** A file as it is now; the very same object when it did not change, undefined when there is none. */
export function lookAtFile(known: LayerFiles, path: string, texts: KnownTexts): KnownFile | undefined {
  const file = known.prefix.real + path;
  const before = known.files.get(path);
  const same = before?.mark !== undefined && before.mark === markOf(file) ? settled(before, file) : undefined;
  if (same !== undefined) return same;
  if (!isManifest(path)) return undefined;
  const part = new Part(texts);
  const read = part.file(sourceOf(known, path), file);
  return read && knownFile(part, read.mark);
}

/**
 * A file whose mark is the same. One that mcs wrote is read once more when its mark has come to tell: somebody else may
 * have changed it in the tick of the clock in which it was written.
 * @returns undefined when it holds something else
 */
function settled(before: KnownFile, file: string): KnownFile | undefined {
  if (before.unsettled === undefined) return before;
  try {
    const mark = lastingMark(statSync(file, { bigint: true }));
    if (mark === undefined) return before;
    return readFileSync(file, 'utf8') === before.unsettled ? settledFile(before, mark) : undefined;
  } catch {
    return undefined; // whoever reads it tells why
  }
}

/** What standard input holds. */
export async function readStdin(read: () => Promise<Buffer>, layer: number, texts: KnownTexts): Promise<KnownFile> {
  const source: Source = { shown: '<stdin>', path: '', layer };
  const part = new Part(texts);
  try {
    part.bytes(source, await read());
  } catch (error) {
    part.unreadable(source, error);
  }
  return knownFile(part, undefined);
}

/** What was walked, the files to be looked at, and those that are no more. */
interface Walked {
  readonly trees: readonly Tree[];
  readonly paths: ReadonlySet<string>;
  readonly gone: readonly string[];
}

function treesIn(layer: Layer & { readonly type: 'directory' }, known: LayerFiles, places: Places | 'all'): Walked {
  if (places === 'all') {
    const found = walk(layer.path, layer.shown);
    const patches = readPatches(found.kustomizations, known.patches);
    const paths = new Set(withoutPatches(found.files, patches));
    // One that is there still, but is read by another path now, or is a patch now, is gone too.
    return { trees: [{ path: '', found, patches }], paths, gone: known.filesAt('').filter((path) => !paths.has(path)) };
  }
  const trees: Tree[] = [];
  const paths = new Set(places.files);
  const gone: string[] = [];
  for (const path of places.others) {
    const real = join(layer.path, path);
    const stats = statsOf(real);
    const isFolder = stats?.isDirectory() === true;
    const found = isFolder ? walk(layer.path, layer.shown, path) : undefined;
    const wasFolder = known.folders.has(real) || known.problems.has(path);
    const hasLinks = stats?.isSymbolicLink() === true || found?.links === true;
    const steers = (found?.kustomizations.size ?? 0) > 0 || (wasFolder && known.hasKustomization(path));
    if (hasLinks || steers) return treesIn(layer, known, 'all');
    if (isFolder || wasFolder) trees.push({ path, found });
    const here = new Set(withoutPatches(found?.files ?? [path], known.patches));
    for (const file of here) paths.add(file);
    const before = wasFolder ? known.filesAt(path) : isFolder && known.files.has(path) ? [path] : [];
    gone.push(...before.filter((file) => !here.has(file)));
  }
  return { trees, paths, gone };
}

function sourceOf({ prefix, index }: LayerFiles, path: string): Source {
  return { shown: prefix.shown + path, path, layer: index };
}
