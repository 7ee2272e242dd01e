/** `npm test`: every check there is, one line each; the last line says how many passed and failed. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeManifest, makeReadme, makeReference, readReadme } from './manifest.ts';
import { countsOf, current, program, report } from './steps.ts';
import type { StepResult } from './steps.ts';
import { vitestProject } from './vitest.ts';

const root = resolve(import.meta.dirname, '..');
process.chdir(root);

const committed = await readFile('oclif.manifest.json', 'utf8').catch(() => '');

const results: StepResult[] = [
  ...(await Promise.all([
    report(program('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'])),
    report(program('types', ['node_modules/typescript/bin/tsc', '-p', '.'])),
  ])),
  await report(program('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'])),
  await report(program('build', [join('scripts', 'build.ts')])),
  await report(
    current('manifest is current', async () =>
      committed === (await makeManifest(root)) ? undefined : 'oclif.manifest.json was not: it is now, commit it',
    ),
  ),
  await report(
    current('README and docs/commands.md are current', async () => {
      const reference = await readFile('docs/commands.md', 'utf8').catch(() => '');
      const same = (await makeReadme(root)) === (await readReadme(root)) && (await makeReference(root)) === reference;
      return same ? undefined : 'run npm run readme and commit both';
    }),
  ),
  await report(vitestProject('unit')),
  await report(vitestProject('e2e')),
  await report(vitestProject('package')),
];

const sum = (field: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, each) => total + each[field], 0);
const totals = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
console.log(countsOf(totals));
