import type { Kind } from '../../api/kinds.ts';
import type { Entry } from './entry.ts';
import { describeError } from './failure.ts';
import type { KnownTexts } from './known-texts.ts';
import { isOwn, ownPath } from './layout.ts';
import { type Mark, lastingMark } from './mark.ts';
import { showPlace } from './place.ts';
import type { Problem } from './place.ts';
import { readFile } from './read-file.ts';
import { readText } from './read-text.ts';
import { decode, tooBig } from './text.ts';

export interface Source {
  /** The file as messages name it. */
  readonly shown: string;
  /** Relative to the layer; empty for standard input. */
  readonly path: string;
  readonly layer: number;
}

/** What one file holds. */
export class Part {
  readonly problems: Problem[] = [];
  readonly warnings: string[] = [];
  readonly entries: Entry[] = [];
  /** Namespaces that objects of the user's are in. */
  readonly namespaces = new Set<string>();
  /** True for a file that is nothing, or one object under the name mcs gives it. */
  whole = true;
  readonly #texts: KnownTexts;

  constructor(texts: KnownTexts) {
    this.#texts = texts;
  }

  /** Reads a file; undefined when there is none. The mark is undefined when it will not tell whether it is still the same. */
  file(source: Source, path: string): { readonly mark: Mark | undefined } | undefined {
    const read = readFile(path);
    if (read.is === 'absent') return undefined;
    if (read.is === 'refused') {
      this.#problem(source, 1, read.message);
      return { mark: undefined };
    }
    const mark = lastingMark(read.stats); // taken before the work on what was read: its age counts
    this.bytes(source, read.bytes);
    return { mark };
  }

  bytes(source: Source, bytes: Buffer): void {
    const refused = tooBig(bytes.length);
    if (refused !== undefined) this.#problem(source, 1, refused);
    const text = refused === undefined ? decode(bytes) : '';
    if (typeof text !== 'string') this.#problem(source, text.line, text.message);
    this.whole = typeof text === 'string' && this.#text(source, text);
  }

  unreadable(source: Source, error: unknown): void {
    this.#problem(source, 1, `cannot be read: ${describeError(error)}`);
  }

  #text(source: Source, text: string): boolean {
    const below = isOwn(source.path);
    const { manifests, problems, filled } = this.#texts.read(text, below, readText);
    for (const { line, message } of problems) this.#problem(source, line, message);
    let owned = false;
    for (const { reading, line, fieldLine } of manifests) {
      const place = { file: source.shown, line };
      if (reading.is === 'malformed') this.#problem(source, fieldLine, reading.message);
      else if (reading.is === 'ignored') this.warnings.push(`${showPlace(place)}: ${reading.warning}`);
      else if (reading.is !== 'object') this.#exists(below ? undefined : reading.namespace);
      else {
        const { kind, object, statusOnly } = reading;
        const own = filled === 1 && reading.path === '' && isOwnPath(source.path, kind, object.metadata);
        if (!below) this.#exists(object.metadata.namespace);
        if (statusOnly && !own) continue;
        owned ||= own;
        this.entries.push({ kind, object, place, layer: source.layer, own, statusOnly });
      }
    }
    return owned || (filled === 0 && problems.length === 0);
  }

  #exists(namespace: string | undefined): void {
    if (namespace !== undefined) this.namespaces.add(namespace);
  }

  #problem(source: Source, line: number, message: string): void {
    this.problems.push({ place: { file: source.shown, line }, message });
  }
}

function isOwnPath(path: string, kind: Kind, ref: { readonly name: string; readonly namespace?: string }): boolean {
  return path === ownPath(kind, ref);
}
