import { ClusterError } from '../../errors.ts';
import type { ClusterErrorReason } from '../../errors.ts';

interface Failure {
  readonly what: string;
  readonly reason: ClusterErrorReason;
  readonly next: string;
}

/** What the system's error codes mean for a directory of manifests. */
const FAILURES: Readonly<Record<string, Failure>> = {
  EACCES: { what: 'permission denied', reason: 'forbidden', next: 'give yourself the right to write there' },
  EPERM: { what: 'not permitted', reason: 'forbidden', next: 'give yourself the right to write there' },
  EROFS: {
    what: 'the file system is read-only',
    reason: 'forbidden',
    next: 'copy the directory to a place that can be written',
  },
  ENOSPC: { what: 'no space left on the disk', reason: 'failed', next: 'free some space and run again' },
  EDQUOT: { what: 'the disk quota is used up', reason: 'failed', next: 'free some space and run again' },
  ENOENT: { what: 'does not exist', reason: 'failed', next: 'restore the directory and run again' },
  ENOTDIR: { what: 'is a file where a folder is needed', reason: 'failed', next: 'move it away' },
  EEXIST: { what: 'is a file where a folder is needed', reason: 'failed', next: 'move it away' },
  EISDIR: { what: 'is a folder where a file is needed', reason: 'failed', next: 'move it away' },
  ELOOP: { what: 'its symbolic links form a loop', reason: 'failed', next: 'remove the link' },
  ENAMETOOLONG: { what: 'the path is too long', reason: 'failed', next: 'move the directory to a shorter path' },
  EMFILE: { what: 'too many open files', reason: 'failed', next: 'raise the limit (ulimit -n)' },
  EIO: { what: 'the system reports an input/output error', reason: 'failed', next: 'check the disk' },
};

/** What a file system error says, in words: `permission denied (EACCES)`. */
export function describeError(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const what = FAILURES[code]?.what;
  return what === undefined ? `the system reports ${code}` : `${what} (${code})`;
}

/** A write that failed, as an error of the cluster: path, what happened, what to do. */
export function writeFailure(cluster: string, path: string, error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  const { reason, next } = FAILURES[codeOf(error) ?? ''] ?? {
    reason: 'failed' as const,
    next: 'check the path and run again',
  };
  return new ClusterError(cluster, reason, `cannot write ${path}: ${describeError(error)}`, next, { cause: error });
}

/** The `code` of a system error (`ENOENT`), if it is one. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
