/**
 * `npm run bench [-- PART…] [--write]`: measures everything, or the parts named, as ratios of two things in one run, and
 * prints a table a part; with `--write` the tables of docs/benchmarks.md are renewed. Not part of `npm test`: how fast a
 * machine is says nothing about whether the program is right.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStart } from './cold-start.ts';
import { measureExplain } from './explain.ts';
import { measureFanOut } from './fan-out.ts';
import { measurePass } from './pass.ts';
import { type Scratch, makeScratch, root } from './program.ts';
import { measureRestart } from './restart.ts';
import { type Result, met } from './result.ts';
import { isWhole } from './scale.ts';
import { measureServices } from './services.ts';
import { measureShards } from './shards.ts';
import { measureStartup } from './startup.ts';
import { showTable, writeTable } from './table.ts';
import { measureTransport } from './transport.ts';
import { measureValidate } from './validate.ts';
import { measureWatches } from './watches.ts';

const PARTS: Readonly<Record<string, (scratch: Scratch) => Promise<Result>>> = {
  startup: measureStartup,
  transport: measureTransport,
  pass: measurePass,
  explain: measureExplain,
  validate: measureValidate,
  'fan-out': measureFanOut,
  restart: measureRestart,
  'cold-start': measureColdStart,
  shards: measureShards,
  watches: measureWatches,
  services: measureServices,
};

const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((part) => !Object.hasOwn(PARTS, part));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
if (values.write === true && !isWhole()) {
  console.error('MCS_BENCH_SCALE is for trying out, not for --write');
  process.exit(2);
}

const scratch = makeScratch();
try {
  for (const [part, measure] of Object.entries(PARTS)) {
    if (positionals.length > 0 && !positionals.includes(part)) continue;
    const { rows, skipped } = await measure(scratch);
    console.log(`${part}\n${showTable(rows)}`);
    for (const line of skipped) console.log(`SKIPPED: ${line}`);
    if (values.write === true) await writeTable(join(root, 'docs/benchmarks.md'), part, rows);
    if (rows.some((row) => met(row) === 'no')) console.log(`${part}: a target is missed`);
  }
} finally {
  scratch.remove();
}
