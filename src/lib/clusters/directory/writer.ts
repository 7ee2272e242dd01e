import { join } from 'node:path';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { keyOf } from '../../api/objects.ts';
import type { Ref } from '../../api/objects.ts';
import { parseObject } from '../../api/parse.ts';
import { sameJSON } from '../../api/same-json.ts';
import { ClusterError } from '../../errors.ts';
import type { WriteOptions } from '../cluster.ts';
import type { Entry, Stored } from './entry.ts';
import type { Holdings, Written } from './holdings.ts';
import { checkedRef, rejected } from './identity.ts';
import type { Layer } from './layer.ts';
import { ownPath } from './layout.ts';
import { mergePatch } from './merge-patch.ts';
import { nextObject, nextStatusOf } from './next.ts';
import { OwnFiles } from './own-files.ts';
import { showPlace } from './place.ts';
import { renderObject, renderStatus } from './render.ts';

type Any = ObjectOf[Kind];

/**
 * Writes to the `mcs/` of a cluster's last layer, and into what is known of the cluster, so that later reads see it.
 * A user's file is never rewritten: a status goes into a file of its own, any other change is a ClusterError
 * `user-file`. Nothing is written when nothing would change. Synchronous, so that two writes never interleave.
 */
export class Writer {
  readonly #cluster: string;
  readonly #holdings: Holdings;
  readonly #last: Layer | undefined;
  /** Index of the layer that is written to. */
  readonly #layer: number;
  readonly #files: OwnFiles | undefined;
  readonly #wrote: (path: string) => void;

  /** @param wrote called with the path, below the last layer, of every file that was written or removed */
  constructor(cluster: string, layers: readonly Layer[], holdings: Holdings, wrote: (path: string) => void) {
    this.#wrote = wrote;
    this.#cluster = cluster;
    this.#holdings = holdings;
    this.#layer = layers.length - 1;
    this.#last = layers[this.#layer];
    if (this.#last?.type === 'directory') {
      this.#files = new OwnFiles(cluster, this.#last.path, this.#last.shown, holdings.temporary);
    }
  }

  /** Creates or updates metadata and spec, and leaves the status; or the other way round. */
  apply(kind: Kind, object: Any, options: WriteOptions): Any {
    const ref = checkedRef(this.#cluster, kind, object.metadata);
    const before = this.#stored(kind, ref);
    if (options.subresource !== 'status') return this.#writeObject(kind, ref, before, object, options);
    const found = before ?? this.#missing(kind, ref);
    return this.#writeStatus(kind, ref, found, nextStatusOf(kind, found.object, object), options);
  }

  /** Changes an object by a JSON merge patch (RFC 7386). */
  patch(kind: Kind, wanted: Ref, patch: unknown, options: WriteOptions): Any {
    const ref = checkedRef(this.#cluster, kind, wanted);
    const before = this.#stored(kind, ref) ?? this.#missing(kind, ref);
    const merged = rejected(this.#cluster, kind, ref, () => parseObject<Kind>(kind, mergePatch(before.object, patch)));
    if (options.subresource === 'status') return this.#writeStatus(kind, ref, before, merged, options);
    return this.#writeObject(kind, ref, before, merged, options);
  }

  /** Removes an object's file, and the status that an object left behind. */
  delete(kind: Kind, wanted: Ref, options: { readonly dryRun?: boolean; readonly uid?: string }): 'deleted' | 'absent' {
    const ref = checkedRef(this.#cluster, kind, wanted);
    const before = this.#stored(kind, ref);
    const own = this.#own(kind, ref);
    if (before !== undefined) {
      if (options.uid !== undefined && options.uid !== before.object.metadata.uid) return 'absent';
      const other = this.#holdings.contents
        .entries(kind, keyOf(ref))
        .findLast((entry) => !entry.statusOnly && entry !== own);
      if (other !== undefined) throw this.#inUserFile(kind, ref, other, 'removed');
    }
    if (own !== undefined && options.dryRun !== true) {
      this.#writable().remove(ownPath(kind, ref));
      this.#keep(kind, ref, undefined);
    }
    return before === undefined ? 'absent' : 'deleted';
  }

  #writeObject(kind: Kind, ref: Ref, before: Stored | undefined, object: Any, options: WriteOptions): Any {
    const next = rejected(this.#cluster, kind, ref, () => nextObject(kind, ref, before?.object, object));
    if (before !== undefined) {
      if (sameObject(before.object, next)) return before.object;
      if (!before.base.own) throw this.#inUserFile(kind, ref, before.base, 'changed');
    }
    return this.#store(kind, ref, next, false, options);
  }

  #writeStatus(kind: Kind, ref: Ref, before: Stored, next: Any, options: WriteOptions): Any {
    if (sameObject(before.object, next)) return before.object;
    return this.#store(kind, ref, next, before.base !== this.#own(kind, ref), options);
  }

  /** Writes a file and takes it into what is known. */
  #store(kind: Kind, ref: Ref, object: Any, statusOnly: boolean, options: WriteOptions): Any {
    const files = this.#writable();
    const path = ownPath(kind, ref);
    this.#refuseForeign(path);
    if (options.dryRun === true) return object;
    const text = statusOnly ? renderStatus(kind, object) : renderObject(kind, object);
    files.write(path, text);
    const place = { file: join(this.#last?.shown ?? '', path), line: 1 };
    const entry: Entry = { kind, object, place, layer: this.#layer, own: true, statusOnly };
    this.#keep(kind, ref, { entry, text });
    return this.#stored(kind, ref)?.object ?? object;
  }

  #keep(kind: Kind, ref: Ref, written: Written | undefined): void {
    this.#holdings.wrote(kind, keyOf(ref), ownPath(kind, ref), written);
    this.#wrote(ownPath(kind, ref));
  }

  #stored(kind: Kind, ref: Ref): Stored | undefined {
    return this.#holdings.contents.get(kind, keyOf(ref));
  }

  /** The manifest of an object that may be rewritten. */
  #own(kind: Kind, ref: Ref): Entry | undefined {
    return this.#holdings.contents.entries(kind, keyOf(ref)).find((entry) => entry.own && entry.layer === this.#layer);
  }

  #writable(): OwnFiles {
    if (this.#files !== undefined) return this.#files;
    const message = 'standard input can be read but not written';
    throw new ClusterError(this.#cluster, 'rejected', message, 'give a directory last: --dir ID=PATH');
  }

  #refuseForeign(path: string): void {
    if (this.#last?.type !== 'directory' || !this.#holdings.foreign.has(path)) return;
    const shown = join(this.#last.shown, path);
    const message = `${shown} holds something that mcs did not write`;
    throw new ClusterError(this.#cluster, 'user-file', message, `move what is in ${shown} to a file of your own`);
  }

  #missing(kind: Kind, ref: Ref): never {
    throw new ClusterError(this.#cluster, 'rejected', `there is no ${kind} ${keyOf(ref)}`);
  }

  #inUserFile(kind: Kind, ref: Ref, entry: Entry, what: 'changed' | 'removed'): ClusterError {
    const where = showPlace(entry.place);
    const message = `${kind} ${keyOf(ref)} is in ${where}, a file that mcs does not rewrite; it would have to be ${what}`;
    const next = what === 'changed' ? `change it in ${where}, or remove it there` : `remove it from ${where}`;
    return new ClusterError(this.#cluster, 'user-file', message, next);
  }
}

/** True when nothing would change; the version an object was written in does not matter. */
function sameObject(a: Any, b: Any): boolean {
  return sameJSON({ ...a, apiVersion: '' }, { ...b, apiVersion: '' });
}
