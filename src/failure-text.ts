import { hasSwitch } from './argv.ts';
import type { Failure } from './failure.ts';
import { visible } from './lib/output/visible.ts';

export interface FailureTextOptions {
  /** Where to report a defect. */
  readonly bugs: string | undefined;
  /** Show the stack of a defect. */
  readonly debug: boolean;
}

/**
 * The lines on stderr about a failure: `error:`, `next:`, and for a defect where to report it. Messages hold names from
 * files and clusters, so control characters in them are made visible.
 */
export function describeFailure(
  { message, next, causes = [], defect = false, stack }: Failure & { readonly stack?: string },
  { bugs, debug }: FailureTextOptions,
): string {
  const line = (start: string, text: string | undefined): string =>
    text === undefined ? '' : `${start} ${visible(text)}\n`;
  return [
    ...causes.map((cause) => line('error:', cause.message) + line('  next:', cause.next)),
    line('error:', message),
    line('next:', next),
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
