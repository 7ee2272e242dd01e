import { statSync, watch, type FSWatcher } from 'node:fs';
import type { EventStorm } from './event-storm.ts';
import type { FolderNews } from './layer-files.ts';

interface Watched {
  readonly inode: bigint;
  readonly watcher: FSWatcher;
}

/**
 * Tells that something in one of some folders changed. One watch a folder, not a file: the files come and go, and the
 * system limits the number of watches. What cannot be watched is left to whoever looks from time to time.
 */
export class FolderWatch {
  readonly #storm: EventStorm;
  readonly #changed: (folder: string, name: string | null) => void;
  readonly #watched = new Map<string, Watched>();

  /** @param changed gets the folder, and the name in it where the system tells */
  constructor(storm: EventStorm, changed: (folder: string, name: string | null) => void) {
    this.#storm = storm;
    this.#changed = changed;
  }

  /**
   * Watches the folders that were seen, too, and those that are gone no more. A folder that was removed and made again is
   * another one.
   * @returns those that were not watched before: what happened in them meanwhile is not known
   */
  follow({ seen, gone }: FolderNews): readonly string[] {
    const inodes = seen.map((folder) => [folder, inodeOf(folder)] as const);
    // First the ends: Linux has one watch for a folder, whatever it is called now.
    for (const folder of gone) this.#end(folder);
    for (const [folder, inode] of inodes) if (this.#watched.get(folder)?.inode !== inode) this.#end(folder);
    const isNew = ([folder, inode]: readonly [string, bigint | undefined]): boolean =>
      inode !== undefined && !this.#watched.has(folder) && this.#begin(folder, inode);
    return inodes.filter(isNew).map(([folder]) => folder);
  }

  close(): void {
    for (const folder of this.#watched.keys()) this.#end(folder);
  }

  #begin(folder: string, inode: bigint): boolean {
    try {
      const watcher = watch(folder, (_, name) => {
        this.#storm.count();
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
