import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './steps.ts';
import type { Step, StepResult } from './steps.ts';

/** What is read of vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** One vitest project; every test counts. A file that cannot be loaded, and a run that fails otherwise, count as failed. */
export function vitestProject(project: string): Step {
  return {
    name: `${project} tests`,
    async run() {
      const scratch = await mkdtemp(join(tmpdir(), 'mcs-vitest-'));
      const file = join(scratch, 'report.json');
      try {
        const args = [
          'run',
          '--project',
          project,
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${file}`,
        ];
        const { code, output } = await runNode(['node_modules/vitest/vitest.mjs', ...args]);
        for (const [line] of output.matchAll(/^SKIPPED.*$/gm)) console.log(line);
        const report = JSON.parse(await readFile(file, 'utf8')) as Report; // written by vitest just now
        return resultOf(report, code === 0, output);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

function resultOf(report: Report, ok: boolean, output: string): StepResult {
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloadable.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    output,
  };
}
