import { fileURLToPath } from 'node:url';
import { stderr } from 'node:process';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/lib/controller/metrics.ts';
import { run, type RunResult } from '../../kube/run.ts';
import { exercise } from './exercise-metrics.ts';

const MODULE = fileURLToPath(new URL('../../promlint', import.meta.url));

/** Prometheus' own lint, as `promtool check metrics` runs it. Compiled once (40 s on two cores), then cached by Go. */
function promlint(text: string): Promise<RunResult> {
  return run('go', ['run', '.'], { cwd: MODULE, stdin: text, env: { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' } });
}

const BAD = '# TYPE queue_wait_ms counter\nqueue_wait_ms 1\n';

it("pass Prometheus' own lint, the metrics of Node too", { timeout: 300_000 }, async ({ skip }) => {
  const bad = await promlint(BAD);
  if (bad.code !== 0) {
    const why = bad.missing ? 'there is no go on PATH' : (bad.stderr.trim().split('\n').at(-1) ?? '');
    stderr.write(`the lint of metrics is skipped: ${why}\n`);
    skip(why);
  }
  expect(bad.stdout).toMatch(/no help text/); // it does find something
  const metrics = await createMetrics({ version: '1.2.3' });
  exercise(metrics);
  const { code, stdout, stderr: said } = await promlint(await metrics.text());
  expect({ code, stdout, said }).toEqual({ code: 0, stdout: '', said: '' });
});
