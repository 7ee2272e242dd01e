import type { Given } from './contents.ts';
import type { Entry } from './entry.ts';
import type { Mark } from './mark.ts';
import type { Part } from './part.ts';
import type { Problem } from './place.ts';

/** What is kept of a file that was read or written. */
export interface KnownFile extends Given {
  /** Undefined when it will not tell whether the file is still the same. */
  readonly mark: Mark | undefined;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** True for a file that is nothing, or one object under the name mcs gives it. */
  readonly whole: boolean;
  /** What was written, while it was written too lately for the mark to tell of a change by somebody else. */
  readonly unsettled?: string;
}

/** There are tens of thousands of files, and most lists of what is in them are empty. */
const NONE: readonly never[] = [];

export function knownFile(part: Part, mark: Mark | undefined): KnownFile {
  const { entries, problems, warnings, whole } = part;
  return {
    mark,
    entries: entries.length === 0 ? NONE : entries,
    namespaces: part.namespaces.size === 0 ? NONE : [...part.namespaces],
    problems: problems.length === 0 ? NONE : problems,
    warnings: warnings.length === 0 ? NONE : warnings,
    whole,
  };
}

/** A file that mcs wrote just now. */
export function writtenFile(entry: Entry, mark: Mark | undefined, text: string): KnownFile {
  return {
    mark,
    entries: [entry],
    namespaces: NONE,
    problems: NONE,
    warnings: NONE,
    whole: true,
    unsettled: text,
  };
}

/** A file that mcs wrote, and that was found to hold that still. */
export function settledFile({ unsettled: _, ...file }: KnownFile, mark: Mark): KnownFile {
  return { ...file, mark };
}
