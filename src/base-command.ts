import { Command } from '@oclif/core/command';
import type { Context } from './context.ts';
import { processContext } from './context.ts';
import type { OutputFormat } from './flags.ts';
import { globalFlags } from './flags.ts';
import type { Group } from './groups.ts';
import { hasSwitch } from './argv.ts';
import { EXIT } from './lib/errors.ts';
import type { ExitCode } from './lib/errors.ts';
import { colour } from './lib/output/colour.ts';
import type { Colour } from './lib/output/colour.ts';
import { renderDocument } from './lib/output/document.ts';
import { createProgress } from './lib/output/progress.ts';
import type { Progress } from './lib/output/progress.ts';
import { visible } from './lib/output/visible.ts';
import { choose, confirm } from './prompt.ts';
import type { Choice, Unasked } from './prompt.ts';

/** How a text view is to look. `width` is the terminal's; absent when the output is piped, and then nothing is cut. */
export interface TextOptions {
  readonly wide: boolean;
  readonly width: number | undefined;
  readonly colour: Colour;
}

/** The ways to show one result. */
export interface View {
  /** `kind` of the JSON or YAML document. */
  readonly kind: string;
  /** The action's result: the document's fields, without display values. */
  readonly result: object;
  /** For `-o table` and `-o wide`; ends with a newline, or is empty. */
  readonly text: (options: TextOptions) => string;
  /** Lines of `-o name`, in the form `kind.group/name`. */
  readonly names?: () => readonly string[];
}

/** Every command of mcs: flags in, one action, a view out. Errors are thrown; `run.ts` prints them and ends the run. */
export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags;
  static override enableJsonFlag = false; // `-o json` it is
  /** Chapter of `mcs --help`. */
  static group: Group = 'Other';

  /** Streams, environment and signal. Set by `run.ts`; this default serves tests that build a command themselves. */
  context: Context = processContext(new AbortController().signal);
  /** How the process ends when nothing is thrown. */
  exitCode: ExitCode = EXIT.done;

  abstract override run(): Promise<object>;

  /** Runs the command; returns its exit code. What it throws is for the caller to explain. */
  async execute(): Promise<ExitCode> {
    await this._run();
    return this.exitCode;
  }

  /** Rethrows: oclif would set process.exitCode here. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }

  /** Aborted by Ctrl-C or SIGTERM. Give it to every action. */
  protected get signal(): AbortSignal {
    return this.context.signal;
  }

  /** Says how the run ends though nothing was thrown, e.g. `EXIT.partial`. */
  protected endWith(code: ExitCode): void {
    this.exitCode = code;
  }

  /** Writes the result to stdout in the format asked for. */
  protected async print(format: OutputFormat, view: View): Promise<void> {
    const { stdout } = this.context;
    if (format === 'json' || format === 'yaml') {
      stdout.write(await renderDocument(view.kind, view.result, format));
    } else if (format === 'name') {
      stdout.write((view.names?.() ?? []).map((name) => `${visible(name)}\n`).join(''));
    } else {
      stdout.write(view.text(this.textOptions(format === 'wide')));
    }
  }

  /** The look of text on stdout. */
  protected textOptions(wide = false): TextOptions {
    const { stdout } = this.context;
    return { wide, width: stdout.isTTY === true ? stdout.columns : undefined, colour: this.colourOf(stdout) };
  }

  /** A line on stderr that starts with `warning:`. */
  override warn<T extends string | Error>(input: T): T {
    const { stderr } = this.context;
    const text = typeof input === 'string' ? input : input.message;
    stderr.write(`${this.colourOf(stderr).warn('warning:')} ${visible(text)}\n`);
    return input;
  }

  /** A line on stderr, as it is. */
  protected note(line: string): void {
    this.context.stderr.write(`${visible(line)}\n`);
  }

  protected progress(flags: { readonly quiet: boolean }): Progress {
    return createProgress(this.context.stderr, { quiet: flags.quiet });
  }

  /** Asks yes or no on stderr; no terminal is a UsageError naming the flag. */
  protected confirm(message: string, unasked: Unasked = { flag: '--yes' }): Promise<boolean> {
    return confirm(this.context, message, unasked);
  }

  /** Lets the user choose on stderr; no terminal is a UsageError naming the flag. */
  protected choose<T>(message: string, choices: readonly Choice<T>[], unasked: Unasked): Promise<T> {
    return choose(this.context, message, choices, unasked);
  }

  private colourOf(stream: { readonly isTTY?: boolean | undefined }): Colour {
    const off = hasSwitch(this.argv, '--no-color');
    return colour({ env: this.context.env, isTTY: stream.isTTY, off });
  }
}
