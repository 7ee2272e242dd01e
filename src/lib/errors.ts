/** Exit codes: the one table; help prints it, commands and errors use it. */
export const EXIT = {
  done: 0,
  negative: 1,
  usage: 2,
  partial: 3,
  nothing: 4,
  timeout: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code means, in the order of the table. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.done, 'done, or nothing found'],
  [EXIT.negative, 'a negative answer: findings at or above --fail-on, a diff'],
  [EXIT.usage, 'usage or configuration'],
  [EXIT.partial, 'partial: some clusters not readable, or some writes failed'],
  [EXIT.nothing, 'nothing usable: no cluster matched or answered'],
  [EXIT.timeout, 'timed out waiting'],
  [EXIT.interrupted, 'interrupted'],
];

/**
 * The closed family of errors a user can meet: each says what happened, what to do next, and how the process ends.
 * Anything else that is thrown is a defect of mcs.
 */
export abstract class McsError extends Error {
  abstract readonly exitCode: ExitCode;
  /** What to do about it: a command to type or a thing to change. One line. */
  readonly next: string | undefined;

  constructor(message: string, next?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.next = next;
  }
}

/** The call cannot be carried out as it was typed. */
export class UsageError extends McsError {
  readonly exitCode = EXIT.usage;
}

/** A kubeconfig, manifest or other input file is wrong; the message carries file and line. */
export class ConfigError extends McsError {
  readonly exitCode = EXIT.usage;
}

/** The action was refused because of what the clusters hold; nothing was written. */
export class RefusedError extends McsError {
  readonly exitCode = EXIT.negative;
}

/** Some of the work was done; the message says what was not. */
export class PartialError extends McsError {
  readonly exitCode = EXIT.partial;
}

/** No cluster matched, or none answered. */
export class NothingUsableError extends McsError {
  readonly exitCode = EXIT.nothing;
  /** Why each cluster is of no use, when there are several. */
  readonly causes: readonly ClusterError[];

  constructor(
    message: string,
    next?: string,
    options: ErrorOptions & { readonly causes?: readonly ClusterError[] } = {},
  ) {
    super(message, next, options);
    this.causes = options.causes ?? [];
  }
}

/** The user or a signal ended the run. */
export class InterruptedError extends McsError {
  readonly exitCode = EXIT.interrupted;
}

/**
 * Why one cluster did not do what was asked. `unreachable`: no connection, or DNS, TLS; `timeout`: no answer in time;
 * `unauthorized`: 401 or no usable credentials; `forbidden`: 403; `not-served`: the kind does not exist there;
 * `conflict`: another field manager owns it; `terminating`: its namespace is being deleted; `rejected`: the server or
 * admission refused the object; `failed`: 5xx and all else; `user-file`: it lives in a file that mcs may not rewrite;
 * `malformed`: what was read is not what its kind says.
 */
export type ClusterErrorReason =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'not-served'
  | 'conflict'
  | 'terminating'
  | 'rejected'
  | 'failed'
  | 'user-file'
  | 'malformed';

/** One cluster failed; the others are served. The message is one line without the cluster's name. */
export class ClusterError extends McsError {
  readonly exitCode = EXIT.partial;
  readonly cluster: string;
  readonly reason: ClusterErrorReason;

  constructor(cluster: string, reason: ClusterErrorReason, message: string, next?: string, options?: ErrorOptions) {
    super(message, next, options);
    this.cluster = cluster;
    this.reason = reason;
  }
}
