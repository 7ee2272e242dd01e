import * as Flags from '@oclif/core/flags';
import { resolve } from 'node:path';
import { UsageError } from './lib/errors.ts';
import { VALIDATION_FORMATS, type ValidationFormat } from './lib/output/validation-formats.ts';
import { SEVERITIES, type Severity } from './lib/validate/finding.ts';
import { FAIL_ON } from './lib/validate/summary.ts';

const repeatable = { multiple: true, multipleNonGreedy: true } as const;

/** Flags of `mcs validate`, besides those that choose clusters. */
export const validateFlags = {
  output: Flags.string({
    ...repeatable,
    char: 'o',
    helpValue: 'FORMAT[=FILE]',
    summary: `Format of the result, and the file for it: ${VALIDATION_FORMATS.join(', ')}; text by default. Repeatable.`,
  }),
  'fail-on': Flags.option({
    options: FAIL_ON,
    default: 'error',
    helpValue: FAIL_ON.join('|'),
    summary: 'End with exit code 1 from this severity on.',
  })(),
  strict: Flags.boolean({ default: false, summary: 'Fail also on what could not be found out.' }),
  severity: Flags.string({
    ...repeatable,
    helpValue: 'CODE=SEVERITY',
    summary: 'Give a rule another severity: error, warning or info. Repeatable.',
  }),
  suppress: Flags.string({
    ...repeatable,
    helpValue: 'CODE[=NAMESPACE/NAME]',
    summary: 'Findings that are not to count; * stands for any letters. Repeatable.',
  }),
  baseline: Flags.string({ helpValue: 'FILE', summary: 'Findings in this file do not count: only new ones fail.' }),
  'write-baseline': Flags.string({
    helpValue: 'FILE',
    summary: 'Write the findings of this run into a file for --baseline.',
  }),
  list: Flags.boolean({ default: false, summary: 'List the rules and validate nothing.' }),
};

/** One `-o`. */
export interface Output {
  readonly format: ValidationFormat;
  /** Absent: stdout. */
  readonly file?: string;
}

const FORMATS = `give one of ${VALIDATION_FORMATS.join(', ')}, or FORMAT=FILE`;

/**
 * `-o text -o sarif=mcs.sarif`: at most one goes to stdout, which `=-` names too. Nothing given is text on stdout; with
 * files alone stdout stays empty.
 * @throws UsageError
 */
export function parseOutputs(values: readonly string[] = []): readonly Output[] {
  if (values.length === 0) return [{ format: 'text' }];
  const outputs = values.map(parseOutput);
  const [first, second] = outputs.filter(({ file }) => file === undefined);
  if (first !== undefined && second !== undefined) {
    const message = `-o ${first.format} and -o ${second.format} both go to stdout`;
    throw new UsageError(message, `give one of them a file: -o ${second.format}=FILE`);
  }
  return outputs;
}

function parseOutput(value: string): Output {
  const at = value.indexOf('=');
  const name = at < 0 ? value : value.slice(0, at);
  const format = VALIDATION_FORMATS.find((each) => each === name);
  if (format === undefined) throw new UsageError(`-o ${value}: "${name}" is no format`, FORMATS);
  const file = at < 0 ? '-' : value.slice(at + 1);
  if (file === '') throw new UsageError(`-o ${value} names no file`, FORMATS);
  return file === '-' ? { format } : { format, file };
}

/**
 * The files that a run writes, each once.
 * @throws UsageError when two results would go to one file
 */
export function filesToWrite(outputs: readonly Output[], baseline?: string): readonly string[] {
  const files = [...outputs.map(({ file }) => file), baseline].filter((file) => file !== undefined);
  const seen = new Set<string>();
  for (const file of files) {
    if (seen.has(resolve(file))) throw new UsageError(`two results go to ${file}`, 'give each a file of its own');
    seen.add(resolve(file));
  }
  return files;
}

/**
 * `CODE=SEVERITY`, as a map. What could not be found out stays unknown, whatever its rule's severity.
 * @throws UsageError
 */
export function parseSeverities(values: readonly string[] = []): ReadonlyMap<string, Severity> {
  const choices = SEVERITIES.filter((severity) => severity !== 'unknown');
  const next = `give --severity CODE=SEVERITY, e.g. MCS203=error; severities are ${choices.join(', ')}`;
  return new Map(
    values.map((value) => {
      const [, code, word] = /^(MCS\d{3})=(\w+)$/i.exec(value) ?? [];
      const severity = choices.find((choice) => choice === word);
      if (code === undefined || severity === undefined) {
        throw new UsageError(`--severity ${value} is no code and severity`, next);
      }
      return [code.toUpperCase(), severity];
    }),
  );
}
