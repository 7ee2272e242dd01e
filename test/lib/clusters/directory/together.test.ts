import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { filesIn, folder } from './folder.ts';

const CHILD = fileURLToPath(new URL('churning-child.ts', import.meta.url));

test('two processes that write and empty one folder do not trip over each other', async () => {
  const root = folder();
  const exits = [1, 2].map(async () => once(spawn(process.execPath, [CHILD, root], { stdio: 'inherit' }), 'exit'));
  expect(await Promise.all(exits)).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(filesIn(root)).toEqual([]);
}, 60_000);
