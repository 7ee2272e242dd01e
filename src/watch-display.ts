import type { Context } from './context.ts';
import type { ControllerState } from './lib/controller/controller-options.ts';
import type { Entry } from './lib/controller/journal.ts';
import { changeLine } from './lib/output/reconcile-text.ts';
import { entryJSON, entryLines, liveLine } from './lib/output/watch-text.ts';

export interface DisplayOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Milliseconds of the clock that the states are of. */
  readonly now: () => number;
}

/** Shows a long run: on a terminal a live line on stderr, and else a line for each thing that happens. */
export class WatchDisplay {
  readonly #context: Context;
  readonly #options: DisplayOptions;
  readonly #live: boolean;
  #last: string | undefined;
  #drawn = false;

  constructor(context: Context, options: DisplayOptions) {
    this.#context = context;
    this.#options = options;
    this.#live = context.stderr.isTTY === true && !options.quiet && !options.json;
  }

  entry(entry: Entry): void {
    if (entry.type === 'read' && !this.#options.verbose) return;
    const { stdout, stderr } = this.#context;
    const time = new Date().toISOString();
    if (this.#options.json) {
      stdout.write(entryJSON(entry, time));
      return;
    }
    if (entry.type === 'change') this.#last = changeLine(entry.change, 0);
    if (this.#live && entry.type === 'change' && stdout.isTTY === true && !this.#options.verbose) return;
    this.#wipe();
    const stream = entry.type === 'change' ? stdout : stderr;
    for (const line of entryLines(entry, time)) stream.write(`${line}\n`);
  }

  state({ clusters }: ControllerState): void {
    if (!this.#live) return;
    const { stderr } = this.#context;
    const line = liveLine(
      {
        synced: clusters.filter(({ cache }) => cache.synced).length,
        clusters: clusters.length,
        away: clusters.flatMap(({ cluster, cache: { lostSince } }) =>
          lostSince === undefined ? [] : [{ cluster: cluster.name, milliseconds: this.#options.now() - lostSince }],
        ),
        queued: clusters.reduce((sum, { queue }) => sum + queue.depth + queue.working + queue.delayed, 0),
        last: this.#last,
      },
      stderr.columns ?? 80,
    );
    stderr.write(`\r\u001b[2K${line}`);
    this.#drawn = true;
  }

  /** Something is wrong with mcs itself. */
  defect(error: unknown): void {
    this.#wipe();
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#context.stderr.write(`error: a defect of mcs: ${what}\n`);
  }

  end(): void {
    this.#wipe();
  }

  #wipe(): void {
    if (this.#drawn) this.#context.stderr.write('\r\u001b[2K');
    this.#drawn = false;
  }
}
