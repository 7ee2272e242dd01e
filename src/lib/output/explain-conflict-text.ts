import type { ConflictExplanation, FieldExplanation, WhatIf } from '../actions/explain-conflict.ts';
import { type ExplainTextOptions, fixLines, widthOf } from './explain-text.ts';
import { type StepStyle, remarkLines } from './explain-steps.ts';
import { short } from './short.ts';
import { some } from './some.ts';
import { visible } from './visible.ts';
import { wrap } from './wrap.ts';

/** The fields on which clusters do not agree, each cluster's word and what is used; then what each of them could do. */
export function explainConflictText(result: ConflictExplanation, options: ExplainTextOptions): string {
  const { wide, colour } = options;
  const style: StepStyle = { wide, colour, width: widthOf(options) };
  const open = result.fields.filter(({ conflict }) => conflict);
  const parts = [
    ...open.map((field) => conflictLines(field, style)),
    agreedLines(result, style),
    fragileLines(result, style),
    whatIfLines(result, style),
    result.remarks.flatMap((remark) => remarkLines(remark, style)).map((line) => line.replace(/^ {13}/, '')),
    result.causes.flatMap(({ code, message, fixes, verdict }) => [
      ...wrap(
        verdict === 'fail' ? 'root cause ' : 'not known ',
        `${code === undefined ? '' : `${code} `}${message}`,
        style.width,
        2,
      ),
      ...fixes.flatMap(({ kind, text }) => fixLines(kind, text, style.width)),
    ]),
    wrap('', summary(result), style.width, 2),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function conflictLines(
  { field, code, used = 'unset', winner, why, says, fixes }: FieldExplanation,
  style: StepStyle,
): readonly string[] {
  const { colour, width, wide } = style;
  const word = 'CONFLICT';
  const head = `${code === undefined ? '' : `${code} `}${field}: using ${short(used)} of ${winner} (${why})`;
  const [first = '', ...rest] = wrap(`${word} `, head, width, 2);
  const shown = wide ? fixes : fixes.slice(0, 6);
  return [
    colour.bad(word) + first.slice(word.length),
    ...rest,
    ...wordLines(says, style),
    ...shown.flatMap(({ kind, text }) => fixLines(kind, text, width)),
    ...(shown.length < fixes.length ? [`  and ${fixes.length - shown.length} more; -o wide shows all`] : []),
  ];
}

/** Clusters of one word on one line. */
function wordLines(says: FieldExplanation['says'], { colour, wide, width }: StepStyle): readonly string[] {
  const found = new Map<string, { readonly names: string[]; readonly value: string; readonly disagrees: boolean }>();
  for (const { cluster, value, disagrees } of says) {
    const key = JSON.stringify([value, disagrees]);
    const entry = found.get(key) ?? { names: [], value, disagrees };
    entry.names.push(cluster);
    found.set(key, entry);
  }
  const rows = [...found.values()].map((row) => ({
    ...row,
    who: visible(wide ? row.names.join(', ') : some(row.names)),
  }));
  const column = Math.min(24, Math.max(...rows.map(({ who }) => who.length)));
  return rows.flatMap(({ who, value, disagrees }) => {
    const text = `${short(value)}${disagrees ? '  (disagrees)' : ''}`;
    const lines = wrap(`  ${who.padEnd(column)}  `, text, width, column + 4);
    return disagrees ? lines.map((line) => colour.warn(line)) : lines;
  });
}

function agreedLines({ fields, exports }: ConflictExplanation, { wide, width }: StepStyle): readonly string[] {
  const agreed = fields.filter(({ conflict, used }) => !conflict && used !== undefined);
  if (agreed.length === 0) return [];
  const shown = wide ? agreed : agreed.filter(({ used }) => used !== 'unset' && used !== 'none');
  const word = exports.length === 1 ? 'given: ' : 'agreed: ';
  return wrap(word, shown.map(({ field, used = '' }) => `${field} ${short(used)}`).join('; '), width, 2);
}

function fragileLines(
  { fragile, winner = '', why = '', conflicts }: ConflictExplanation,
  { colour, width }: StepStyle,
): readonly string[] {
  if (fragile === undefined || conflicts === 0) return [];
  const [first = '', ...rest] = wrap(
    'WARN ',
    `${fragile} ${winner} may not stay the one that decides: ${why}`,
    width,
    2,
  );
  return [colour.warn('WARN') + first.slice(4), ...rest];
}

/** Both ways of one cluster out of a conflict, as one where they come to the same. */
function whatIfLines({ whatIf, winner: now }: ConflictExplanation, { width }: StepStyle): readonly string[] {
  const found = new Map<string, { ways: string[]; each: WhatIf }>();
  for (const each of whatIf) {
    const { cluster, change, winner, changes, conflicts } = each;
    const key = JSON.stringify([cluster, winner, changes, conflicts]);
    const entry = found.get(key) ?? { ways: [], each };
    entry.ways.push(change === 'agrees' ? `said what ${each.with ?? ''} says` : 'did not export it');
    found.set(key, entry);
  }
  return [...found.values()].flatMap(({ ways, each: { cluster, winner, changes, conflicts } }) => {
    const head = `if ${cluster} ${ways.join(', or ')}: `;
    if (winner === undefined) return wrap(head, 'nobody would, and the imports go', width, 2);
    const left = conflicts.length === 0 ? 'no conflict' : `still in conflict on ${conflicts.join(', ')}`;
    const values = changes.map(({ field, from, to }) => `${field} ${short(from)} -> ${short(to)}`);
    const decides = winner === now ? '' : `${winner} decides; `;
    return wrap(head, `${decides}${left}; ${values.length === 0 ? 'the same is used' : values.join('; ')}`, width, 2);
  });
}

function summary({
  namespace,
  name,
  clusterset,
  conflicts,
  exports,
  winner,
  why,
  verdict,
}: ConflictExplanation): string {
  const set = clusterset === undefined ? 'no clusterset' : `clusterset ${clusterset}`;
  const many = `${exports.length} ${exports.length === 1 ? 'export' : 'exports'}`;
  const decides = winner === undefined ? '' : ` · ${winner} decides: ${why ?? ''}`;
  const found =
    conflicts === 0
      ? verdict === 'ok'
        ? 'all agree'
        : verdict === 'unknown'
          ? 'UNKNOWN'
          : 'nothing to compare'
      : `${conflicts} ${conflicts === 1 ? 'conflict' : 'conflicts'}`;
  return `${namespace}/${name} · ${set} · ${many}: ${found}${decides}`;
}
