import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import type { ObjectEvent } from './watch-events.ts';

/** What a watch is asked with so that it begins with all that is there, as of now or later. */
export const STREAMED_LIST = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } as const;

/**
 * A list that comes as the first events of a watch (WatchList, KEP-3157; on by default from Kubernetes 1.34 on): what is
 * there, with what happens meanwhile, until a bookmark says that it is whole. One that is not whole is worth nothing.
 */
export class StreamedList<K extends Kind> {
  readonly #objects = new Map<string, ObjectOf[K]>();
  readonly #patience: number;
  readonly #late = new AbortController();
  /** Aborts when nothing more has come for too long, and when what is given does. */
  readonly signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;

  /** @param patience milliseconds between two events, and before the first */
  constructor(patience: number, signal: AbortSignal) {
    this.#patience = patience;
    this.signal = AbortSignal.any([signal, this.#late.signal]);
  }

  /** The server has begun to answer. */
  begin(): void {
    this.#timer = setTimeout(() => {
      this.#late.abort();
    }, this.#patience);
  }

  take({ type, object }: ObjectEvent<K>): void {
    this.#timer?.refresh();
    const key = keyOf(object.metadata);
    if (type === 'put') this.#objects.set(key, object);
    else this.#objects.delete(key);
  }

  get objects(): readonly ObjectOf[K][] {
    return [...this.#objects.values()];
  }

  /** True when it was given up. */
  get isLate(): boolean {
    return this.#late.signal.aborted;
  }

  /** It is whole and was told, or nothing more comes of it. What it held is let go: the watch after it may last. */
  end(): void {
    clearTimeout(this.#timer);
    this.#objects.clear();
  }
}
