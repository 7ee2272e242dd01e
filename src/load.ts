import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** A bundle that has run. */
interface Loaded {
  readonly exports: unknown;
  /** Writes the code cache, unless it is there or cannot be written. */
  readonly keep: () => void;
}

/** At the end of a cache: the CRC-32 of what is before. */
const SUM_BYTES = 4;

type Wrapper = (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;

/**
 * Runs the bundle, a file that is one function expression, with V8's code cache. Node's own compile cache keeps what is
 * compiled when a file is loaded; the functions that a command calls are compiled later, which is a fifth of the time of
 * `mcs status`. So this one is taken at the end of a run. Built into a file of its own, which `bin` requires.
 * @param file path of the bundle
 * @param key tells apart what has a cache of its own; part of a file name
 */
export function load(file: string, key: string): Loaded {
  const folder = cacheFolder(process.env);
  const { size, mtimeMs } = fs.statSync(file);
  const name = [key, process.version, process.arch, size, Math.round(mtimeMs)].join('-');
  const cache = folder === undefined ? undefined : path.join(folder, name);
  const cachedData = cache === undefined ? undefined : readWhole(cache);
  // The bundle is ASCII; as latin1 it takes a byte a character in memory, and no decoding.
  const source = fs.readFileSync(file, 'latin1');
  const script = new Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  const bundle = { exports: {} };
  const wrapper = script.runInThisContext() as Wrapper; // the build makes it one
  wrapper(bundle.exports, createRequire(file), bundle, file, path.dirname(file));
  return {
    exports: bundle.exports,
    keep: () => {
      if (cache === undefined || (cachedData !== undefined && script.cachedDataRejected === false)) return;
      write(cache, script.createCachedData());
    },
  };
}

/** Where caches are: where Node is told to keep its own, else in a folder of this user's; undefined: nowhere. */
function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  if ((env.NODE_DISABLE_COMPILE_CACHE ?? '') !== '') return undefined;
  if (env.NODE_COMPILE_CACHE !== undefined && env.NODE_COMPILE_CACHE !== '') return env.NODE_COMPILE_CACHE;
  return path.join(os.tmpdir(), ['kubectl-mcs', ...userId()].join('-'));
}

/** Empty on Windows, where every user has a temporary folder of their own. */
function userId(): readonly number[] {
  return process.getuid === undefined ? [] : [process.getuid()];
}

/**
 * What `write` wrote; undefined: none, or damaged. V8 looks at the length alone, and crashes over bytes that it did not
 * write.
 */
function readWhole(file: string): Buffer | undefined {
  const bytes = readOwn(file);
  if (bytes === undefined || bytes.length < SUM_BYTES) return undefined;
  const code = bytes.subarray(0, -SUM_BYTES);
  return crc32(code) === bytes.readUInt32LE(code.length) ? code : undefined;
}

function withSum(code: Buffer): Buffer {
  const sum = Buffer.alloc(SUM_BYTES);
  sum.writeUInt32LE(crc32(code));
  return Buffer.concat([code, sum]);
}

/** The bytes of a file that nobody but this user can have written, since what is in it will run; undefined: none. */
function readOwn(file: string): Buffer | undefined {
  try {
    return isOwn(path.dirname(file)) ? fs.readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

/** A link is not: whose it is could let it lead elsewhere between this look and the reading. */
function isOwn(folder: string): boolean {
  const { uid, mode } = fs.lstatSync(folder);
  return userId().every((user) => user === uid && (mode & 0o022) === 0);
}

/** Writes all or nothing. A cache is worth no message. */
function write(file: string, bytes: Buffer): void {
  const fresh = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    if (!isOwn(path.dirname(file))) return;
    fs.writeFileSync(fresh, withSum(bytes), { mode: 0o600, flush: true });
    fs.renameSync(fresh, file);
  } catch {
    try {
      fs.rmSync(fresh, { force: true });
    } catch {
      // As little: `force` keeps quiet about a missing file, but not about a folder that is none.
    }
  }
}
