import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Contents } from './contents.ts';
import type { Layer } from './layer.ts';
import { isOwn } from './layout.ts';
import { type Mark, markOf } from './mark.ts';
import { Part, type Source } from './part.ts';
import type { Problem } from './place.ts';
import { walk } from './walk.ts';

/** All that was read of a cluster of manifests. */
export interface Loaded {
  readonly contents: Contents;
  /** What keeps it from being used; a list must never be partial. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Absolute paths below the last layer's `mcs/` that hold something mcs did not write. */
  readonly foreign: ReadonlySet<string>;
  /** Absolute paths of what killed runs left in the last layer. */
  readonly temporary: readonly string[];
  /** Real paths of all folders it was read from. */
  readonly folders: ReadonlySet<string>;
}

/** What was read of files before, so that only those that changed are read again. Standard input is read once anyway. */
export interface Known {
  readonly parts: Map<string, { readonly mark: Mark | undefined; readonly part: Part }>;
  /** Whether files will be read again: what is kept for that takes a third more memory. */
  remembersFiles: boolean;
}

/** Files read between two turns of the event loop, so that requests to other clusters go on meanwhile. */
const FILES_A_TURN = 50;

/**
 * Reads all layers of a cluster. Files are read synchronously: through the thread pool a small file takes four to
 * seven times as long, and the parser has but one thread anyway. Only parsed objects are kept, not the texts.
 */
export async function loadLayers(
  layers: readonly Layer[],
  known: Known = { parts: new Map(), remembersFiles: false },
): Promise<Loaded> {
  for (const [index, layer] of layers.entries()) {
    if (layer.type === 'stdin' && !known.parts.has(keyOfStdin(index))) {
      known.parts.set(keyOfStdin(index), { mark: undefined, part: await readStdin(layer.read, index) });
    }
  }
  const work = loading(layers, known);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}

/** The same without a turn of the event loop in between, for layers that were loaded before. */
export function loadLayersNow(layers: readonly Layer[], known: Known): Loaded {
  const work = loading(layers, known);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Yields where other work may go on. */
function* loading(layers: readonly Layer[], known: Known): Generator<undefined, Loaded> {
  const total = new Part();
  const temporary: string[] = [];
  const foreign = new Set<string>();
  const folders = new Set<string>();
  const before = new Map(known.parts);
  known.parts.clear();
  for (const [index, layer] of layers.entries()) {
    if (layer.type === 'stdin') {
      const stdin = before.get(keyOfStdin(index));
      if (stdin !== undefined) known.parts.set(keyOfStdin(index), stdin);
      total.add(stdin?.part);
      continue;
    }
    const last = index === layers.length - 1;
    const found = walk(layer.path, layer.shown);
    total.problems.push(...found.problems);
    for (const folder of found.folders) folders.add(folder);
    if (last) temporary.push(...found.temporary.map((path) => join(layer.path, path)));
    for (const [count, path] of found.files.entries()) {
      if (count % FILES_A_TURN === FILES_A_TURN - 1) yield undefined;
      const file = join(layer.path, path);
      const key = `${index} ${file}`;
      const part = readAgain({ shown: join(layer.shown, path), path, layer: index }, file, key, before, known);
      if (last && isOwn(path) && !part.whole) foreign.add(file);
      total.add(part);
    }
  }
  const contents = new Contents(total.entries, total.namespaces);
  const warnings = [...total.warnings, ...contents.duplicates()];
  return { contents, problems: total.problems, warnings, foreign, temporary, folders };
}

/** What a file holds: as it was read before when it is still the same. */
function readAgain(source: Source, file: string, key: string, before: Known['parts'], known: Known): Part {
  const old = before.get(key);
  const mark = old === undefined ? undefined : markOf(file);
  if (old !== undefined && mark !== undefined && old.mark === mark) {
    known.parts.set(key, old);
    return old.part;
  }
  const part = new Part();
  const read = part.file(source, file);
  if (known.remembersFiles) known.parts.set(key, { mark: read, part });
  return part;
}

function keyOfStdin(index: number): string {
  return `${index} -`;
}

async function readStdin(read: () => Promise<Buffer>, layer: number): Promise<Part> {
  const source: Source = { shown: '<stdin>', path: '', layer };
  const part = new Part();
  try {
    part.bytes(source, await read());
  } catch (error) {
    part.unreadable(source, error);
  }
  return part;
}
