import { basename, join } from 'node:path';
import type { Kind } from '../../api/kinds.ts';
import type { Watcher } from '../cluster.ts';
import type { EventStorm } from './event-storm.ts';
import { FolderWatch } from './folder-watch.ts';
import { Listener } from './listener.ts';
import type { News } from './stock.ts';
import type { Suspects } from './suspects.ts';

/** When a change is looked at: milliseconds. */
export interface WatchTimes {
  /** Without a further change. */
  readonly quiet: number;
  /** However many changes follow. */
  readonly most: number;
  /** Between two looks at everything, since some file systems tell of no change. */
  readonly poll: number;
  /** Between two looks at what cannot be read: nobody tells that a directory is back. */
  readonly pollFailed: number;
}

export const WATCH_TIMES: WatchTimes = { quiet: 80, most: 1000, poll: 30_000, pollFailed: 1000 };

/** What is watched. */
export interface Watchable {
  /** Looks at what may have changed, makes it what the cluster has, and tells of it. */
  look(suspects: Suspects, tell: (news: News) => void): Promise<void>;
  /** What cannot be read. */
  readonly failing: ReadonlySet<string>;
  /** Whether an event about something in a folder tells nothing new. */
  isNothingNew(folder: string, name: string): boolean;
}

/** The one watching of a cluster's files, for all kinds. It begins with the first watcher, and ends with the last. */
export class Watching {
  readonly #times: WatchTimes;
  readonly #files: Watchable;
  readonly #storm: EventStorm;
  readonly #listeners = new Set<Listener>();
  readonly #folders: FolderWatch;
  /** What may have changed since it was looked at. */
  #suspects = new Set<string>();
  /** When everything has to be looked at. */
  #allAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of the changes was noticed that are to be looked at. */
  #since: number | undefined;
  #looking = false;
  #again = false;
  #failing = false;

  constructor(times: WatchTimes, files: Watchable, storm: EventStorm) {
    this.#times = times;
    this.#files = files;
    this.#storm = storm;
    this.#folders = new FolderWatch(storm, (folder, name) => {
      this.#happened(folder, name);
    });
  }

  get active(): boolean {
    return this.#listeners.size > 0;
  }

  add<K extends Kind>(kind: K, watcher: Watcher<K>): () => void {
    const listener = new Listener(kind, watcher); // what comes out of the contents of a kind is of that kind
    if (!this.active) this.#storm.on(this.#lost);
    this.#listeners.add(listener);
    void this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (!this.active) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#storm.off(this.#lost);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
    this.#suspects.clear();
    this.#allAt = Number.NEGATIVE_INFINITY;
    this.#folders.close();
  }

  #happened(folder: string, name: string | null): void {
    if (this.#allAt === Number.NEGATIVE_INFINITY) {
      this.#notice(); // everything is looked at anyway, so a storm of events need not be gone through
      return;
    }
    if (name !== null && !this.#files.isNothingNew(folder, name)) this.#suspect(join(folder, name));
    // What happens to the folder itself comes under its own name.
    if (name === null || name === basename(folder)) this.#suspect(folder);
  }

  #suspect(path: string): void {
    this.#suspects.add(path);
    this.#notice();
  }

  /** Nobody knows what was not told. */
  readonly #lost = (): void => {
    this.#allAt = Number.NEGATIVE_INFINITY;
    this.#notice();
  };

  #notice(): void {
    const { quiet, most } = this.#times;
    const now = performance.now();
    this.#since ??= now;
    this.#wait(Math.max(0, Math.min(quiet, this.#since + most - now)));
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds);
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    this.#since = undefined;
    clearTimeout(this.#timer);
    try {
      await this.#files.look(this.#takeSuspects(), (news) => {
        if (this.active) this.#take(news);
      });
    } finally {
      this.#looking = false;
      if (this.active) this.#next();
    }
  }

  #takeSuspects(): Suspects {
    const now = performance.now();
    const suspects = this.#suspects;
    this.#suspects = new Set();
    if (now >= this.#allAt) {
      this.#allAt = now + this.#times.poll;
      return 'all';
    }
    if (!this.#failing) return suspects;
    const { failing } = this.#files;
    return new Set([...suspects, ...failing]);
  }

  #take({ contents, changes, folders, error }: News): void {
    this.#failing = error !== undefined;
    for (const listener of [...this.#listeners]) {
      if (error === undefined) listener.tell(contents, changes);
      else listener.fail(error);
    }
    // What was written into a folder before its watch began, nobody tells of.
    for (const folder of this.#folders.follow(folders)) {
      this.#suspects.add(folder);
      this.#again = true;
    }
  }

  #next(): void {
    if (this.#again) {
      this.#again = false;
      this.#notice();
    } else if (this.#since === undefined) {
      const untilAll = Math.max(0, this.#allAt - performance.now());
      this.#wait(this.#failing ? Math.min(untilAll, this.#times.pollFailed) : untilAll);
    }
  }
}
