import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Outcome } from './built.ts';

const PROGRAM = join(resolve(import.meta.dirname, '../..'), 'bin/mcs.cjs');

/** The built program at work. */
export interface Following {
  /** Resolves once what was printed, stdout and stderr, matches. */
  says(text: RegExp): Promise<void>;
  interrupt(): void;
  readonly ended: Promise<Outcome>;
}

/** Starts the built program in a folder, without waiting for its end; it is ended with the test. */
export function following(args: readonly string[], cwd: string): Following {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, KUBECONFIG: '' };
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  const ended = new Promise<Outcome>((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      settle({ code, ...printed });
    });
  });
  return {
    ended,
    interrupt: () => {
      child.kill('SIGINT');
    },
    says: (text) =>
      vi.waitFor(
        () => {
          if (!text.test(printed.stdout + printed.stderr)) {
            throw new Error(`not yet ${String(text)}:\n${printed.stdout}${printed.stderr}`);
          }
        },
        { timeout: 30_000, interval: 20 },
      ),
  };
}
