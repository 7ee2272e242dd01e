/** The code of a command that `src/load.ts` keeps in the folder for temporary files, seen from outside. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { built, filesIn, folder, write } from './built.ts';
import type { Outcome } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

const ROOT = resolve(import.meta.dirname, '../..');
const IS_ROOT = process.getuid?.() === 0;

function mcs(root: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return built(args, { cwd: root, env: { TMPDIR: root, ...env } });
}

/** Where the only cache is that one run of `mcs version` left. */
function kept(root: string): string {
  const files = filesIn(root);
  expect(files).toEqual([expect.stringMatching(/^kubectl-mcs(-\d+)?\/[^/]+-version-v[^/]+$/)]);
  return join(root, files[0] ?? '');
}

async function afterOneRun(): Promise<{ readonly root: string; readonly cache: string; readonly first: Outcome }> {
  const root = folder();
  const first = await mcs(root, ['version', '-o', 'json']);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  return { root, cache: kept(root), first };
}

it('the second run takes what the first one kept, which nobody else can read', async () => {
  const { root, cache, first } = await afterOneRun();
  const before = statSync(cache);
  expect(before.mode & 0o777).toBe(0o600);
  expect(statSync(join(cache, '..')).mode & 0o777).toBe(0o700);
  expect(await mcs(root, ['version', '-o', 'json'])).toEqual(first);
  const { ino, mtimeMs } = statSync(kept(root));
  expect({ ino, mtimeMs }).toEqual({
    ino: before.ino,
    mtimeMs: before.mtimeMs,
  });
});

it('directories and help have a cache of their own', async () => {
  const root = folder({ 'a/web.yaml': '' });
  await mcs(root, ['clusters', '--dir', 'a']);
  await mcs(root, ['clusters', '--help']);
  await mcs(root, ['clusters', '--dir=a', '-o', 'name']);
  const names = filesIn(root).filter((path) => path.startsWith('kubectl-mcs'));
  expect(names.map((name) => /-(clusters-[a-z]+)-v/.exec(name)?.[1])).toEqual(['clusters-dir', 'clusters-help']);
});

it.each([['version', '--nonsense'], ['nonsense'], ['status', '--dir', 'nowhere']])(
  'a typing error leaves none: %s %s %s',
  async (...args) => {
    const root = folder();
    expect(await mcs(root, args)).toMatchObject({ code: 2 });
    expect(filesIn(root)).toEqual([]);
  },
);

describe('a broken cache is replaced, unheard', () => {
  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut off within its head', (bytes) => bytes.subarray(0, 10)],
    ['cut off', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['damaged within', (bytes) => Buffer.from(bytes).fill('x', bytes.length / 2, bytes.length / 2 + 4096)],
    ['of other content', (bytes) => Buffer.alloc(bytes.length, 'x')],
  ])('%s', async (_, broken) => {
    const { root, cache, first } = await afterOneRun();
    const bytes = broken(readFileSync(cache));
    write(cache, bytes);
    expect(await mcs(root, ['version', '-o', 'json'])).toEqual(first);
    expect(readFileSync(kept(root)).equals(bytes)).toBe(false);
    const { ino } = statSync(cache);
    expect(await mcs(root, ['version', '-o', 'json'])).toEqual(first);
    expect(statSync(kept(root)).ino).toBe(ino);
  });
});

/**
 * Puts the code of another program where the cache of `mcs version` belongs. V8 cannot tell them apart, as their sources
 * are of one length: whoever can write there decides what runs.
 */
function plantCode(root: string): void {
  const other = folder();
  for (const part of ['bin', 'package.json', 'dist/load.cjs']) {
    cpSync(join(ROOT, part), join(other, part), { recursive: true });
  }
  const bundle = statSync(join(ROOT, 'dist/mcs.js'));
  const planted = "(function (e) { e.main = function (_, p) { process.stdout.write('planted'); p.keepCode(); } })";
  write(join(other, 'dist/mcs.js'), planted.padEnd(bundle.size));
  utimesSync(join(other, 'dist/mcs.js'), bundle.atime, bundle.mtime);
  const env = { PATH: process.env.PATH, TMPDIR: root };
  const { stdout } = spawnSync(process.execPath, [join(other, 'bin/mcs.cjs'), 'version'], { env, encoding: 'utf8' });
  expect(stdout).toBe('planted');
}

describe('what others can have written', () => {
  it('is what would run: planted in a folder of this user alone, it does', async () => {
    const root = folder();
    plantCode(root);
    expect(await mcs(root, ['version'])).toMatchObject({
      code: 0,
      stdout: 'planted',
    });
  });

  it.each([
    ['everybody may write', 0o777],
    ['a group may write', 0o770],
  ])('is not run and not written: a folder in which %s', async (_, mode) => {
    const root = folder();
    plantCode(root);
    const cache = kept(root);
    const before = readFileSync(cache);
    chmodSync(join(cache, '..'), mode);
    expect((await mcs(root, ['version', '-o', 'json'])).stdout).toContain('"VersionReport"');
    await mcs(root, ['clusters', '-o', 'name', '--help']);
    expect(readFileSync(kept(root)).equals(before)).toBe(true);
  });

  it('is not run: a folder reached by a link, which its owner could turn', async () => {
    const root = folder();
    plantCode(root);
    const place = join(kept(root), '..');
    renameSync(place, join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), place);
    expect((await mcs(root, ['version', '-o', 'json'])).stdout).toContain('"VersionReport"');
  });

  it.runIf(IS_ROOT)("is not run and not written: another user's folder", async () => {
    const root = folder();
    plantCode(root);
    chownSync(join(kept(root), '..'), 12345, 12345);
    expect((await mcs(root, ['version', '-o', 'json'])).stdout).toContain('"VersionReport"');
    await mcs(root, ['clusters', '--help']);
    expect(kept(root)).toContain('-version-');
  });
});

describe('variables of Node', () => {
  it('NODE_DISABLE_COMPILE_CACHE=1 keeps nothing', async () => {
    const root = folder();
    expect(await mcs(root, ['version'], { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ code: 0, stderr: '' });
    expect(filesIn(root)).toEqual([]);
  });

  it('NODE_COMPILE_CACHE says where', async () => {
    const root = folder();
    const place = join(root, 'a/b');
    expect(await mcs(root, ['version'], { NODE_COMPILE_CACHE: place })).toMatchObject({ code: 0, stderr: '' });
    expect(filesIn(place)).toContainEqual(expect.stringMatching(/^[^/]+-version-v[^/]+$/));
    expect(existsSync(join(root, 'kubectl-mcs'))).toBe(false);
    expect(filesIn(root).every((path) => path.startsWith('a/b/'))).toBe(true);
  });
});

describe('a place that cannot be written is no message', () => {
  it('a file', async () => {
    const root = folder({ file: '' });
    expect(await mcs(root, ['version'], { NODE_COMPILE_CACHE: join(root, 'file') })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await mcs(root, ['version'], { TMPDIR: join(root, 'file') })).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(IS_ROOT)('a read-only folder', async () => {
    const root = folder();
    const place = join(root, 'read-only');
    mkdirSync(place, { mode: 0o500 });
    expect(await mcs(root, ['version'], { TMPDIR: place })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(filesIn(root)).toEqual([]);
  });

  // Root may write nearly everywhere, but not into the kernel's own file systems.
  it.runIf(IS_ROOT && existsSync('/sys/power'))('a file system of the kernel', async () => {
    expect(await mcs(folder(), ['version'], { TMPDIR: '/sys/power' })).toMatchObject({ code: 0, stderr: '' });
  });
});
