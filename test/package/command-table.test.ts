import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../kube/run.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, { readonly hiddenAliases?: readonly string[] }>>;
};
const IDS = Object.keys(MANIFEST.commands);
const ALIASES = Object.values(MANIFEST.commands).flatMap(({ hiddenAliases = [] }) => hiddenAliases);

it('src/command-table.ts has the commands of the manifest, and each leads to its own file', () => {
  const table = readFileSync(join(ROOT, 'src/command-table.ts'), 'utf8');
  const rows = [...table.matchAll(/^ {2}'?([\w:]+)'?: \(\) => import\('\.\/commands\/([\w/]+)\.ts'\),$/gm)];
  expect(table.match(/=> import\(/g), 'rows of another form').toHaveLength(rows.length);
  expect(rows.map(([, id]) => id).sort()).toEqual([...IDS].sort());
  // A command that others are below has the index of their folder.
  const own = ([, , path = '']: RegExpMatchArray): string => path.replace(/\/index$/, '');
  expect(rows.map(own)).toEqual(rows.map(([, id = '']) => id.replaceAll(':', '/')));
});

it.each([...IDS, ...ALIASES])('the built program has %s: it is what complains about a wrong flag', async (id) => {
  const args = [join(ROOT, 'bin/mcs.cjs'), ...id.split(':'), '--no-such-flag'];
  const { code, stdout, stderr } = await run(process.execPath, args, { env: { NODE_DISABLE_COMPILE_CACHE: '1' } });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: unknown flag --no-such-flag/);
});
