/** A stream that text is written to; what mcs needs of process.stdout and process.stderr. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** What the process gives to a command. Tests give their own. */
export interface Context {
  readonly stdin: NodeJS.ReadStream;
  /** The result, and nothing else. */
  readonly stdout: OutputStream;
  /** Progress, prompts, warnings and errors. */
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** The context of this process, with a signal of the caller's. */
export function processContext(signal: AbortSignal): Context {
  return {
    // Opened when somebody reads it: that takes 2 ms, and hardly any command does.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal,
  };
}
