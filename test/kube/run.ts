import { spawn } from 'node:child_process';

export interface RunResult {
  /** Exit code; 128 + 9 and the like are not made up: undefined when a signal ended it or it never ran. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The program is not there. */
  readonly missing: boolean;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs a program to its end and collects what it prints; never throws because of what the program does. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ code: undefined, stdout: '', stderr: error.message, missing: error.code === 'ENOENT' });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? undefined, ...printed, missing: false });
    });
    // A program may end without reading its input.
    child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  });
}
