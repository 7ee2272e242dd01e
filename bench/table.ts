import Table from 'cli-table3';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { format, resolveConfig } from 'prettier';
import { type Row, met, showRatio, showTarget } from './result.ts';

const HEAD = ['measure', 'ours', 'other', 'ratio', 'target', 'met'];

export function showTable(rows: readonly Row[]): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  table.push(...rows.map(cells));
  return table.toString();
}

/**
 * Puts the rows of a part between its markers, `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`, in a Markdown file, with
 * the machine they were measured on. @throws Error when the markers are not there
 */
export async function writeTable(path: string, part: string, rows: readonly Row[]): Promise<void> {
  const [start, end] = [`<!-- bench:${part} -->`, `<!-- /bench:${part} -->`];
  const before = readFileSync(path, 'utf8');
  const [from, to] = [before.indexOf(start), before.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${path}: no ${start} and ${end}`);
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map(cells)].map((row) => `| ${row.join(' | ')} |`);
  const text = `${before.slice(0, from)}${start}\n\n${machine()}\n\n${lines.join('\n')}\n\n${before.slice(to)}`;
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

function cells(row: Row): string[] {
  return [row.measure, row.ours, row.other, showRatio(row.ratio), showTarget(row.target), met(row)];
}

/** The load tells how much others took of the machine while this was measured. */
function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, Node ${process.versions.node}, ${process.platform}, ${availableParallelism()} cores of ${model}, load ${load} at the end.`;
}
