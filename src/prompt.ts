import type { Context } from './context.ts';
import { InterruptedError, UsageError } from './lib/errors.ts';
import { visible } from './lib/output/visible.ts';

type Streams = Pick<Context, 'stdin' | 'stderr' | 'signal'>;

/** What to answer a prompt with when nobody can be asked. */
export interface Unasked {
  /** The flag to give instead, e.g. `--yes`. */
  readonly flag: string;
}

/** True when somebody can see a question and answer it. Prompts are drawn on stderr: stdout is the result. */
export function canAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY && stderr.isTTY === true;
}

/** Asks yes or no; no is the default. Throws a UsageError that names the flag when nobody can be asked. */
export async function confirm(streams: Streams, message: string, { flag }: Unasked): Promise<boolean> {
  requireTerminal(streams, message, flag);
  return (await ask(streams, { type: 'confirm', name: 'answer', message: visible(message), default: false })) === true;
}

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
}

/** Lets the user pick one from a list. Throws a UsageError that names the flag when nobody can be asked. */
export async function choose<T>(
  streams: Streams,
  message: string,
  choices: readonly Choice<T>[],
  { flag }: Unasked,
): Promise<T> {
  requireTerminal(streams, message, flag);
  const shown = choices.map(({ name }, value) => ({ name: visible(name), value }));
  const answer = await ask(streams, { type: 'select', name: 'answer', message: visible(message), choices: shown });
  const chosen = choices.find((_, index) => index === answer);
  if (chosen === undefined) throw new InterruptedError('nothing was chosen');
  return chosen.value;
}

function requireTerminal(streams: Streams, message: string, flag: string): void {
  if (canAsk(streams)) return;
  throw new UsageError(`${message} Nobody can be asked: this is not a terminal`, `give ${flag}`);
}

interface Question {
  readonly type: 'confirm' | 'select';
  readonly name: 'answer';
  readonly message: string;
  readonly default?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: number }[];
}

/** Runs one inquirer prompt; the library is loaded only now (70 ms). */
async function ask({ stdin, stderr, signal }: Streams, question: Question): Promise<unknown> {
  signal.throwIfAborted();
  const { default: inquirer } = await import('inquirer');
  const output = stderr as NodeJS.WriteStream; // canAsk found it to be a terminal
  const prompt: (questions: Question[]) => Promise<{ answer: unknown }> = inquirer.createPromptModule({
    input: stdin,
    output,
    signal,
  });
  try {
    return (await prompt([question])).answer;
  } catch (error) {
    if (error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name)) {
      throw new InterruptedError('interrupted');
    }
    throw error;
  }
}
