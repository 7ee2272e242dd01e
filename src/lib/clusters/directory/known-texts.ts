import type { TextContent } from './read-text.ts';

/** Longest text that is remembered, in characters: what is longer is hardly in two files. */
const LONGEST = 64 * 1024;
/** How much is remembered, in characters: some 7000 files of what mcs writes. */
const MOST = 4 * 1024 * 1024;
/** Of so many texts one must have been met again; otherwise remembering is a waste of memory. */
const RARE = 4;

/**
 * What was read, by its text. The clusters of a clusterset hold much the same: the slices of a service and its derived
 * Service are alike in all that import it. So most of what mcs wrote is parsed once, and held once, for all of them.
 */
export class KnownTexts {
  readonly #own = new Map<string, TextContent>();
  readonly #others = new Map<string, TextContent>();
  #most: number;
  #length = 0;
  /** How often one of those that are remembered was met again. */
  #again = 0;

  /** @param most characters that are remembered */
  constructor(most = MOST) {
    this.#most = most;
  }

  /**
   * As `readText`; the same objects for the same text.
   * @param readText given, since it brings js-yaml along, which a call that reads no directory must not pay for
   */
  read(text: string, own: boolean, readText: (text: string, own: boolean) => TextContent): TextContent {
    const known = own ? this.#own : this.#others;
    const before = known.get(text);
    if (before !== undefined) {
      this.#again++;
      return before;
    }
    const content = readText(text, own);
    if (text.length > LONGEST || text.length > this.#most) return content;
    if (this.#length + text.length > this.#most) this.#forget();
    this.#length += text.length;
    known.set(text, content);
    return content;
  }

  /** All at once: clusters are read side by side, in the order of their files, so what is met again is met soon. */
  #forget(): void {
    if (this.#again * RARE < this.#own.size + this.#others.size) this.#most = 0;
    this.#own.clear();
    this.#others.clear();
    this.#length = 0;
    this.#again = 0;
  }
}
