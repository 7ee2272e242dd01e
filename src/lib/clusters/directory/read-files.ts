import { readFileSync } from 'node:fs';
import type { Manifest, Place } from '../../api/manifests.ts';
import { sameJSON } from '../../api/same-json.ts';
import { type Document, readDocuments } from './documents.ts';
import { decode } from './text.ts';
import { valueAt } from './value-at.ts';

/** Files that were read, to be read again for what only a few findings need: lines of fields, and whole values. */
export class ReadFiles {
  /** Absolute paths by the file as it is shown; the text itself where it cannot be read twice (standard input). */
  readonly #sources = new Map<Place['file'], string | { readonly text: string }>();
  /** Findings come file by file. */
  #last: { readonly file: Place['file']; readonly documents: readonly Document[] } | undefined;

  add(shown: Place['file'], source: string | { readonly text: string }): void {
    this.#sources.set(shown, source);
  }

  /** Line of a field of a manifest, or of the nearest one above it that is there. */
  lineOf(manifest: Manifest, field: string): number {
    const { line } = manifest.place;
    if (field === '') return line;
    return this.#reread(manifest)?.lineOf(manifest.path === '' ? field : `${manifest.path}.${field}`) ?? line;
  }

  /** By all that stands in the files: what mcs has no use for, such as a targetPort, is content too. */
  isSame(one: Manifest, other: Manifest): boolean {
    const [a, b] = [one, other].map((manifest) => valueAt(this.#reread(manifest)?.value, manifest.path));
    return a !== undefined && sameJSON(a, b);
  }

  /** Undefined when the file is gone since, or is another: the finding still stands. */
  #reread({ place: { file }, document }: Manifest): Document | undefined {
    if (this.#last?.file !== file) this.#last = { file, documents: this.#documentsOf(file) };
    return this.#last.documents[document];
  }

  #documentsOf(file: Place['file']): readonly Document[] {
    const source = this.#sources.get(file);
    if (source === undefined) return [];
    try {
      const text = typeof source === 'string' ? decode(readFileSync(source)) : source.text;
      return typeof text === 'string' ? readDocuments(text).documents : [];
    } catch {
      return [];
    }
  }
}
