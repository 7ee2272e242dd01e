import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What came of one step of `npm test`. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Printed when something failed. */
  readonly output: string;
}

export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepResult>;
}

/** A step that is one program; it counts as one test. */
export function program(name: string, args: readonly string[]): Step {
  return {
    name,
    async run() {
      const { code, output } = await runNode(args);
      return verdict(code === 0, output);
    },
  };
}

/** A step that finds out whether a generated file is current; it counts as one test. */
export function current(name: string, check: () => Promise<string | undefined>): Step {
  return {
    name,
    async run() {
      const complaint = await check();
      return verdict(complaint === undefined, complaint ?? '');
    },
  };
}

export function verdict(ok: boolean, output: string): StepResult {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output };
}

/** Runs Node with arguments; stdout and stderr come together. */
export async function runNode(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, output: stdout + stderr };
}

/** Runs a step and prints one line about it, and all of its output when it failed. Never throws. */
export async function report({ name, run }: Step): Promise<StepResult> {
  const start = performance.now();
  const result = await run().catch((error: unknown) => verdict(false, String(error)));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const counts = result.passed + result.failed + result.skipped > 1 ? `: ${countsOf(result)}` : '';
  console.log(`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${name}${counts} (${seconds} s)`);
  if (result.failed > 0) console.log(result.output.trimEnd());
  return result;
}

/** `12 passed, 0 failed`, and the skipped when there are any. */
export function countsOf({ passed, failed, skipped }: Omit<StepResult, 'output'>): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
