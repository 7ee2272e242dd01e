import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import { sameJSON } from '../../api/same-json.ts';
import { ClusterError } from '../../errors.ts';
import type { Watcher } from '../cluster.ts';
import type { Contents } from './contents.ts';
import { FolderWatch } from './folder-watch.ts';

/** When a change is looked at: milliseconds. */
export interface WatchTimes {
  /** Without a further change. */
  readonly quiet: number;
  /** However many changes follow. */
  readonly most: number;
  /** Between two looks without a change, since some file systems tell of none. */
  readonly poll: number;
  /** The same while the directory cannot be read: nobody tells that it is back. */
  readonly pollFailed: number;
}

export const WATCH_TIMES: WatchTimes = { quiet: 80, most: 1000, poll: 30_000, pollFailed: 1000 };

/** What was read, and what it was before; `undefined` before the first reading. */
export interface Reading {
  readonly before: Contents | undefined;
  readonly after: Contents;
  readonly folders: ReadonlySet<string>;
}

export interface WatchingOptions {
  readonly times: WatchTimes;
  /** Reads what changed, makes it what the cluster has, and tells of it. @throws ClusterError */
  readonly read: (tell: (reading: Reading) => void) => Promise<void>;
  /** Whether an event about a file is the echo of a write of ours. */
  readonly isOwnWrite: (folder: string, name: string) => boolean;
}

/** A watcher of one kind, with the kind taken out of its type. */
interface Listener {
  readonly kind: Kind;
  /** True once it has the whole state. */
  told: boolean;
  /** When it last heard. */
  heardAt: number;
  /** The failure it was told last, while it lasts. */
  failure: string | undefined;
  replace(objects: readonly ObjectOf[Kind][]): void;
  put(object: ObjectOf[Kind]): void;
  remove(object: ObjectOf[Kind]): void;
  heard(): void;
  failed(error: ClusterError): void;
}

/** The one watching of a cluster's files, for all kinds. It begins with the first watcher, and ends with the last. */
export class Watching {
  readonly #options: WatchingOptions;
  readonly #listeners = new Set<Listener>();
  readonly #folders: FolderWatch;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of the changes was noticed that are to be looked at. */
  #since: number | undefined;
  #reading = false;
  #again = false;
  #failing = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
    this.#folders = new FolderWatch((folder, name) => {
      if (name === null || !options.isOwnWrite(folder, name)) this.#notice();
    });
  }

  get active(): boolean {
    return this.#listeners.size > 0;
  }

  add<K extends Kind>(kind: K, watcher: Watcher<K>): () => void {
    // What comes out of the contents of a kind is of that kind.
    const listener: Listener = {
      kind,
      told: false,
      heardAt: Number.NEGATIVE_INFINITY,
      failure: undefined,
      ...(bound(watcher) as unknown as Watcher<Kind>),
    };
    this.#listeners.add(listener);
    if (!this.#reading) void this.#read();
    return () => {
      this.#listeners.delete(listener);
      if (!this.active) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
    this.#folders.close();
  }

  #notice(): void {
    const { quiet, most } = this.#options.times;
    const now = performance.now();
    this.#since ??= now;
    this.#wait(Math.max(0, Math.min(quiet, this.#since + most - now)));
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), milliseconds);
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#since = undefined;
    clearTimeout(this.#timer);
    try {
      await this.#options.read((reading) => {
        if (!this.active) return;
        this.#tell(reading);
        // What was written into a folder before its watch began, nobody tells of.
        if (this.#folders.follow(reading.folders)) this.#again = true;
      });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      this.#fail(error);
    } finally {
      this.#reading = false;
      if (this.active) this.#next();
    }
  }

  #next(): void {
    const { poll, pollFailed } = this.#options.times;
    if (this.#again) {
      this.#again = false;
      this.#notice();
    } else if (this.#since === undefined) {
      this.#wait(this.#failing ? Math.min(poll, pollFailed) : poll);
    }
  }

  #tell({ before, after }: Reading): void {
    this.#failing = false;
    for (const listener of [...this.#listeners]) {
      if (listener.told && before !== undefined) tellDifference(listener, before, after);
      else listener.replace(after.list(listener.kind));
      listener.told = true;
      hear(listener);
    }
  }

  #fail(error: ClusterError): void {
    this.#failing = true;
    for (const listener of [...this.#listeners]) {
      if (listener.failure === error.message) continue;
      listener.failure = error.message;
      listener.failed(error);
    }
  }
}

/** At most once a second, but always after a failure. */
function hear(listener: Listener): void {
  const now = performance.now();
  if (listener.failure === undefined && now - listener.heardAt < 1000) return;
  listener.failure = undefined;
  listener.heardAt = now;
  listener.heard();
}

function tellDifference(listener: Listener, before: Contents, after: Contents): void {
  const gone = new Map(before.list(listener.kind).map((object) => [keyOf(object.metadata), object]));
  for (const object of after.list(listener.kind)) {
    const key = keyOf(object.metadata);
    const old = gone.get(key);
    gone.delete(key);
    if (old !== object && !sameJSON(old, object)) listener.put(object);
  }
  for (const object of gone.values()) listener.remove(object);
}

function bound<K extends Kind>(watcher: Watcher<K>): Watcher<K> {
  return {
    replace: (objects) => {
      watcher.replace(objects);
    },
    put: (object) => {
      watcher.put(object);
    },
    remove: (object) => {
      watcher.remove(object);
    },
    heard: () => {
      watcher.heard();
    },
    failed: (error) => {
      watcher.failed(error);
    },
  };
}
