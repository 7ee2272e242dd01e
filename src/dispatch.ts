import { Config } from '@oclif/core/config';
import { BaseCommand } from './base-command.ts';
import type { Context } from './context.ts';
import { explain } from './failure.ts';
import type { Failure } from './failure.ts';
import { EXIT, UsageError } from './lib/errors.ts';
import type { ExitCode } from './lib/errors.ts';
import { nearestNames } from './lib/api/nearest.ts';
import { visible } from './lib/output/visible.ts';
import type { Program } from './package-info.ts';

interface Call {
  /** The command line without a leading `help`. */
  readonly words: readonly string[];
  readonly wantsHelp: boolean;
  readonly program: Program;
  readonly context: Context;
}

interface Outcome {
  readonly exitCode: ExitCode;
  readonly failure?: Failure & { readonly stack?: string };
}

/** Finds the command with oclif, then runs it or shows its help. */
export async function dispatch({ words, wantsHelp, program, context }: Call): Promise<Outcome> {
  let command = '';
  let flags: readonly string[] = [];
  try {
    const config = await Config.load({ root: program.root, pjson: program.pkg });
    config.bin = program.bin;
    const { id, rest } = findCommand(config, words);
    command = id.replaceAll(':', ' ');
    const found = config.findCommand(id, { must: true });
    flags = Object.keys(found.flags);
    if (wantsHelp) {
      const { AlignedHelp } = await import('./command-help.ts');
      await new AlignedHelp(config, { ...config.pjson.oclif.helpOptions }).showCommandHelp(found);
      return { exitCode: EXIT.done };
    }
    const CommandClass: unknown = await (program.loadCommand?.(ownName(config, id)) ?? found.load());
    if (!isCommand(CommandClass)) throw new Error(`command ${command} does not extend BaseCommand`);
    const instance = new CommandClass(rest, config);
    instance.context = context;
    return { exitCode: await instance.execute() };
  } catch (error) {
    const interrupted = context.signal.aborted;
    const failure = explain(error, { bin: program.bin, command, flags, interrupted });
    const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
    return { exitCode: failure.exitCode, failure: { ...failure, ...stack } };
  }
}

function isCommand(loaded: unknown): loaded is new (argv: string[], config: Config) => BaseCommand {
  return typeof loaded === 'function' && loaded.prototype instanceof BaseCommand;
}

/** The id that a command has besides its aliases: under an alias oclif keeps a copy whose id is the alias. */
function ownName(config: Config, id: string): string {
  const others = ({ aliases, hiddenAliases }: Config['commands'][number]): readonly string[] => [
    ...aliases,
    ...hiddenAliases,
  ];
  const own = config.commands.find((each) => others(each).includes(id) && !others(each).includes(each.id));
  return own?.id ?? id;
}

/** The longest row of leading words that is a command, and the arguments after it. */
function findCommand(config: Config, words: readonly string[]): { readonly id: string; readonly rest: string[] } {
  const flag = words.findIndex((word) => word.startsWith('-'));
  for (let count = flag === -1 ? words.length : flag; count > 0; count--) {
    const id = words.slice(0, count).join(':');
    if (config.findCommand(id) !== undefined) return { id, rest: words.slice(count) };
  }
  throw unknownCommand(config, words);
}

function unknownCommand(config: Config, words: readonly string[]): UsageError {
  const flag = words.findIndex((word) => word.startsWith('-'));
  const named = flag === -1 ? words : words.slice(0, flag);
  const [first = ''] = words;
  if (named.length === 0) {
    return new UsageError(`flags follow the command, found ${visible(first)} first`, `see ${config.bin} --help`);
  }
  const known = config.commands
    .filter(({ id, hidden, aliases }) => !hidden && !aliases.includes(id))
    .map(({ id }) => id.replaceAll(':', ' '));
  const typed = named.slice(0, 2).join(' ');
  const below = known.filter((id) => id.startsWith(`${first} `));
  const close = nearestNames(known, typed).concat(nearestNames(known, first), below);
  const shown = below.length > 0 ? typed : first;
  return new UsageError(
    `unknown command ${visible(shown)}`,
    close.length > 0 ? `did you mean ${[...new Set(close)].slice(0, 3).join(', ')}?` : `see ${config.bin} --help`,
  );
}
