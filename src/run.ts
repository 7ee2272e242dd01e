import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasSwitch, normalizeArgv } from './argv.ts';
import type { Context } from './context.ts';
import { describeFailure, wantsStack } from './failure-text.ts';
import { EXIT } from './lib/errors.ts';
import type { ExitCode } from './lib/errors.ts';
import type { Program } from './package-info.ts';
import type { CommandSummary } from './root-help.ts';
import { rootHelp, topicHelp } from './root-help.ts';

/**
 * Runs one command line; returns the exit code. Everything goes to the streams of the context, errors to stderr.
 * Nothing is thrown. oclif is loaded only when there is a command to run or to explain.
 */
export async function run(argv: readonly string[], program: Program, context: Context): Promise<ExitCode> {
  const { bin, root, pkg } = program;
  const args = normalizeArgv(argv, existsSync);
  const wantsHelp = hasSwitch(args, '--help', '-h') || args[0] === 'help';
  const words = args[0] === 'help' ? args.slice(1) : args;
  const named = words.slice(0, words.findIndex((word) => word.startsWith('-')) >>> 0);
  const page = { bin, description: pkg.description };
  if (named.length === 0 && (wantsHelp || words.length === 0)) {
    context.stdout.write(rootHelp({ ...page, commands: readCommands(root) }));
    return EXIT.done;
  }
  const topic = named.join(':');
  const description = pkg.oclif.topics[topic]?.description;
  if (description !== undefined && (wantsHelp || words.length === named.length)) {
    context.stdout.write(topicHelp(topic, { bin, description, commands: readCommands(root) }));
    return EXIT.done;
  }
  const { dispatch } = await import('./dispatch.ts');
  const { exitCode, failure } = await dispatch({ words, wantsHelp, program, context });
  if (failure !== undefined) {
    context.stderr.write(describeFailure(failure, { bugs: pkg.bugs, debug: wantsStack(argv, context.env) }));
  }
  return exitCode;
}

function readCommands(root: string): readonly CommandSummary[] {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    readonly commands: Readonly<Record<string, CommandSummary>>;
  }; // generated at build time, checked to be current by the tests
  return Object.values(manifest.commands);
}
