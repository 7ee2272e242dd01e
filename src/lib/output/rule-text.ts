import type { RuleInfo } from '../validate/finding.ts';
import type { Colour } from './colour.ts';
import { renderTable } from './table.ts';
import { visible } from './visible.ts';

/** `kind` of the document of `mcs validate --list -o json`; its field is `rules`. */
export const RULES_KIND = 'ValidationRules';

/** Columns of running text, where the terminal does not say otherwise. */
const WIDTH = 80;
const LABEL_WIDTH = 10;

/** The rules as a table. */
export function ruleTable(rules: readonly RuleInfo[], options: { readonly width: number | undefined }): string {
  return renderTable(
    rules,
    [
      { header: 'CODE', value: ({ code }) => code, whole: true },
      { header: 'SEVERITY', value: ({ severity }) => severity, whole: true },
      { header: 'TITLE', value: ({ title }) => title, whole: true },
      { header: 'SUMMARY', value: ({ summary }) => summary },
    ],
    options,
  );
}

/** One rule for somebody who has met its code: what is wrong, why it matters, how to mend it. Offline. */
export function ruleText(
  rule: RuleInfo,
  options: { readonly width: number | undefined; readonly colour: Colour },
): string {
  const { code, title, severity, summary, looksAt, why, mend, source } = rule;
  const width = Math.max(40, Math.min(options.width ?? WIDTH, 100));
  const parts = [
    ['looks at', looksAt],
    ['why', why],
    ['mend', mend],
    ['source', source],
  ] as const;
  const lines = parts.flatMap(([label, text]) =>
    wrap(text, width - LABEL_WIDTH).map((line, index) => (index === 0 ? `${label}:` : '').padEnd(LABEL_WIDTH) + line),
  );
  const head = `${options.colour.bold(code)} ${visible(title)} (${severity})`;
  return [head, '', ...wrap(summary, width), '', ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** Text in lines of at most so many characters, broken between words; line breaks of its own stay. */
function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of visible(paragraph).split(/ +/)) {
      const last = lines.at(-1);
      if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = `${last} ${word}`;
    }
    return lines;
  });
}
