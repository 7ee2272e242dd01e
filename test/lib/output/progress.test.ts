import { expect, it } from 'vitest';
import { createProgress } from '../../../src/lib/output/progress.ts';

function recorder(isTTY: boolean): {
  written: string[];
  write: (text: string) => void;
  isTTY: boolean;
  columns: number;
} {
  const written: string[] = [];
  return { written, write: (text) => written.push(text), isTTY, columns: 40 };
}

it('is one line per cluster when nobody watches', () => {
  const stream = recorder(false);
  const progress = createProgress(stream);
  progress.start('reading', 2);
  progress.done('east', 'ok');
  progress.done('we\u001bst', 'unreachable');
  progress.end();
  expect(stream.written).toEqual(['east: ok\n', 'we\\x1bst: unreachable\n']);
});

it('is one live line on a terminal, wiped once at the end', () => {
  const stream = recorder(true);
  const progress = createProgress(stream);
  progress.start('reading', 2);
  progress.done('east', 'ok '.repeat(30));
  progress.end();
  progress.end();
  expect(stream.written[0]).toBe('\r\u001b[2Kreading 0/2');
  expect(stream.written[1]).toMatch(/^\r\u001b\[2Kreading 1\/2 east: ok ok.*…$/);
  expect(stream.written[1]?.slice('\r\u001b[2K'.length)).toHaveLength(39);
  expect(stream.written.slice(2)).toEqual(['\r\u001b[2K']);
});

it('is nothing when quiet', () => {
  const stream = recorder(true);
  const progress = createProgress(stream, { quiet: true });
  progress.start('reading', 1);
  progress.done('east', 'ok');
  progress.end();
  expect(stream.written).toEqual([]);
});
