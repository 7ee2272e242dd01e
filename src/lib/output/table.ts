import Table from 'cli-table3';
import stringWidth from 'string-width';
import { visible } from './visible.ts';

export interface Column<Row> {
  /** In capitals, as kubectl writes them. */
  readonly header: string;
  /** The cell's text; control characters in it are made visible. Empty cells are shown as `-`. */
  readonly value: (row: Row) => string;
  /** Shown with `-o wide` alone. */
  readonly wide?: boolean;
  /** Never cut: names that a user copies into the next command. */
  readonly whole?: boolean;
  /** Applied to the cell after it was cut, so that colours do not count as width. */
  readonly style?: (text: string, row: Row) => string;
}

export interface TableOptions {
  /** Show the wide columns too. */
  readonly wide?: boolean;
  /** Cut cells with `…` so that lines fit this many characters; absent (not a terminal): nothing is cut. */
  readonly width?: number | undefined;
}

const GAP = 3;
const MIN_CUT = 6;
const NO_BORDERS = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((name) => [name, '']),
);

/** Rows as kubectl prints them: a header in capitals, no borders, three spaces between columns. Ends with a newline. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions = {},
): string {
  const shown = columns.filter((column) => column.wide !== true || options.wide === true);
  const texts = rows.map((row) => shown.map((column) => visible(column.value(row)) || '-'));
  const widths = fit(shown, texts, options.width);
  const table = new Table({
    chars: NO_BORDERS,
    head: shown.map((column) => column.header),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
  });
  for (const [index, row] of rows.entries()) {
    const cells = texts[index] ?? [];
    table.push(
      shown.map((column, i) => {
        const text = cut(cells[i] ?? '', widths[i] ?? 0);
        return column.style === undefined ? text : column.style(text, row);
      }),
    );
  }
  return `${table.toString().replace(/[ \t]+$/gm, '')}\n`;
}

/** Width of each column: its widest cell, or less, taken from the widest columns first, until the line fits. */
function fit<Row>(
  columns: readonly Column<Row>[],
  texts: readonly (readonly string[])[],
  width: number | undefined,
): readonly number[] {
  const widths = columns.map((column, i) =>
    texts.reduce((widest, cells) => Math.max(widest, stringWidth(cells[i] ?? '')), column.header.length),
  );
  if (width === undefined) return widths;
  const floor = (i: number): number => Math.max(columns[i]?.header.length ?? 0, MIN_CUT);
  let excess = widths.reduce((sum, each) => sum + each, (widths.length - 1) * GAP) - width;
  while (excess > 0) {
    const candidates = [...widths.keys()].filter((i) => columns[i]?.whole !== true && (widths[i] ?? 0) > floor(i));
    const [first, ...rest] = candidates;
    if (first === undefined) break; // names alone are wider than the terminal: let it wrap
    const widest = rest.reduce((best, i) => ((widths[i] ?? 0) > (widths[best] ?? 0) ? i : best), first);
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

/** The text, cut to a number of terminal cells with `…` at its end. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (stringWidth(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
