import { expect, it } from 'vitest';
import { colour } from '../../../src/lib/output/colour.ts';
import { cut, renderTable } from '../../../src/lib/output/table.ts';
import type { Column } from '../../../src/lib/output/table.ts';

interface Row {
  readonly cluster: string;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { header: 'CLUSTER', value: (row) => row.cluster, whole: true },
  { header: 'NOTE', value: (row) => row.note },
  { header: 'LENGTH', value: (row) => String(row.note.length), wide: true },
];
const rows: readonly Row[] = [
  { cluster: 'east', note: 'short' },
  { cluster: 'a-cluster-with-a-long-name', note: 'x'.repeat(200) },
  { cluster: 'west', note: '' },
];

it('looks like a table of kubectl: capitals, three spaces, no borders, no trailing blanks', () => {
  expect(renderTable(rows.slice(0, 1), columns)).toBe('CLUSTER   NOTE\neast      short\n');
});

it('shows empty cells as a dash', () => {
  expect(renderTable(rows.slice(2), columns)).toBe('CLUSTER   NOTE\nwest      -\n');
});

it('prints the header alone when there are no rows', () => {
  expect(renderTable([], columns)).toBe('CLUSTER   NOTE\n');
});

it('shows the wide columns when asked', () => {
  expect(renderTable(rows.slice(0, 1), columns, { wide: true })).toBe(
    'CLUSTER   NOTE    LENGTH\neast      short   5\n',
  );
});

it('never cuts when no width is given', () => {
  expect(renderTable(rows, columns)).toContain('x'.repeat(200));
});

it.each([100, 80, 60])('fits %i characters and cuts the note, not the name', (width) => {
  const lines = renderTable(rows, columns, { width }).trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(width);
  expect(lines[2]).toMatch(/^a-cluster-with-a-long-name {3}x+…$/);
});

it('leaves whole columns whole even when they alone are too wide', () => {
  expect(renderTable(rows, columns, { width: 20 })).toContain('a-cluster-with-a-long-name   xxxxx…');
});

it('makes hostile text in a cell visible', () => {
  const table = renderTable([{ cluster: 'e\u001b[2Jvil', note: 'two\nlines' }], columns);
  expect(table).toBe('CLUSTER       NOTE\ne\\x1b[2Jvil   two\\x0alines\n');
});

it('does not count colours as width', () => {
  const { bad } = colour({ env: { FORCE_COLOR: '1' }, isTTY: false });
  const coloured = columns.map((column) => ({ ...column, style: bad }));
  const plain = renderTable(rows, columns, { width: 60 });
  expect(renderTable(rows, coloured, { width: 60 }).replace(/\u001b\[\d+m/g, '')).toBe(plain);
});

it('has no escape sequence of its own', () => {
  expect(renderTable(rows, columns)).not.toContain('\u001b');
});

it.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcde…'],
  ['北京北京', 5, '北京…'],
])('cuts %s to %i cells: %s', (text, width, expected) => {
  expect(cut(text, width)).toBe(expected);
});
