import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../kube/daemon.ts';
import { shared } from '../kube/fixture.ts';
import { run, type RunResult } from '../kube/run.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/mcs.cjs', import.meta.url));

export interface McsOptions {
  /** Default: the one of the servers that the run shares. */
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs the built program to its end, as a user would: a process of its own, not on a terminal, in an empty home. */
export function mcs(args: readonly string[], options: McsOptions = {}): Promise<RunResult> {
  const { stdin, cwd } = options;
  return run(process.execPath, [PROGRAM, ...args], {
    env: environment(options),
    ...(stdin === undefined ? {} : { stdin }),
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs it and throws what it said unless it ends with 0: for what a test builds on. Returns its stdout. */
export async function mcsDone(args: readonly string[], options: McsOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await mcs(args, options);
  if (code !== 0) throw new Error(`mcs ${args.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
  return stdout;
}

/** The program at work. */
export interface RunningMcs {
  /** Resolves once stdout has that many whole lines; throws when it ends before. */
  lines(count: number): Promise<void>;
  /** Resolves once stdout or stderr has it; throws when it ends before. */
  says(text: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<RunResult>;
}

/** Starts the built program without waiting for its end. */
export function startMcs(args: readonly string[], options: McsOptions = {}): RunningMcs {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...environment(options) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? undefined, ...printed, missing: false });
    });
  });
  const until = (isSo: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (isSo()) resolve();
      };
      waiting.add(look);
      look();
      ended.then(({ stderr }) => {
        reject(new Error(`ended before ${what}:\n${stderr}`));
      }, reject);
    });
  return {
    ended,
    signal: (name) => {
      child.kill(name);
    },
    lines: (count) => until(() => printed.stdout.split('\n').length > count, `it had printed ${count} lines`),
    says: (text) => until(() => text.test(printed.stdout) || text.test(printed.stderr), `it said ${String(text)}`),
  };
}

function environment({ kubeconfig, env }: McsOptions): Readonly<Record<string, string>> {
  home ??= temporaryFolder('home');
  return { KUBECONFIG: kubeconfig ?? shared().kubeconfig, HOME: home, NO_COLOR: '1', ...env };
}

let home: string | undefined;
