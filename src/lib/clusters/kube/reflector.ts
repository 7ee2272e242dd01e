import type { Kind } from '../../api/kinds.ts';
import { ClusterError } from '../../errors.ts';
import type { Watcher } from '../cluster.ts';
import type { API } from './api.ts';
import { Heard } from './heard.ts';
import { isEarlier, listVersion } from './list.ts';
import { listKind } from './list-kind.ts';
import type { Reflected } from './reflected.ts';
import type { Recovery } from './recovery.ts';
import { MAX_TRIES } from './retry.ts';
import { HTTPError, isPutOff } from './status.ts';
import { oneLine } from './text.ts';
import type { WatchClient } from './watch-client.ts';
import { STREAMED_LIST, StreamedList } from './streamed-list.ts';
import { ExpiredError, NoStreamedListError, Telling } from './telling.ts';
import { Pauses, type WatchTuning } from './watch-tuning.ts';

/** What a reflector needs of its API server. */
export interface ReflectorContext {
  readonly cluster: string;
  /** For lists. */
  reads(): API;
  watches(): WatchClient;
  /** Shared by all reflectors of the server. */
  readonly recovery: Recovery;
  versionOf(kind: Kind): Promise<string>;
  /** Drops what is known of the kinds that are served. */
  forgetDiscovery(): void;
}

/**
 * Keeps a watcher informed of all objects of a kind: lists, watches from there, reconnects, and lists anew where events
 * may have been missed. The list is the beginning of the watch where the server streams it, so that neither side holds it
 * as a whole; else it is read page by page. One life, from `run` to the abort of its signal; no error ends it.
 */
export class Reflector<K extends Kind> {
  readonly #what: Reflected<K>;
  readonly #watcher: Watcher<K>;
  readonly #context: ReflectorContext;
  readonly #tuning: WatchTuning;
  readonly #signal: AbortSignal;
  readonly #pauses: Pauses;
  readonly #heard: Heard;
  readonly #telling: Telling<K>;
  /** Of the API group; chosen anew when it is no longer served. */
  #version: string | undefined;
  /** The connection was lost: what answers next may be an older state of the server, restored from a backup. */
  #inDoubt = false;
  /** The next list is read page by page: it could not be streamed. */
  #paged = false;
  #failing = false;
  /** A watch was open once. */
  #opened = false;
  /** How often the server has asked to come again instead of opening the first watch. */
  #putOff = 0;
  /** Milliseconds that the server asked to be left alone for. */
  #asked = 0;

