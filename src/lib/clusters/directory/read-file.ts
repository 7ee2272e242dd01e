import { type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { codeOf, describeError } from './failure.ts';
import { tooBig } from './text.ts';

/** What is at the path of a file. */
export type FileRead =
  | { readonly is: 'file'; readonly bytes: Buffer; readonly stats: BigIntStats }
  /** Another run has just removed it, which is no fault; or it is a folder now. */
  | { readonly is: 'absent' }
  | { readonly is: 'refused'; readonly message: string };

const NOT_REGULAR = 'is no regular file';

/**
 * Reads a file. It is looked at once it is open: asking by its path first costs a third more. A named pipe or device may
 * never end, and is not waited for.
 */
export function readFile(path: string): FileRead {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file, { bigint: true });
    if (stats.isDirectory()) return { is: 'absent' };
    const refused = stats.isFile() ? tooBig(Number(stats.size)) : NOT_REGULAR;
    return refused === undefined
      ? { is: 'file', bytes: bytesOf(file, Number(stats.size)), stats }
      : { is: 'refused', message: refused };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return { is: 'absent' };
    if (code === 'ENXIO') return { is: 'refused', message: NOT_REGULAR }; // a socket
    return { is: 'refused', message: `cannot be read: ${describeError(error)}` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** In one call where its size is what it says. */
function bytesOf(file: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  return size > 0 && readSync(file, bytes, 0, size, 0) === size ? bytes : readFileSync(file);
}
