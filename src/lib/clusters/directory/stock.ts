import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterError } from '../../errors.ts';
import { Changes } from './changes.ts';
import type { Contents } from './contents.ts';
import { Holdings } from './holdings.ts';
import type { KnownFile } from './known-file.ts';
import type { KnownTexts } from './known-texts.ts';
import type { Layer } from './layer.ts';
import type { FolderNews } from './layer-files.ts';
import { isTemporary } from './layout.ts';
import type { Finding } from './look.ts';
import type { Problem } from './place.ts';
import type { Suspects } from './suspects.ts';
import { Writer } from './writer.ts';

/** A cluster that has been read. */
export interface Opened {
  readonly contents: Contents;
  readonly warnings: readonly string[];
  /** Made at the first write: reading alone does not pay for it. */
  readonly writer: () => Writer;
}

/** What a look found. */
export interface News {
  readonly contents: Contents;
  /** Since it was last told; to be told, unless there is an error. */
  readonly changes: Changes;
  readonly folders: FolderNews;
  /** What keeps it from being used. */
  readonly error: ClusterError | undefined;
}

/** What a cluster of manifests holds, as it was read last and as it was written since. */
export class Stock {
  readonly #cluster: string;
  readonly #layers: readonly Layer[];
  readonly #texts: KnownTexts;
  readonly #malformed: (problems: readonly Problem[]) => ClusterError;
  #holdings: Holdings;
  #writer: Writer | undefined;
  /** Standard input, by layers: it can be read only once. */
  readonly #stdin = new Map<number, KnownFile>();
  #first: Promise<void> | undefined;
  #problem: ClusterError | undefined;
  /** Paths below the last layer that were written while a look is under way. */
  #meanwhile = new Set<string>();
  readonly #changes = new Changes();

  constructor(
    cluster: string,
    layers: readonly Layer[],
    texts: KnownTexts,
    malformed: (problems: readonly Problem[]) => ClusterError,
  ) {
    this.#texts = texts;
    this.#cluster = cluster;
    this.#layers = layers;
    this.#malformed = malformed;
    this.#holdings = new Holdings(layers, false);
  }

  /**
   * Works with what the cluster has now. The work is done in one turn, so that what is written is written into what is
   * read.
   */
  async use<T>(work: (opened: Opened) => T): Promise<T> {
    await (this.#first ??= this.#look(this.#holdings, 'all'));
    if (this.#problem !== undefined) throw this.#problem;
    const { contents, warnings } = this.#holdings;
    return work({ contents, warnings, writer: () => (this.#writer ??= this.#makeWriter()) });
  }

  /**
   * Looks at what may have changed, and tells what was found in the turn in which it becomes what the cluster has, so that
   * what is written after that is not taken for a change. One look at a time. The first reads everything.
   */
  async look(suspects: Suspects, tell: (news: News) => void): Promise<void> {
    await this.#first;
    const known = this.#holdings.remembersFiles;
    const holdings = known ? this.#holdings : new Holdings(this.#layers, true);
    const work = this.#look(holdings, known ? suspects : 'all', tell);
    this.#first ??= work;
    await work;
  }

  /** Reads everything again when it is used next, if it could not be read. What is watched is looked at anyway. */
  tryAgain(): void {
    if (this.#problem === undefined || this.#holdings.remembersFiles) return;
    this.#problem = undefined;
    this.#holdings = new Holdings(this.#layers, false);
    this.#first = undefined;
  }

  /** What cannot be read. */
  get failing(): ReadonlySet<string> {
    return this.#holdings.failing;
  }

  /** Whether an event about a file or folder tells nothing new: it is the echo of a write of ours, or of no interest. */
  isNothingNew(folder: string, name: string): boolean {
    return isTemporary(name) || this.#holdings.layers.every((layer) => layer.isNothingNew(join(folder, name)));
  }

  async #look(holdings: Holdings, suspects: Suspects, tell?: (news: News) => void): Promise<void> {
    // Here, and not above, since it brings js-yaml along, which a call that reads no directory must not pay for.
    const { look, lookAtFile, readStdin } = await import('./look.ts');
    for (const [index, layer] of this.#layers.entries()) {
      if (layer.type === 'stdin' && !this.#stdin.has(index))
        this.#stdin.set(index, await readStdin(layer.read, index, this.#texts));
    }
    this.#meanwhile.clear();
    const findings: Finding[] = [];
    for (const layer of holdings.layers) {
      const work = look(layer, suspects, holdings.layers, this.#texts);
      let step = work.next();
      for (; step.done !== true; step = work.next()) await nextTurn();
      findings.push(step.value);
    }
    // From here on in one turn. What was written meanwhile was found or not: it is looked at again.
    const [last, finding] = [holdings.layers.at(-1), findings.at(-1)];
    if (last !== undefined) {
      for (const path of this.#meanwhile) {
        const file = lookAtFile(last, path, this.#texts);
        if (file === last.files.get(path)) finding?.files.delete(path);
        else finding?.files.set(path, file);
      }
    }
    this.#take(holdings, findings, tell);
  }

  #take(holdings: Holdings, findings: readonly Finding[], tell?: (news: News) => void): void {
    const seen: string[] = [];
    const gone: string[] = [];
    for (const [index, finding] of findings.entries()) {
      const stdin = this.#stdin.get(index);
      if (stdin !== undefined && !holdings.layers[index]?.files.has('')) finding.files.set('', stdin);
      const news = holdings.take(index, finding, this.#changes);
      seen.push(...news.seen);
      gone.push(...news.gone);
    }
    if (this.#holdings !== holdings || findings.some(({ trees }) => trees.some(({ path }) => path === ''))) {
      this.#writer = undefined; // it knows of folders and of what killed runs left
    }
    this.#holdings = holdings;
    const { contents, problems } = holdings;
    this.#problem = problems.length === 0 ? undefined : this.#malformed(problems);
    tell?.({ contents, changes: this.#changes, folders: { seen, gone }, error: this.#problem });
    if (this.#problem === undefined) this.#changes.clear();
  }

  #makeWriter(): Writer {
    return new Writer(this.#cluster, this.#layers, this.#holdings, (path) => this.#meanwhile.add(path));
  }
}
