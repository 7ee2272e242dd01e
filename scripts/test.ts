/** `npm test`: every check there is, one line each; the last line says how many passed and failed. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeManifest, makeReadme, makeReference, readReadme } from './manifest.ts';
import { countsOf, current, program, report } from './steps.ts';
import type { Step, StepResult } from './steps.ts';
import { vitestProject } from './vitest.ts';

const root = resolve(import.meta.dirname, '..');
process.chdir(root);

const committed = await readFile('oclif.manifest.json', 'utf8').catch(() => '');

// Lint takes as long as all that follows it until the tests, and one core; the others take the second.
const [lint, others] = await Promise.all([
  report(program('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'])),
  oneAfterAnother(
    program('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']),
    program('types', ['node_modules/typescript/bin/tsc', '-p', '.']),
    program('build', [join('scripts', 'build.ts')]),
    current('manifest is current', async () =>
      committed === (await makeManifest(root)) ? undefined : 'oclif.manifest.json was not: it is now, commit it',
    ),
    current('README and docs/commands.md are current', async () => {
      const reference = await readFile('docs/commands.md', 'utf8').catch(() => '');
      const same = (await makeReadme(root)) === (await readReadme(root)) && (await makeReference(root)) === reference;
      return same ? undefined : 'run npm run readme and commit both';
    }),
  ),
]);

// Once on a machine this builds the API servers for minutes, and says so; without them the e2e tests are skipped.
spawnSync(process.execPath, [join('test', 'kube', 'assets.ts')], { stdio: ['ignore', 'ignore', 'inherit'] });

const results: readonly StepResult[] = [
  lint,
  ...others,
  ...(await oneAfterAnother(vitestProject('unit'), vitestProject('e2e'), vitestProject('package'))),
];

const sum = (field: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, each) => total + each[field], 0);
const totals = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
console.log(countsOf(totals));

async function oneAfterAnother(...steps: readonly Step[]): Promise<readonly StepResult[]> {
  const done: StepResult[] = [];
  for (const step of steps) done.push(await report(step));
  return done;
}
