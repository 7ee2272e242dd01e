import { processContext } from './context.ts';
import { EXIT } from './lib/errors.ts';
import type { Program } from './package-info.ts';
import { describeFailure, wantsStack } from './failure-text.ts';
import { run } from './run.ts';

/**
 * The process around one run: signals, closed pipes, defects, exit code. Called by `bin`; the only place that ends the
 * process.
 */
export function main(argv: readonly string[], program: Program): void {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  let lost: Error | undefined;
  process.on('uncaughtException', (error) => {
    if (error !== lost) defect(error, argv, program); // oclif throws again what happens to stdout
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `mcs status | head` closes stdout early. That is no failure: what is under way is finished, unheard.
    if (lost !== undefined || error.code === 'EPIPE') return;
    lost = error;
    process.stderr.write(outputLost(error));
  });
  process.stderr.on('error', () => undefined); // nobody is left to tell
  const context = processContext(controller.signal);
  run(argv, program, context).then(
    (exitCode) => {
      end(() => {
        // A typing error is no command to be quick at.
        if (exitCode !== EXIT.usage) program.keepCode?.();
        return lost !== undefined && exitCode === EXIT.done ? EXIT.partial : exitCode;
      });
    },
    (error: unknown) => {
      defect(error, argv, program);
    },
  );
}

/** What to say when `mcs status > file` meets a full disk. */
function outputLost({ code = 'unknown' }: NodeJS.ErrnoException): string {
  const why = code === 'ENOSPC' ? 'no space left on the device' : 'the system refuses it';
  return describeFailure(
    {
      message: `the result cannot be written to standard output: ${why} (${code})`,
      next: 'send it elsewhere and run again; changes that were made stay made',
      exitCode: EXIT.partial,
    },
    { bugs: undefined, debug: false },
  );
}

/** Ends the process once stdout has taken everything, or failed to; open sockets do not hold it up. */
function end(exitCode: () => number): void {
  process.stdout.write('', () => {
    // An error is announced after the callbacks of the writes that it spoilt.
    setImmediate(() => process.exit(exitCode()));
  });
}

/** What was thrown past all handlers. */
function defect(error: unknown, argv: readonly string[], { pkg }: Program): void {
  const stack = error instanceof Error ? error.stack : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const failure = { message, exitCode: EXIT.partial, defect: true, ...(stack === undefined ? {} : { stack }) };
  process.stderr.write(describeFailure(failure, { bugs: pkg.bugs, debug: wantsStack(argv, process.env) }));
  process.exit(EXIT.partial);
}
