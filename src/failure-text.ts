import { hasSwitch } from './argv.ts';
import type { Failure } from './failure.ts';

export interface FailureTextOptions {
  /** Where to report a defect. */
  readonly bugs: string | undefined;
  /** Show the stack of a defect. */
  readonly debug: boolean;
}

/** The lines on stderr about a failure: `error:`, `next:`, and for a defect where to report it. */
export function describeFailure(
  { message, next, defect = false, stack }: Failure & { readonly stack?: string },
  { bugs, debug }: FailureTextOptions,
): string {
  return [
    message === undefined ? '' : `error: ${message}\n`,
    next === undefined ? '' : `next: ${next}\n`,
    defect
      ? `this is a defect of mcs, please report it${bugs === undefined ? '' : ` at ${bugs}`}; --debug shows the stack\n`
      : '',
    defect && debug && stack !== undefined ? `${stack}\n` : '',
  ].join('');
}

/** True with `--debug` or DEBUG. */
export function wantsStack(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  return hasSwitch(argv, '--debug') || (env.DEBUG ?? '') !== '';
}
