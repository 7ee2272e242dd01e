import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A title that begins with the rules it shows: `rule 8: …`, `rule 7, 22: …`. */
const TITLE = /(?<=['"`])rules? (\d+(?:, \d+)*):/g;

/** The test files that name each rule, by its number, in order. */
export function testsOfRules(root: string): ReadonlyMap<number, readonly string[]> {
  const tests = new Map<number, Set<string>>();
  for (const path of globSync('test/**/*.test.ts', { cwd: root }).sort()) {
    for (const [, numbers = ''] of readFileSync(join(root, path), 'utf8').matchAll(TITLE)) {
      for (const number of numbers.split(', ').map(Number)) {
        tests.set(number, (tests.get(number) ?? new Set()).add(path));
      }
    }
  }
  return new Map([...tests].map(([number, paths]) => [number, [...paths]]));
}

/** The table with its last column made anew. */
export function fillTests(table: string, tests: ReadonlyMap<number, readonly string[]>): string {
  return table.replace(/^\| *(\d+) *\| *(.*?) *\|[^|]*\|$/gm, (_, number: string, says: string) => {
    const links = (tests.get(Number(number)) ?? []).map((path) => `[${basename(path, '.test.ts')}](../${path})`);
    return `| ${number} | ${says} | ${links.join(', ') || 'none yet'} |`;
  });
}

/** The test files that the table names for each rule. */
export function testsInTable(table: string): ReadonlyMap<number, readonly string[]> {
  const rows = table.matchAll(/^\| *(\d+) *\|.*\|([^|]*)\|$/gm);
  return new Map(
    [...rows].map(([, number, links = '']) => [
      Number(number),
      [...links.matchAll(/\(\.\.\/([^)]*)\)/g)].map(([, path = '']) => path),
    ]),
  );
}
