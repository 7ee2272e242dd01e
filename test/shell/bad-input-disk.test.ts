/** Issue 3, section 6, seen from outside: folders that cannot be written. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { SERVICE, built, expectTidy, filesIn, folder, member, write } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

const PAIR = ['--dir', 'good', '--dir', 'bad'] as const;

it('mcs being a file: named, nothing lost, the others written', async () => {
  const root = folder({ 'good/a.yaml': member('good'), 'bad/a.yaml': member('bad'), 'bad/mcs': 'mine' });
  const outcome = await built(['reconcile', ...PAIR], { cwd: root });
  expectTidy(outcome);
  expect(outcome.code).toBe(3);
  expect(outcome.stderr).toMatch(/^error: bad: ServiceImport shop\/web: .*bad\/mcs.*\n {2}next: /);
  expect(readFileSync(join(root, 'bad/mcs'), 'utf8')).toBe('mine');
  expect(filesIn(join(root, 'bad'))).toEqual(['a.yaml', 'mcs']);
  expect(filesIn(root)).toContain('good/mcs/shop/serviceimport-web.yaml');
});

it.skipIf(process.getuid?.() === 0)('a read-only folder: named, the others written', async () => {
  const root = folder({ 'good/a.yaml': member('good'), 'bad/a.yaml': member('bad') });
  chmodSync(join(root, 'bad'), 0o500);
  const outcome = await built(['reconcile', ...PAIR], { cwd: root });
  chmodSync(join(root, 'bad'), 0o700);
  expectTidy(outcome);
  expect(outcome.code).toBe(3);
  expect(outcome.stderr).toMatch(/^error: bad: .*permission denied \(EACCES\)\n {2}next: give yourself the right/);
  expect(filesIn(join(root, 'bad'))).toEqual(['a.yaml']);
  expect(filesIn(root)).toContain('good/mcs/shop/serviceimport-web.yaml');
});

// Root may write nearly everywhere, but not into the kernel's own file systems.
it.skipIf(!existsSync('/sys/power'))(
  'a file system that cannot be written: join says which and what to do',
  async () => {
    const root = folder({ 'good/a.yaml': SERVICE });
    const outcome = await built(['join', 'prod', '--dir', 'good', '--dir', 'sys=/sys/power'], { cwd: root });
    expectTidy(outcome);
    expect(outcome.code).toBe(3);
    expect(outcome.stdout).toMatch(/^good {2}joined prod as good\nsys {3}not joined\n$/);
    expect(outcome.stderr).toMatch(/^error: sys: .*cannot write \/sys\/power\/mcs\/.*\n {2}next: /);
    expect(filesIn(join(root, 'good/mcs'))).toHaveLength(2);
  },
);

const mounted: string[] = [];
afterAll(() => {
  for (const path of mounted) spawnSync('umount', [path]);
});

/** Makes a folder a file system of some size, where the system lets us. */
function limit(path: string, size: string): boolean {
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status !== 0) return false;
  mounted.push(path);
  return true;
}

it('a full disk: old files or whole new ones, no temporary one; once there is room it goes on', async (context) => {
  const root = folder({ 'good/a.yaml': member('good'), 'bad/.keep': '' });
  if (!limit(join(root, 'bad'), '64k')) return context.skip('no right to mount a file system');
  write(join(root, 'bad/a.yaml'), member('bad'));
  const { bavail, bsize } = statfsSync(join(root, 'bad'));
  writeFileSync(join(root, 'bad/fill'), Buffer.alloc((bavail - 1) * bsize));
  const outcome = await built(['reconcile', ...PAIR], { cwd: root });
  expectTidy(outcome);
  expect(outcome.code).toBe(3);
  expect(outcome.stderr).toMatch(/^error: bad: .*: cannot write bad\/mcs\/.*: no space left on the disk \(ENOSPC\)$/m);
  expect(outcome.stderr).toContain('  next: free some space and run again\n');
  const left = filesIn(join(root, 'bad')).filter((path) => path.startsWith('mcs/'));
  for (const path of left) {
    expect(path).toMatch(/^mcs\/shop\/[\w-]+\.yaml$/);
    expect(readFileSync(join(root, 'bad', path), 'utf8')).toMatch(/^apiVersion: [^]+\n$/);
  }
  expect(filesIn(root)).toContain('good/mcs/shop/serviceimport-web.yaml');
  rmSync(join(root, 'bad/fill'));
  expect((await built(['reconcile', ...PAIR], { cwd: root })).code).toBe(0);
  expect((await built(['reconcile', ...PAIR], { cwd: root })).stdout).toContain('nothing to change');
});
