/**
 * `node bench/watches-one.ts [CLIENT] [CLUSTERS]`: one of the holdings of `watches` by itself, in half a minute; `ours` and 500
 * when not said. `MCS_BENCH_HEAP=FILE` leaves a heap snapshot of the holder there, at rest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hold, makeCertificate } from './watches-hold.ts';

const [client = 'ours', clusters = '500'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-'));
try {
  console.log(await hold(client, Number(clusters), makeCertificate(folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
