import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Call {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a whole process took. */
export interface Cost {
  /** Wall time. */
  readonly milliseconds: number;
  /** Processor time of all its threads. */
  readonly cpuMilliseconds: number;
  /** Most memory it held at once (resident set). */
  readonly megabytes: number;
  readonly stdout: string;
}

const usage = join(import.meta.dirname, 'usage.cjs');

/**
 * Runs Node (this one) with arguments and waits for its end. @throws Error with what it said when it exits with anything
 * but 0: a benchmark of a failure is none.
 */
export async function runNode({ args, env = {} }: Call): Promise<string> {
  return (await spawnNode(args, env, false)).stdout;
}

/** The same, timed from before its start to its end. */
export async function timeNode({ args, env = {} }: Call): Promise<number> {
  const start = performance.now();
  await spawnNode(args, env, false);
  return performance.now() - start;
}

/** The same, with processor time and memory, which the process tells at its end (some 2 ms of its own time). */
export async function costOfNode({ args, env = {} }: Call): Promise<Cost> {
  const start = performance.now();
  const { stdout, told } = await spawnNode(['--require', usage, ...args], env, true);
  const milliseconds = performance.now() - start;
  const [cpu = Number.NaN, memory = Number.NaN] = told.split(' ').map(Number);
  return { milliseconds, cpuMilliseconds: cpu / 1e3, megabytes: memory / 1024, stdout };
}

async function spawnNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  tells: boolean,
): Promise<{ readonly stdout: string; readonly told: string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', tells ? 'pipe' : 'ignore'],
  });
  const closed = once(child, 'close');
  const [stdout = '', stderr = '', told = ''] = await Promise.all(child.stdio.slice(1).map(readAll));
  await closed;
  if (child.exitCode !== 0)
    throw new Error(`node ${args.join(' ')} exited with ${child.exitCode ?? 'a signal'}: ${stderr}`);
  return { stdout, told };
}

async function readAll(stream: unknown): Promise<string> {
  return stream instanceof Readable ? text(stream) : '';
}
