import type { Remark, Step, Verdict } from '../actions/explain-service.ts';
import type { Colour } from './colour.ts';
import { short } from './short.ts';
import { some } from './some.ts';
import { visible } from './visible.ts';
import { wrap } from './wrap.ts';

export interface StepStyle {
  readonly wide: boolean;
  readonly width: number;
  readonly colour: Colour;
}

const WORDS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warn: 'WARN',
  fail: 'FAIL',
  unknown: 'UNKNOWN',
  skipped: 'skipped',
};

export function verdictWord(verdict: Verdict): string {
  return WORDS[verdict];
}

/** Holds words together while lines are broken. */
const NO_BREAK = '\u00a0';
const ROOT = `  <-${NO_BREAK}root${NO_BREAK}cause`;

const INDENT = ' '.repeat(13);

/** Names of clusters before a message that not all share. */
const MOST_MESSAGES = 4;

/**
 * One step of clusters that fare alike.
 * @param isRoot the chain broke here
 */
export function stepLines(same: readonly [Step, ...Step[]], style: StepStyle, isRoot: boolean): readonly string[] {
  const [step] = same;
  const { number, verdict, code, rule, remarks } = step;
  const { colour, wide, width } = style;
  const start = `${number} ${step.step.padEnd(9)}  `;
  const word = WORDS[verdict].padEnd(7);
  const text = `${code === undefined ? '' : `${code}  `}${messageOf(same, wide)}${isRoot ? ROOT : ''}`;
  const [first = '', ...rest] = wrap(`${start}${word}  `, text, width).map((line) => line.replaceAll(NO_BREAK, ' '));
  return [
    `${start}${paint(verdict, colour)(word)}${first.slice(start.length + word.length)}`,
    ...rest,
    ...(wide || isRoot
      ? [...readLines(same, style), ...wrap(`${INDENT}rule: `, `${rule.text} (${rule.source})`, width)]
      : []),
    ...remarks.flatMap((remark) => remarkLines(remark, style)),
  ];
}

function messageOf(same: readonly [Step, ...Step[]], wide: boolean): string {
  const messages = new Set(same.map(({ message }) => message));
  if (messages.size === 1) return same[0].message;
  const each = same.map(({ message, reads }) => `${reads[0]?.cluster ?? ''} ${message}`.trim());
  return wide ? each.join('; ') : some(each, MOST_MESSAGES);
}

/** What a root cause was read from mostly comes first. */
const MOST_READS = 3;

/** What was read, each value once with the clusters that have it. */
function readLines(same: readonly Step[], { wide, width }: StepStyle): readonly string[] {
  const found = new Map<string, Set<string>>();
  for (const { cluster, object, field, value } of same.flatMap(({ reads }) => reads)) {
    const line = `${object} ${field}: ${short(value)}`;
    found.set(line, (found.get(line) ?? new Set()).add(cluster));
  }
  const shown = wide ? [...found] : [...found].slice(0, MOST_READS);
  return shown.flatMap(([line, clusters]) => {
    const names = wide ? [...clusters].join(', ') : some([...clusters]);
    return wrap(`${INDENT}read: `, `${names}: ${line}`, width);
  });
}

/** A remark of a step, and what to do about it. */
export function remarkLines({ verdict, code, cluster, message, fix }: Remark, style: StepStyle): readonly string[] {
  const { colour, width } = style;
  const word = verdict === 'info' ? 'note' : WORDS[verdict];
  const head = [code ?? '', cluster === undefined ? '' : `${cluster}:`, message]
    .filter((part) => part !== '')
    .join(' ');
  const [first = '', ...rest] = wrap(`${INDENT}${word} `, head, width);
  const painted = verdict === 'info' ? word : paint(verdict, colour)(word);
  return [
    `${INDENT}${painted}${first.slice(INDENT.length + word.length)}`,
    ...rest,
    ...(fix === undefined
      ? []
      : fix.kind === 'doc'
        ? wrap(`${INDENT}  next: `, fix.text, width)
        : [`${INDENT}  next: ${visible(fix.text)}`]),
  ];
}

function paint(verdict: Verdict, colour: Colour): (text: string) => string {
  if (verdict === 'ok') return colour.good;
  if (verdict === 'fail') return colour.bad;
  return verdict === 'skipped' ? colour.dim : colour.warn;
}
