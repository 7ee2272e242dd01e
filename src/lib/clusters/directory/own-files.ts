import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ClusterError } from '../../errors.ts';
import { codeOf, writeFailure } from './failure.ts';
import { OWN_FOLDER, temporaryName, writerOf } from './layout.ts';

/** How often a write is tried when its folder goes away under it. */
const MAX_ATTEMPTS = 20;

/**
 * The files below `<dir>/mcs`: the only place that is ever written. A file is replaced by writing a temporary one
 * beside it and renaming that, so that a run killed at any moment leaves the old file or the new one, never half. All
 * calls are synchronous, so that no two writes of one process interleave; they go to the page cache, not to the disk.
 */
export class OwnFiles {
  readonly #cluster: string;
  readonly #root: string;
  readonly #shown: string;
  /** Folders that were there when they were last looked at; one that is gone since shows when a write into it fails. */
  readonly #folders = new Set<string>();
  /** Names of temporary files: one random part a run, then a number. */
  readonly #run = randomBytes(6).toString('hex');
  #written = 0;
  #leftovers: readonly string[];

  /**
   * @param root absolute path of the directory of manifests
   * @param shown the same as the user gave it
   * @param leftovers temporary files that were found in it; those of dead processes go with the first write
   */
  constructor(cluster: string, root: string, shown: string, leftovers: readonly string[]) {
    this.#cluster = cluster;
    this.#root = root;
    this.#shown = shown;
    this.#leftovers = leftovers;
  }

  /** @param path as `ownPath` gives it. @throws ClusterError with the path and what to do */
  write(path: string, text: string): void {
    this.#try(path, () => {
      this.#clean();
      // Another run may remove the folder, while it is empty, between our making it and our writing into it.
      for (let attempt = 1; ; attempt++) {
        try {
          this.#replace(path, text);
          return;
        } catch (error) {
          // EEXIST: it was there when we wanted to make it, and gone when we looked.
          const again = codeOf(error) === 'ENOENT' || codeOf(error) === 'EEXIST';
          if (!again || attempt === MAX_ATTEMPTS || !existsSync(this.#root)) throw error;
          this.#folders.clear();
        }
      }
    });
  }

  #replace(path: string, text: string): void {
    this.#prepare(dirname(path));
    const target = join(this.#root, path);
    const temporary = join(dirname(target), temporaryName(process.pid, this.#run + (this.#written++).toString(16)));
    try {
      writeFileSync(temporary, text, { flag: 'wx' });
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Removes a file, and the folders that are empty without it. */
  remove(path: string): void {
    this.#try(path, () => {
      this.#clean();
      if (!this.#isFolder(OWN_FOLDER) || !this.#isFolder(dirname(path))) return;
      rmSync(join(this.#root, path), { force: true });
      for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
        if (!removeEmpty(join(this.#root, folder))) return;
      }
    });
  }

  #try(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw writeFailure(this.#cluster, join(this.#shown, path), error);
    }
  }

  /** Makes the folder. The directory itself is never made: it was there when it was chosen. */
  #prepare(folder: string): void {
    for (const part of new Set([OWN_FOLDER, folder])) {
      if (this.#folders.has(part)) continue;
      if (!this.#isFolder(part)) this.#make(part);
      this.#folders.add(part);
    }
  }

  #make(folder: string): void {
    try {
      mkdirSync(join(this.#root, folder));
    } catch (error) {
      // Another run may have been quicker.
      if (codeOf(error) !== 'EEXIST' || !this.#isFolder(folder)) throw error;
    }
  }

  /** False when there is nothing. A link could lead out of the directory, so none is followed for writing. */
  #isFolder(folder: string): boolean {
    const stats = lstatSync(join(this.#root, folder), { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) return stats !== undefined;
    const shown = join(this.#shown, folder);
    const what = stats.isSymbolicLink() ? 'a symbolic link' : 'a file';
    const next = `move ${shown} away: mcs needs a folder of that name`;
    throw new ClusterError(this.#cluster, 'failed', `cannot write below ${shown}: it is ${what}, no folder`, next);
  }

  #clean(): void {
    const leftovers = this.#leftovers;
    this.#leftovers = [];
    for (const path of leftovers) {
      const pid = writerOf(basename(path));
      if (pid !== undefined && !isAlive(pid)) rmSync(path, { force: true });
    }
  }
}

/** False when the folder is not empty, or gone. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
