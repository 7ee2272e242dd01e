import { join } from 'node:path';
import type { ClusterError } from '../../errors.ts';
import type { Contents } from './contents.ts';
import type { Layer } from './layer.ts';
import { isTemporary } from './layout.ts';
import type { Known, Loaded } from './load.ts';
import { type Mark, markOf } from './mark.ts';
import type { Problem } from './place.ts';
import type { Reading } from './watching.ts';
import { Writer } from './writer.ts';

/** A cluster that has been read. */
export interface Opened {
  readonly contents: Contents;
  readonly warnings: readonly string[];
  /** Loaded at the first write: reading alone does not pay for it. */
  readonly writer: () => Writer;
}

/** How often files are read again because something was written meanwhile, before it is done in one turn. */
const TRIES = 2;

/** What a cluster of manifests holds, as it was read last and as it was written since. */
export class Stock {
  readonly #cluster: string;
  readonly #layers: readonly Layer[];
  readonly #malformed: (problems: readonly Problem[]) => ClusterError;
  readonly #known: Known = { parts: new Map(), remembersFiles: false };
  /** Files that were written, with their marks, or removed: their events are nothing new. */
  readonly #written = new Map<string, Mark | undefined>();
  #first: Promise<void> | undefined;
  #opened: Opened | undefined;
  #problem: ClusterError | undefined;
  #writes = 0;
  #folders: ReadonlySet<string> = new Set();

  constructor(cluster: string, layers: readonly Layer[], malformed: (problems: readonly Problem[]) => ClusterError) {
    this.#cluster = cluster;
    this.#layers = layers;
    this.#malformed = malformed;
  }

  /**
   * Works with what the cluster has now. The work is done in one turn: what is written into contents that were replaced
   * meanwhile would be lost.
   */
  async use<T>(work: (opened: Opened) => T): Promise<T> {
    await (this.#first ??= this.#load());
    return work(this.#current());
  }

  /**
   * Reads what changed, and tells it in the turn in which it becomes what the cluster has, so that what is written after
   * that is not taken for a change.
   * @throws ClusterError while a file cannot be read; every other call fails then, too
   */
  async readAgain(tell: (reading: Reading) => void): Promise<void> {
    this.#known.remembersFiles = true;
    const before = this.#opened?.contents;
    const taken = (): void => {
      tell({ before, after: this.#current().contents, folders: this.#folders });
    };
    if (this.#first === undefined) {
      await (this.#first = this.#load());
      taken();
    } else {
      await this.#first;
      await this.#load(taken);
    }
  }

  isOwnWrite(folder: string, name: string): boolean {
    const path = join(folder, name);
    return isTemporary(name) || (this.#written.has(path) && this.#written.get(path) === markOf(path));
  }

  #current(): Opened {
    if (this.#problem !== undefined) throw this.#problem;
    if (this.#opened === undefined) throw new Error('defect: read without a result');
    return this.#opened;
  }

  async #load(taken?: () => void): Promise<void> {
    // Here, and not above, since it brings js-yaml along, which a call that reads no directory must not pay for.
    const { loadLayers, loadLayersNow } = await import('./load.ts');
    for (let tries = 1; tries <= TRIES; tries++) {
      const writes = this.#writes;
      const loaded = await loadLayers(this.#layers, this.#known);
      if (writes !== this.#writes) continue; // it may or may not hold what was written
      this.#take(loaded);
      taken?.();
      return;
    }
    this.#take(loadLayersNow(this.#layers, this.#known));
    taken?.();
  }

  #take(loaded: Loaded): void {
    for (const [path, mark] of this.#written) if (mark === undefined) this.#written.delete(path);
    this.#folders = loaded.folders;
    this.#problem = loaded.problems.length === 0 ? undefined : this.#malformed(loaded.problems);
    if (this.#problem !== undefined) return; // the last contents that were good stay, to tell the difference to
    let writer: Writer | undefined;
    const wrote = (path: string): void => {
      this.#writes++;
      if (this.#known.remembersFiles) this.#written.set(path, markOf(path));
    };
    this.#opened = {
      contents: loaded.contents,
      warnings: loaded.warnings,
      writer: () => (writer ??= new Writer(this.#cluster, this.#layers, loaded, wrote)),
    };
  }
}
