import { expect, it } from 'vitest';
import { parseDuration } from '../src/flags.ts';
import { UsageError } from '../src/lib/errors.ts';

it.each([
  ['10', 10_000],
  ['10s', 10_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1.5s', 1500],
])('%s is %i ms', (input, milliseconds) => {
  expect(parseDuration(input)).toBe(milliseconds);
});

it.each(['', 's', '0', '-1', '10 s', '5x', '1e3', 'Infinity', '0.1ms'])('%j is no duration', (input) => {
  expect(() => parseDuration(input)).toThrow(UsageError);
});
