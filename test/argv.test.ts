import { expect, it } from 'vitest';
import { hasSwitch, normalizeArgv } from '../src/argv.ts';

it.each([
  [
    ['reconcile', '--dry-run'],
    ['reconcile', '--dry-run=client'],
  ],
  [
    ['export', 'svc', '--dry-run', 'cart'],
    ['export', 'svc', '--dry-run=client', 'cart'],
  ],
  [
    ['reconcile', '--dry-run=server'],
    ['reconcile', '--dry-run=server'],
  ],
  [
    ['export', 'svc', '--', '--dry-run'],
    ['export', 'svc', '--', '--dry-run'],
  ],
])('%j is parsed as %j', (argv, expected) => {
  expect(normalizeArgv(argv)).toEqual(expected);
});

it('finds a switch before -- alone', () => {
  expect(hasSwitch(['a', '--help'], '--help', '-h')).toBe(true);
  expect(hasSwitch(['a', '-h'], '--help', '-h')).toBe(true);
  expect(hasSwitch(['a', '--', '--help'], '--help', '-h')).toBe(false);
});
