import { randomBytes } from 'node:crypto';
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf, describeError } from './lib/clusters/directory/failure.ts';
import { temporaryName } from './lib/clusters/directory/layout.ts';
import { ConfigError } from './lib/errors.ts';

/**
 * Files that the user names on the command line, for a result or a setting; what is a cluster's is behind `lib/clusters`.
 * Paths are shown as they were given.
 */

/**
 * Finds out before the work what would keep a file from being written after it.
 * @throws ConfigError
 */
export function checkOutputFile(file: string): void {
  const { target, type } = lookAt(file);
  if (type === 'folder') throw refusal(file, 'it is a folder', 'name a file in it');
  const place = type === 'other' ? target : dirname(target);
  try {
    const folder = statSync(place, { throwIfNoEntry: false });
    if (folder === undefined)
      throw refusal(file, `there is no folder ${dirname(file)}`, 'make it, or name another file');
    accessSync(place, constants.W_OK);
  } catch (error) {
    throw asRefusal(file, error);
  }
}

/**
 * Writes a file whole: who reads it, or kills this process, finds the old text or the new. Symbolic links are followed;
 * devices and pipes are written as they are.
 * @throws ConfigError
 */
export function writeOutputFile(file: string, text: string): void {
  const { target, type } = lookAt(file);
  try {
    if (type === 'other') writeFileSync(target, text);
    else replace(target, text);
  } catch (error) {
    throw asRefusal(file, error);
  }
}

/** @throws ConfigError */
export async function readInputFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read ${file}: ${describeError(error)}`, undefined, { cause: error });
  }
}

function replace(target: string, text: string): void {
  const temporary = join(dirname(target), temporaryName(process.pid, randomBytes(6).toString('hex')));
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What a path leads to, and what is there. */
function lookAt(file: string): { readonly target: string; readonly type: 'none' | 'file' | 'folder' | 'other' } {
  try {
    const target = realpathSync(file);
    const stats = statSync(target);
    return { target, type: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other' };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw asRefusal(file, error);
    return { target: resolve(file), type: 'none' };
  }
}

function asRefusal(file: string, error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  return refusal(file, describeError(error), undefined, error);
}

function refusal(file: string, what: string, next = 'name another file', cause?: unknown): ConfigError {
  return new ConfigError(`cannot write ${file}: ${what}`, next, { cause });
}
