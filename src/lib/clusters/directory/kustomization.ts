import { readFileSync, statSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { isRecord } from '../../api/reader.ts';
import { readDocuments } from './documents.ts';
import { isOwn } from './layout.ts';
import { isSteering } from './left-out.ts';
import { lastingMark, markOf } from './mark.ts';
import { type Kustomization, NO_PATCHES, type Patches } from './patches.ts';
import { decode, tooBig } from './text.ts';

/**
 * Reads all kustomizations of a directory.
 * @param paths theirs, relative to the directory, with the real ones
 * @param before those of the last time: what did not change is not read again
 */
export function readPatches(paths: ReadonlyMap<string, string>, before: Patches = NO_PATCHES): Patches {
  if (paths.size === 0) return NO_PATCHES;
  const kustomizations = new Map<string, Kustomization>();
  const namedBy = new Map<string, string>();
  const resources = new Set<string>();
  for (const [path, real] of paths) {
    const kustomization = readKustomization(real, before.kustomizations.get(real));
    kustomizations.set(real, kustomization);
    const inFolder = (other: string): string => posix.join(dirname(path), other);
    for (const patch of kustomization.patches) {
      const file = inFolder(patch);
      // What decides about others is no piece of an object, and what mcs writes must be read back.
      if (!isSteering(file) && !isOwn(file)) namedBy.set(file, path);
    }
    for (const resource of kustomization.resources) resources.add(inFolder(resource));
  }
  for (const resource of resources) namedBy.delete(resource); // a whole object, if it is a resource too
  return { kustomizations, namedBy };
}

/**
 * What a kustomization names (kustomize.config.k8s.io: `patches[].path`, `patchesStrategicMerge`,
 * `patchesJson6902[].path`, `resources`). Nothing when it cannot be read: that is told where manifests are read.
 * @param before what it was when it was read last; the very same comes back when it did not change
 */
function readKustomization(path: string, before?: Kustomization): Kustomization {
  if (before?.mark !== undefined && before.mark === markOf(path)) return before;
  const nothing = { mark: undefined, patches: [], resources: [] };
  try {
    const stats = statSync(path, { bigint: true });
    if (!stats.isFile() || tooBig(Number(stats.size)) !== undefined) return nothing;
    const mark = lastingMark(stats);
    return { mark, ...namedIn(readFileSync(path)) };
  } catch {
    return nothing;
  }
}

function namedIn(bytes: Buffer): Omit<Kustomization, 'mark'> {
  const text = decode(bytes);
  const value = typeof text === 'string' ? readDocuments(text).documents[0]?.value : undefined;
  if (!isRecord(value)) return { patches: [], resources: [] };
  const paths = [...list(value.patches), ...list(value.patchesJson6902)].map((one) =>
    isRecord(one) ? one.path : undefined,
  );
  return {
    patches: [...paths, ...list(value.patchesStrategicMerge)].filter(isText),
    resources: list(value.resources).filter(isText),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A patch that stands in the kustomization itself is no path of any file. */
function isText(value: unknown): value is string {
  return typeof value === 'string';
}