  constructor(
    what: Reflected<K>,
    watcher: Watcher<K>,
    context: ReflectorContext,
    tuning: WatchTuning,
    signal: AbortSignal,
  ) {
    this.#what = what;
    this.#watcher = watcher;
    this.#context = context;
    this.#tuning = tuning;
    this.#signal = signal;
    this.#pauses = new Pauses(tuning);
    this.#telling = new Telling(what, watcher, context.cluster);
    this.#heard = new Heard(() => {
      this.#recovered();
      try {
        watcher.heard();
      } catch (error) {
        this.#tellFailure(this.#explain(error)); // from a timer it would end the process
      }
    });
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      let pause: number;
      try {
        pause = await this.#round();
      } catch (error) {
        if (this.#isOver()) break;
        pause = this.#fail(this.#explain(error));
      }
      if (pause > 0) await this.#context.recovery.pause(pause, this.#signal, this.#asked);
    }
    this.#heard.cancel();
  }

  /** Lists if that is needed, and watches until the stream ends. Returns the milliseconds to wait before the next round. */
  async #round(): Promise<number> {
    const version = await this.#context.versionOf(this.#what.kind);
    if (version !== this.#version) this.#telling.forget();
    this.#version = version;
    const path = this.#what.path(version);
    if (this.#inDoubt && (await this.#wentBack(path))) this.#telling.goBack();
    const isFresh = this.#telling.upTo === undefined;
    if (isFresh && this.#paged) await this.#list(path, version);
    this.#inDoubt = false;
    const began = performance.now();
    try {
      return await this.#watch(path);
    } catch (error) {
      if (this.#telling.isListing) {
        this.#paged = true;
        if (isRefusedList(error)) return 0;
      }
      // The first watch of a kind whose CRD was just made is answered with 429, `storage is (re)initializing`, for a second.
      // As with any other request, to be put off is no failure the first times.
      if (!this.#opened && isPutOff(error) && ++this.#putOff < MAX_TRIES) return this.#pauseAfter(error);
      if (!(error instanceof ExpiredError)) throw error;
      this.#telling.forget();
      const isQuick = isFresh && performance.now() - began < this.#tuning.shortest;
      return isQuick ? this.#pauses.next() : 0; // a server that forgets what it just listed is not to be hurried
    }
  }

  async #list(path: string, version: string): Promise<void> {
    const intent = this.#what.intent('list');
    const listing = { path, intent, fieldSelector: this.#what.fieldSelector, signal: this.#signal };
    const { items, resourceVersion } = await listKind(this.#context.reads(), this.#what.kind, version, listing);
    this.#signal.throwIfAborted();
    this.#telling.replace(items, resourceVersion, intent);
    this.#paged = false; // the server may have learned to stream it when the next list is needed
  }

  /** Once after a failure, so that a kind that goes on failing is not hurried by the others. */
  #recovered(): void {
    if (this.#failing) this.#context.recovery.isBack();
    this.#failing = false;
  }

  /** Whether the server is at an earlier version than what it has told us: it would keep silent until it gets there. */
  async #wentBack(path: string): Promise<boolean> {
    const { upTo } = this.#telling;
    if (upTo === undefined) return false;
    const { fieldSelector } = this.#what;
    const listing = { path, intent: this.#what.intent('list'), fieldSelector, signal: this.#signal };
    return isEarlier(await listVersion(this.#context.reads(), listing), upTo);
  }

  /** From what was told last, or from a streamed list. @throws ExpiredError, NoStreamedListError, ClusterError */
  async #watch(path: string): Promise<number> {
    const { silence, patience, settle, shortest, healthy, random } = this.#tuning;
    const from = this.#telling.upTo;
    const list = from === undefined ? new StreamedList<K>(patience, this.#signal) : undefined;
    this.#telling.begin(list);
    const query = new URLSearchParams({
      watch: '1',
      allowWatchBookmarks: 'true',
      ...(from === undefined ? STREAMED_LIST : { resourceVersion: from }),
      timeoutSeconds: String(290 + Math.floor(random() * 300)),
      ...(this.#what.fieldSelector === undefined ? {} : { fieldSelector: this.#what.fieldSelector }),
    });
    let opened: number | undefined;
    const lived = (): number => (opened === undefined ? 0 : performance.now() - opened);
    const onOpen = (): void => {
      opened = performance.now();
      this.#opened = true;
      if (list === undefined) this.#heard.note(settle);
      else list.begin();
    };
    const intent = this.#what.intent('watch');
    const onLine = (line: string): void => {
      if (this.#telling.take(line, intent)) this.#heard.note();
    };
    const signal = list?.signal ?? this.#signal;
    const ask = { path: `${path}?${query.toString()}`, intent, silence, signal, onOpen, onLine };
    const told = (): boolean => this.#telling.upTo !== from;
    try {
      const end = await this.#context.watches().stream(ask);
      if (end === 'expired') throw new ExpiredError();
      if (this.#telling.isListing) throw new NoStreamedListError();
      if (end === 'silent') this.#inDoubt = true;
      if (end === 'closed' && lived() < shortest && !told()) {
        throw new ClusterError(this.#context.cluster, 'failed', 'the server ends watches at once');
      }
      return 0;
    } catch (error) {
      throw list?.isLate === true ? new NoStreamedListError() : error;
    } finally {
      list?.end();
      if (lived() >= healthy || (told() && lived() >= shortest)) this.#pauses.reset();
    }
  }

  /** Tells it, and returns the milliseconds to wait. */
  #fail(error: ClusterError): number {
    const pause = this.#pauseAfter(error);
    this.#tellFailure(error);
    return pause;
  }

  /** Takes note of it, and returns the milliseconds to wait. */
  #pauseAfter(error: ClusterError): number {
    this.#inDoubt = true;
    if (error.reason === 'not-served') {
      this.#context.forgetDiscovery();
      this.#telling.forget();
    }
    this.#heard.cancel();
    this.#failing = true;
    this.#asked = error.cause instanceof HTTPError ? (error.cause.retryAfter ?? 0) : 0;
    return Math.max(this.#pauses.next(), this.#asked);
  }

  #tellFailure(error: ClusterError): void {
    try {
      this.#watcher.failed(error);
    } catch {
      // it may not throw, and there is nobody else to be told
    }
  }

  #explain(error: unknown): ClusterError {
    if (error instanceof ClusterError) return error;
    const message = oneLine(error instanceof Error ? error.message : String(error));
    return new ClusterError(this.#context.cluster, 'failed', message, undefined, { cause: error });
  }

  #isOver(): boolean {
    return this.#signal.aborted;
  }
}

/** API servers that do not stream lists refuse to watch with such a query (422 from 1.19 on). */
function isRefusedList(error: unknown): boolean {
  return error instanceof NoStreamedListError || (error instanceof ClusterError && error.reason === 'rejected');
}
