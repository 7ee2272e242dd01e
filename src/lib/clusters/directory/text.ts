import { isUtf8 } from 'node:buffer';

/** Largest manifest file that is read, in bytes (100 MB). A bigger one is refused before it is read. */
export const MAX_BYTES = 100_000_000;

/** Why bytes are no text of a manifest, and the line where it shows. */
export interface NotText {
  readonly line: number;
  readonly message: string;
}

/** A message when a file of this many bytes is too big to read; undefined when it is not. */
export function tooBig(bytes: number): string | undefined {
  if (bytes <= MAX_BYTES) return undefined;
  return `the file has ${(bytes / 1e6).toFixed(1)} MB, more than the ${MAX_BYTES / 1e6} MB that are read; split it or move it out of the directory`;
}

/** The text of a manifest: UTF-8, a byte order mark left out. Anything else is said with its line. */
export function decode(bytes: Buffer): string | NotText {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { line: 1, message: 'the file is UTF-16; save it as UTF-8' };
  }
  const zero = bytes.indexOf(0);
  if (zero !== -1) return { line: lineAt(bytes, zero), message: 'the file is binary (it holds a zero byte)' };
  if (!isUtf8(bytes)) return { line: firstBadLine(bytes), message: 'the file is not UTF-8' };
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString('utf8', start);
}

function lineAt(bytes: Buffer, end: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

function firstBadLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    const next = end === -1 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, next))) return line;
    start = next;
  }
  return line;
}
