import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { sameJSON } from '../../api/same-json.ts';
import type { ClusterError } from '../../errors.ts';
import type { Watcher } from '../cluster.ts';
import type { Changes } from './changes.ts';
import type { Contents } from './contents.ts';

/** Milliseconds between two words that all is well. */
const HEARD_AGAIN = 1000;

/** A watcher of one kind, with the kind taken out of its type, and what it was told. */
export class Listener {
  readonly #kind: Kind;
  readonly #watcher: Watcher<Kind>;
  /** True once it has the whole state. */
  #told = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  /** The failure it was told last, while it lasts. */
  #failure: string | undefined;

  constructor(kind: Kind, watcher: Watcher<Kind>) {
    this.#kind = kind;
    this.#watcher = watcher;
  }

  /** Tells the whole state first, and then what is otherwise; in both cases that all is well. */
  tell(contents: Contents, changes: Changes): void {
    if (this.#told) this.#difference(contents, changes);
    else this.#watcher.replace(contents.list(this.#kind));
    this.#told = true;
    this.#hear();
  }

  /** Tells a failure, once while it lasts. */
  fail(error: ClusterError): void {
    if (this.#failure === error.message) return;
    this.#failure = error.message;
    this.#watcher.failed(error);
  }

  #difference(contents: Contents, changes: Changes): void {
    const gone: ObjectOf[Kind][] = [];
    for (const [key, before] of changes.of(this.#kind)) {
      const after = contents.object(this.#kind, key);
      if (after === undefined) {
        if (before !== undefined) gone.push(before);
      } else if (!sameJSON(before, after)) this.#watcher.put(after);
    }
    for (const object of gone) this.#watcher.remove(object);
  }

  /** At most once a second, but always after a failure. */
  #hear(): void {
    const now = performance.now();
    if (this.#failure === undefined && now - this.#heardAt < HEARD_AGAIN) return;
    this.#failure = undefined;
    this.#heardAt = now;
    this.#watcher.heard();
  }
}
