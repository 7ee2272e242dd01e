import { isRecord } from '../../api/reader.ts';

/**
 * JSON values as YAML: block style, keys in their order, two spaces a level. Our own, since a first pass over directories
 * writes tens of thousands of small files, and js-yaml's `dump`, which can do everything, takes five times as long for
 * one. What it writes is read back by js-yaml (a property test shows that nothing changes on the way).
 */
export function toYAML(value: Readonly<Record<string, unknown>>): string {
  const lines: string[] = [];
  mapping(value, '', '', lines);
  return `${lines.join('\n')}\n`;
}

/** @param first what stands before the first key instead of the indentation: the dash of a list's item */
function mapping(value: Readonly<Record<string, unknown>>, indent: string, first: string, lines: string[]): void {
  let before = first;
  for (const key in value) {
    const entry = value[key];
    if (entry === undefined) continue;
    nested(`${before}${scalar(key)}:`, entry, indent, lines);
    before = indent;
  }
}

function nested(head: string, value: unknown, indent: string, lines: string[]): void {
  if (Array.isArray(value) && value.length > 0) {
    lines.push(head);
    for (const item of value as readonly unknown[]) listItem(item, `${indent}  `, lines);
  } else if (isRecord(value) && hasKeys(value)) {
    lines.push(head);
    mapping(value, `${indent}  `, `${indent}  `, lines);
  } else {
    lines.push(`${head} ${scalar(value)}`);
  }
}

function listItem(item: unknown, indent: string, lines: string[]): void {
  if (isRecord(item) && hasKeys(item)) mapping(item, `${indent}  `, `${indent}- `, lines);
  else if (Array.isArray(item) && item.length > 0) nested(`${indent}-`, item, indent, lines);
  else lines.push(`${indent}- ${scalar(item)}`);
}

function hasKeys(value: Readonly<Record<string, unknown>>): boolean {
  for (const key in value) if (value[key] !== undefined) return true;
  return false;
}

/** Texts that mean themselves without quotes, in YAML 1.1 too: words, and sentences of words. */
const PLAIN = /^[A-Za-z_][\w./-]*(?: [\w./,()-]+)*$/;
/** Words that are no text in YAML 1.1 or 1.2. */
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
/** What single quotes can hold: nothing in them is an escape. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** A JSON string is a double-quoted YAML one; `{}` and `[]` are YAML too. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return isRecord(value) ? '{}' : Array.isArray(value) ? '[]' : JSON.stringify(value);
  if (PLAIN.test(value) && !WORDS.test(value)) return value;
  return PRINTABLE.test(value) ? `'${value.replaceAll("'", "''")}'` : quoted(value);
}

/** Line separators, and what no YAML may hold raw (C1 controls, byte order mark), which JSON does not escape. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
