import { Chalk } from 'chalk';

/** Text styles by what they say. Colour adds to the words, it never replaces them. */
export interface Colour {
  readonly enabled: boolean;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

export interface ColourChoice {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean | undefined;
  /** `--no-color` was given. */
  readonly off?: boolean;
}

/** Whether to colour: `--no-color`, NO_COLOR, FORCE_COLOR, TERM=dumb and the stream decide, in this order. */
export function wantsColour({ env, isTTY, off = false }: ColourChoice): boolean {
  if (off || isSet(env.NO_COLOR)) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return env.TERM !== 'dumb' && isTTY === true;
}

/** The styles for one stream; all of them leave the text alone when it is not to be coloured. */
export function colour(choice: ColourChoice): Colour {
  const enabled = wantsColour(choice);
  const chalk = new Chalk({ level: enabled ? 1 : 0 }); // chalk itself ignores NO_COLOR
  return {
    enabled, // chalk's own functions join all of their arguments; these take one, so that they serve as callbacks
    good: (text) => chalk.green(text),
    warn: (text) => chalk.yellow(text),
    bad: (text) => chalk.red(text),
    dim: (text) => chalk.dim(text),
    bold: (text) => chalk.bold(text),
  };
}

export const PLAIN: Colour = colour({ env: {}, isTTY: false });

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
