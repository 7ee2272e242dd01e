import { statSync, watch, type FSWatcher } from 'node:fs';

interface Watched {
  readonly inode: bigint;
  readonly watcher: FSWatcher;
}

/**
 * Tells that something in one of some folders changed. One watch a folder, not a file: the files come and go, and the
 * system limits the number of watches. What cannot be watched is left to whoever looks from time to time.
 */
export class FolderWatch {
  readonly #changed: (folder: string, name: string | null) => void;
  readonly #watched = new Map<string, Watched>();

  /** @param changed gets the folder, and the name in it where the system tells */
  constructor(changed: (folder: string, name: string | null) => void) {
    this.#changed = changed;
  }

  /**
   * Watches these folders from now on, and no others. A folder that was removed and made again is another one.
   * @returns true when some were not watched before: what happened in them meanwhile is not known
   */
  follow(folders: ReadonlySet<string>): boolean {
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) this.#end(folder);
    let added = false;
    for (const folder of folders) {
      const inode = inodeOf(folder);
      if (this.#watched.get(folder)?.inode === inode) continue;
      this.#end(folder);
      if (inode !== undefined && this.#begin(folder, inode)) added = true;
    }
    return added;
  }

  close(): void {
    for (const folder of this.#watched.keys()) this.#end(folder);
  }

  #begin(folder: string, inode: bigint): boolean {
    try {
      const watcher = watch(folder, (_, name) => {
        this.#changed(folder, name);
      });
      watcher.on('error', () => {
        this.#end(folder);
        this.#changed(folder, null);
      });
      this.#watched.set(folder, { inode, watcher });
      return true;
    } catch {
      return false; // gone again, or no more watches to be had
    }
  }

  #end(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }
}

function inodeOf(folder: string): bigint | undefined {
  try {
    return statSync(folder, { bigint: true }).ino;
  } catch {
    return undefined;
  }
}
