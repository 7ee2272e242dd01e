import type { Kind } from '../../api/kinds.ts';
import { ClusterError } from '../../errors.ts';
import type { Watcher } from '../cluster.ts';
import type { API } from './api.ts';
import { Heard } from './heard.ts';
import { isEarlier, listVersion } from './list.ts';
import { listKind } from './list-kind.ts';
import { malformed } from './parsed.ts';
import type { Reflected } from './reflected.ts';
import type { Recovery } from './recovery.ts';
import { HTTPError, refusalError, type Intent } from './status.ts';
import { oneLine } from './text.ts';
import type { WatchClient } from './watch-client.ts';
import { parseEvent } from './watch-events.ts';
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

/** The server has forgotten what came after the version asked for: the list must be read again. */
class ExpiredError extends Error {}

/**
 * Keeps a watcher informed of all objects of a kind: lists, watches from there, reconnects, and lists anew where events
 * may have been missed. One life, from `run` to the abort of its signal; no error ends it.
 */
export class Reflector<K extends Kind> {
  readonly #what: Reflected<K>;
  readonly #watcher: Watcher<K>;
  readonly #context: ReflectorContext;
  readonly #tuning: WatchTuning;
  readonly #signal: AbortSignal;
  readonly #pauses: Pauses;
  readonly #heard: Heard;
  /** Of the API group; chosen anew when it is no longer served. */
  #version: string | undefined;
  /** All up to here was told; undefined when the list must be read. */
  #resourceVersion: string | undefined;
  /** The connection was lost: what answers next may be an older state of the server, restored from a backup. */
  #inDoubt = false;
  #failing = false;
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
    if (version !== this.#version) this.#resourceVersion = undefined;
    this.#version = version;
    const path = this.#what.path(version);
    const isBack = this.#inDoubt && (await this.#wentBack(path));
    if (isBack) this.#resourceVersion = undefined;
    const isFresh = this.#resourceVersion === undefined;
    const from = this.#resourceVersion ?? (await this.#list(path, version, isBack));
    this.#inDoubt = false;
    const began = performance.now();
    try {
      return await this.#watch(path, from);
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error;
      this.#resourceVersion = undefined;
      const isQuick = isFresh && performance.now() - began < this.#tuning.shortest;
      return isQuick ? this.#pauses.next() : 0; // a server that forgets what it just listed is not to be hurried
    }
  }

  async #list(path: string, version: string, isBack: boolean): Promise<string> {
    const intent = this.#what.intent('list');
    const listing = { path, intent, fieldSelector: this.#what.fieldSelector, signal: this.#signal };
    const { items, resourceVersion } = await listKind(this.#context.reads(), this.#what.kind, version, listing);
    this.#signal.throwIfAborted();
    if (resourceVersion === '') {
      throw malformed(this.#context.cluster, intent, undefined, new Error('a list without a version'));
    }
    // After a restored backup what is known has higher versions than what is.
    if (isBack) this.#watcher.replace(items);
    else this.#watcher.replace(items, resourceVersion);
    this.#resourceVersion = resourceVersion;
    return resourceVersion;
  }

  /** Once after a failure, so that a kind that goes on failing is not hurried by the others. */
  #recovered(): void {
    if (this.#failing) this.#context.recovery.isBack();
    this.#failing = false;
  }

  /** Whether the server is at an earlier version than what it has told us: it would keep silent until it gets there. */
  async #wentBack(path: string): Promise<boolean> {
    if (this.#resourceVersion === undefined) return false;
    const { fieldSelector } = this.#what;
    const listing = { path, intent: this.#what.intent('list'), fieldSelector, signal: this.#signal };
    return isEarlier(await listVersion(this.#context.reads(), listing), this.#resourceVersion);
  }

  /** @throws ExpiredError, ClusterError */
  async #watch(path: string, from: string): Promise<number> {
    const { silence, settle, shortest, healthy, random } = this.#tuning;
    const query = new URLSearchParams({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(290 + Math.floor(random() * 300)),
      ...(this.#what.fieldSelector === undefined ? {} : { fieldSelector: this.#what.fieldSelector }),
    });
    let opened: number | undefined;
    const lived = (): number => (opened === undefined ? 0 : performance.now() - opened);
    const onOpen = (): void => {
      opened = performance.now();
      this.#heard.note(settle);
    };
    const intent = this.#what.intent('watch');
    const onLine = (line: string): void => {
      this.#take(line, intent);
    };
    const ask = { path: `${path}?${query.toString()}`, intent, silence, signal: this.#signal, onOpen, onLine };
    const told = (): boolean => this.#resourceVersion !== from;
    try {
      const end = await this.#context.watches().stream(ask);
      if (end === 'expired') throw new ExpiredError();
      if (end === 'silent') this.#inDoubt = true;
      if (end === 'closed' && lived() < shortest && !told()) {
        throw new ClusterError(this.#context.cluster, 'failed', 'the server ends watches at once');
      }
      return 0;
    } finally {
      if (lived() >= healthy || (told() && lived() >= shortest)) this.#pauses.reset();
    }
  }

  #take(line: string, intent: Intent): void {
    const { cluster } = this.#context;
    const event = this.#parse(line, intent);
    switch (event.type) {
      case 'expired':
        throw new ExpiredError();
      case 'error':
        this.#resourceVersion = undefined;
        throw refusalError(cluster, event.refusal, intent);
      case 'put':
      case 'remove':
        this.#resourceVersion = undefined; // for a watcher that throws: what it has then is unknown
        this.#watcher[event.type](event.object);
    }
    this.#resourceVersion = event.resourceVersion;
    this.#heard.note();
  }

  #parse(line: string, intent: Intent) {
    try {
      return parseEvent(this.#what.kind, line);
    } catch (error) {
      this.#resourceVersion = undefined; // asked again from the same version, the server would say the same
      throw malformed(this.#context.cluster, intent, undefined, error);
    }
  }

  /** Tells it, and returns the milliseconds to wait. */
  #fail(error: ClusterError): number {
    this.#inDoubt = true;
    if (error.reason === 'not-served') {
      this.#context.forgetDiscovery();
      this.#resourceVersion = undefined;
    }
    this.#heard.cancel();
    this.#tellFailure(error);
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
