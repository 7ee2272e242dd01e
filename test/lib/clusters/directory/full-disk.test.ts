import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ServiceExport } from '../../../../src/lib/api/objects.ts';
import { failure, filesIn, folder, open } from './folder.ts';

const made: ServiceExport = { apiVersion: '', kind: 'ServiceExport', metadata: { name: 'web', namespace: 'shop' } };

/** A file system of 64 kB, where the system lets us have one. */
function tinyDisk(): string | undefined {
  const root = folder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', root]).status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync('umount', [root]);
  });
  return root;
}

test('a full disk: the old file stays, no temporary one, and the error says what to do', async (context) => {
  const root = tinyDisk();
  if (root === undefined) return context.skip('no right to mount a file system');
  const cluster = await open(root);
  await cluster.apply('ServiceExport', made);
  const { bavail, bsize } = statfsSync(root);
  writeFileSync(join(root, 'fill'), Buffer.alloc(bavail * bsize));
  const error = await failure(cluster.apply('ServiceExport', { ...made, spec: { exportedLabels: { a: 'b' } } }));
  expect(error.message).toBe('cannot write mcs/shop/serviceexport-web.yaml: no space left on the disk (ENOSPC)');
  expect(error.next).toBe('free some space and run again');
  expect(filesIn(root)).toEqual(['fill', 'mcs/shop/serviceexport-web.yaml']);
  rmSync(join(root, 'fill'));
  expect((await (await open(root)).list('ServiceExport'))[0]?.spec).toBeUndefined();
});

// Root may write nearly everywhere, but not into the kernel's own file systems.
test.skipIf(!existsSync('/sys/power'))('a directory that cannot be written is said with its path', async () => {
  const error = await failure((await open('/sys', 'power')).apply('ServiceExport', made));
  expect(error.message).toMatch(/^cannot write power\/mcs\/shop\/serviceexport-web.yaml: .*\((EPERM|EACCES|EROFS)\)$/);
  expect(error.reason).toBe('forbidden');
  expect(error.next).toMatch(/^(give yourself the right|copy the directory)/);
});
