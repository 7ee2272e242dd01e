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
  process.on('uncaughtException', (error) => {
    defect(error, argv, program);
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const context = processContext(controller.signal);
  run(argv, program, context).then(end, (error: unknown) => {
    defect(error, argv, program);
  });
}

/** `mcs status | head` closes stdout early. That is no failure: what is under way is finished, unheard. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Ends the process once stdout has taken everything; open sockets do not hold it up. */
function end(exitCode: number): void {
  process.exitCode = exitCode;
  process.stdout.write('', () => {
    process.exit();
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
