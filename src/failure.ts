import { EXIT, McsError, NothingUsableError } from './lib/errors.ts';
import type { ExitCode } from './lib/errors.ts';
import { nearestNames } from './lib/api/nearest.ts';

/** What the user is told about something that was thrown, and how the process ends. */
export interface Failure {
  /** One line without `error:`; absent when there is nothing to say. */
  readonly message?: string;
  readonly next?: string | undefined;
  /** What led to it, a line each with its own next step; told before the message. */
  readonly causes?: readonly { readonly message: string; readonly next?: string | undefined }[];
  readonly exitCode: ExitCode;
  /** True for what is not the user's or a cluster's doing. */
  readonly defect?: boolean;
}

export interface Circumstances {
  /** `mcs` or `kubectl mcs`. */
  readonly bin: string;
  /** Words of the command, e.g. `export svc`; empty when none was found. */
  readonly command: string;
  /** Flags of that command, without dashes. */
  readonly flags: readonly string[];
  /** A signal has ended the run. */
  readonly interrupted: boolean;
}

/**
 * Explains whatever was thrown. A defect ends with 3: how much was done by then is not known, and neither 1 (an answer)
 * nor 2 (the user's mistake) would be true.
 */
export function explain(error: unknown, at: Circumstances): Failure {
  if (error instanceof McsError) {
    const next = error.next ?? (error.exitCode === EXIT.usage ? helpHint(at) : undefined);
    const failure = { message: parserMessage(error.message), next, exitCode: error.exitCode };
    if (!(error instanceof NothingUsableError) || error.causes.length === 0) return failure;
    const causes = error.causes.map(({ cluster, message, next: step }) => ({
      message: oneLine(`${cluster}: ${message}`),
      next: step,
    }));
    return { ...failure, causes };
  }
  if (at.interrupted || (error instanceof Error && error.name === 'ExitPromptError')) {
    return { message: 'interrupted', exitCode: EXIT.interrupted };
  }
  const mistake = parserMistake(error, at);
  if (mistake !== undefined) return mistake;
  return {
    message: oneLine(error instanceof Error ? error.message : String(error)),
    exitCode: EXIT.partial,
    defect: true,
  };
}

/** oclif's own errors: the command line could not be parsed. Known by the fields that its classes have. */
function parserMistake(error: unknown, at: Circumstances): Failure | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  if ('code' in error && error.code === 'MODULE_NOT_FOUND') return undefined; // a part of mcs is missing
  const unknown = 'flags' in error && Array.isArray(error.flags) ? error.flags.map(String) : [];
  if (unknown.length > 0) {
    const close = unknown.flatMap((flag) => nearestNames(at.flags, flag.replace(/^-+/, '').replace(/=.*/, '')));
    const next = close.length > 0 ? `did you mean ${close.map((flag) => `--${flag}`).join(', ')}?` : helpHint(at);
    return { message: `unknown flag ${unknown.join(', ')}`, next, exitCode: EXIT.usage };
  }
  const missing = 'args' in error && Array.isArray(error.args) ? error.args.map(argumentName) : [];
  if (missing.length > 0 && error.message.startsWith('Missing ')) {
    return { message: `missing argument ${missing.join(', ')}`, next: helpHint(at), exitCode: EXIT.usage };
  }
  return { message: parserMessage(error.message), next: helpHint(at), exitCode: EXIT.usage };
}

function argumentName(argument: unknown): string {
  const named = typeof argument === 'object' && argument !== null && 'name' in argument;
  return named ? String(argument.name).toUpperCase() : '';
}

/** The parser's message on one line, without the texts that it puts around errors thrown while parsing a flag. */
function parserMessage(message: string): string {
  const bare = message
    .replace(/\nSee more help with --help/g, '')
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^The following errors? occurred:\s*/, '');
  return oneLine(bare.replace(/\n\nNote: .*/s, ''));
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '; ');
}

function helpHint({ bin, command }: Circumstances): string {
  return `see ${[bin, command, '--help'].filter((word) => word !== '').join(' ')}`;
}
