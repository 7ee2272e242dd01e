import type { ObjectRef } from './finding.ts';

/** The annotation by which an object says what is not to be reported of it: `MCS203 reason; MCS205,MCS206 reason`. */
export const IGNORE_ANNOTATION = 'kubectl-mcs/ignore';

/** The annotation `kubectl-mcs/ignore` of an object. */
export interface IgnoreAnnotation {
  /** The name shown. */
  readonly cluster: string;
  readonly object: ObjectRef;
  /** Its value. */
  readonly text: string;
  readonly file?: string;
  readonly line?: number;
}

/** One entry of the annotation. */
export interface IgnoreEntry {
  /** Empty when it does not begin with a code. */
  readonly codes: readonly string[];
  readonly reason?: string;
  /** As it was written. */
  readonly text: string;
}

const CODES = /^(MCS\d{3}(?:\s*,\s*MCS\d{3})*)(?![A-Za-z0-9])\s*:?\s*([^]*)$/i;

/** The entries of the annotation's value. What does not begin with a code belongs to the reason before it. */
export function parseIgnores(value: string): readonly IgnoreEntry[] {
  const texts: string[] = [];
  for (const part of value.split(';')) {
    const last = texts.pop();
    if (last === undefined) texts.push(part);
    else if (last.trim() === '' || CODES.test(part.trim())) texts.push(last, part);
    else texts.push(`${last};${part}`);
  }
  return texts
    .map((text) => text.trim().replace(/[;\s]+$/, ''))
    .filter((text) => text !== '')
    .map(parseEntry);
}

function parseEntry(text: string): IgnoreEntry {
  const [, codes, reason = ''] = CODES.exec(text) ?? [];
  if (codes === undefined) return { codes: [], text };
  return {
    codes: codes.split(',').map((code) => code.trim().toUpperCase()),
    ...(reason === '' ? {} : { reason }),
    text,
  };
}
