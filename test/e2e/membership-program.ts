import { join } from 'node:path';
import { temporaryFolder } from '../kube/daemon.ts';
import { run, type RunResult } from '../kube/run.ts';

const BIN = join(import.meta.dirname, '../../bin/mcs.cjs');

/** Runs the built program to its end, without progress, with kubeconfigs and nothing of the user's. */
export function mcs(kubeconfigs: string | readonly string[], ...args: readonly string[]): Promise<RunResult> {
  const KUBECONFIG = typeof kubeconfigs === 'string' ? kubeconfigs : kubeconfigs.join(':');
  const HOME = temporaryFolder('home');
  return run(process.execPath, [BIN, ...args, '--quiet'], { env: { KUBECONFIG, HOME, NO_COLOR: '1', DEBUG: '' } });
}

/** Runs it and parses the document it prints; throws when it printed none. */
export async function document(kubeconfigs: string | readonly string[], ...args: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await mcs(kubeconfigs, ...args, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}
