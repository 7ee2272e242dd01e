import type { RunResult } from '../kube/run.ts';
import { mcs as run } from './mcs.ts';

/** Runs the built program to its end, without progress, with these kubeconfigs. */
export function mcs(kubeconfigs: string | readonly string[], ...args: readonly string[]): Promise<RunResult> {
  const kubeconfig = typeof kubeconfigs === 'string' ? kubeconfigs : kubeconfigs.join(':');
  return run([...args, '--quiet'], { kubeconfig, env: { DEBUG: '' } });
}

/** Runs it and parses the document it prints; throws when it printed none. */
export async function document(kubeconfigs: string | readonly string[], ...args: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await mcs(kubeconfigs, ...args, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}
