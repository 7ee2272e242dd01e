import type { Kind, ObjectOf } from '../../api/kinds.ts';
import type { Watcher } from '../cluster.ts';
import { malformed } from './parsed.ts';
import type { Reflected } from './reflected.ts';
import { refusalError, type Intent } from './status.ts';
import type { StreamedList } from './streamed-list.ts';
import { type Told, type WatchEvent, parseEvent } from './watch-events.ts';

/** The server has forgotten what came after the version asked for: the list must be read again. */
export class ExpiredError extends Error {}

/** The server watches, but does not stream what is there: it does not know how, or something before it cut the query. */
export class NoStreamedListError extends Error {}

/** What a watcher was told of a kind, by lists and by the events after them. */
export class Telling<K extends Kind> {
  readonly #what: Reflected<K>;
  readonly #watcher: Watcher<K>;
  readonly #cluster: string;
  #upTo: string | undefined;
  /** The server is at an earlier state than what was told, and that has not been replaced yet. */
  #isBack = false;
  /** What has come of a list, until it is whole. */
  #listing: StreamedList<K> | undefined;

  constructor(what: Reflected<K>, watcher: Watcher<K>, cluster: string) {
    this.#what = what;
    this.#watcher = watcher;
    this.#cluster = cluster;
  }

  /** All up to this version was told; undefined when the list must be read. */
  get upTo(): string | undefined {
    return this.#upTo;
  }

  /** True while a streamed list is not whole. */
  get isListing(): boolean {
    return this.#listing !== undefined;
  }

  /** A list is needed. */
  forget(): void {
    this.#upTo = undefined;
  }

  /** A list is needed, which counts although it is of an earlier time: the server was restored from a backup. */
  goBack(): void {
    this.#isBack = true;
    this.#upTo = undefined;
  }

  /** Lines come: first of a list, if one is given, then of what happens. */
  begin(list: StreamedList<K> | undefined): void {
    this.#listing = list;
  }

  /** Tells a whole list. @throws what the watcher throws, ClusterError when it is of no version */
  replace(items: readonly ObjectOf[K][], resourceVersion: string, intent: Intent): void {
    if (resourceVersion === '') {
      throw malformed(this.#cluster, intent, undefined, new Error('a list without a version'));
    }
    // After a restored backup what is known has higher versions than what is.
    if (this.#isBack) this.#watcher.replace(items);
    else this.#watcher.replace(items, resourceVersion);
    this.#isBack = false;
    this.#upTo = resourceVersion;
  }

  /**
   * Takes a line of a watch; returns true unless it is of a list that is not whole: of that nothing is told.
   * @throws ExpiredError, NoStreamedListError, ClusterError, what the watcher throws
   */
  take(line: string, intent: Intent): boolean {
    const event = this.#parse(line, intent);
    switch (event.type) {
      case 'expired':
        throw new ExpiredError();
      case 'error':
        this.forget();
        throw refusalError(this.#cluster, event.refusal, intent);
    }
    if (this.#listing !== undefined) return this.#takeOfList(this.#listing, event, intent);
    if (event.type !== 'bookmark') {
      this.forget(); // for a watcher that throws: what it has then is unknown
      this.#watcher[event.type](event.object);
    }
    this.#upTo = event.resourceVersion;
    return true;
  }

  #takeOfList(list: StreamedList<K>, event: Told<K>, intent: Intent): boolean {
    if (event.type !== 'bookmark') {
      list.take(event);
      return false;
    }
    if (!event.endsList) throw new NoStreamedListError();
    this.replace(list.objects, event.resourceVersion, intent);
    list.end();
    this.#listing = undefined;
    return true;
  }

  #parse(line: string, intent: Intent): WatchEvent<K> {
    try {
      return parseEvent(this.#what.kind, line);
    } catch (error) {
      this.forget(); // asked again from the same version, the server would say the same
      throw malformed(this.#cluster, intent, undefined, error);
    }
  }
}
