import { hashedName } from '../../api/names.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Ref } from '../../api/objects.ts';

/** The folder, below a directory of manifests, that is mcs's own. */
export const OWN_FOLDER = 'mcs';

/** Longest file name that common file systems take, in bytes. */
const MAX_FILE_NAME = 255;
const EXTENSION = '.yaml';

/**
 * Where an object is written, relative to the directory: `mcs/<namespace>/<kind>-<name>.yaml`, cluster-scoped ones
 * `mcs/_cluster/<kind>-<name>.yaml` (no namespace can be called so). A file name over 255 bytes is shortened with a
 * hash. Name and namespace must have been checked to be RFC 1123: they become part of a path.
 */
export function ownPath(kind: Kind, ref: Ref): string {
  const stem = `${kind.toLowerCase()}-${ref.name}`;
  const short =
    stem.length + EXTENSION.length > MAX_FILE_NAME ? hashedName(stem, stem, MAX_FILE_NAME - EXTENSION.length) : stem;
  return `${OWN_FOLDER}/${ref.namespace ?? '_cluster'}/${short}${EXTENSION}`;
}

/** True for files below the folder that is mcs's own. */
export function isOwn(path: string): boolean {
  return path.startsWith(`${OWN_FOLDER}/`);
}

const TEMPORARY = /^\.mcs-(\d+)-[0-9a-f]+\.tmp$/;

/** Name of a temporary file of this process; hidden and without a manifest's ending, so that nobody reads it. */
export function temporaryName(pid: number, random: string): string {
  return `.mcs-${pid}-${random}.tmp`;
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Process id of the run that wrote a temporary file. */
export function writerOf(name: string): number | undefined {
  const pid = TEMPORARY.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}
