import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { filesIn, folder, open } from './folder.ts';

const CHILD = fileURLToPath(new URL('writing-child.ts', import.meta.url));

/** Starts the writer, lets it write for a random while, and kills it where it stands. */
async function writeAndKill(root: string): Promise<void> {
  const child = spawn(process.execPath, [CHILD, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  await once(child.stdout, 'data');
  await wait(Math.random() * 40);
  child.kill('SIGKILL');
  expect(await gone).toEqual([null, 'SIGKILL']);
}

test('a writer killed at any moment leaves the old file or the new one, never half; the next write cleans up', async () => {
  const root = folder();
  let leftovers = 0;
  for (let run = 0; run < 12; run++) {
    await writeAndKill(root);
    const cluster = await open(root);
    const imports = await cluster.list('ServiceImport');
    expect(imports.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    for (const { metadata, spec } of imports) {
      const rounds = new Set([metadata.annotations?.first, ...spec.ports.map((port) => port.appProtocol)]);
      expect(spec.ports).toHaveLength(300);
      expect(rounds.size).toBe(1);
    }
    leftovers += filesIn(root).filter((path) => path.endsWith('.tmp')).length;
    await cluster.apply('ServiceExport', {
      apiVersion: '',
      kind: 'ServiceExport',
      metadata: { name: `run-${run}`, namespace: 'shop' },
    });
    expect(filesIn(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }
  // How many of the kills fell between write and rename is chance; that they are cleaned up is tested with a made one too.
  expect(leftovers).toBeLessThanOrEqual(12);
}, 60_000);
