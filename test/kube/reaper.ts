import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Runs beside a test process and outlives it: when the pipe to it closes, for whatever reason (also SIGKILL), it kills
 * the servers that were started and removes the folders that were made. Lines: `pid N`, `gone N`, `dir PATH`.
 */
const pids = new Set<number>();
const dirs = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const [word, value] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
  if (word === 'pid') pids.add(Number(value));
  if (word === 'gone') pids.delete(Number(value));
  if (word === 'dir') dirs.add(value);
}
for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
for (const dir of dirs) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
