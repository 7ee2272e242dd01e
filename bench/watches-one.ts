/**
 * `node bench/watches-one.ts [CLIENT] [CLUSTERS] [--defaults]`: one of the holdings of `watches` by itself, in half a minute:
 * `ours` and 500 when not said, on the Node of the deployment or, with `--defaults`, on one without flags.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEPLOYED, hold, makeProps } from './watches-hold.ts';

const { values, positionals } = parseArgs({ options: { defaults: { type: 'boolean' } }, allowPositionals: true });
const [client = 'ours', clusters = '500'] = positionals;
const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-'));
try {
  console.log(await hold(client, Number(clusters), await makeProps(folder), values.defaults === true ? [] : DEPLOYED));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
