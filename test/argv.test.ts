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
  // `--dir clusters/*` through a shell; cart is a service, and so is what is in no such folder.
  [
    ['status', '--dir', 'clusters/east', 'clusters/west', 'shop/cart'],
    ['status', '--dir', 'clusters/east', '--dir=clusters/west', 'shop/cart'],
  ],
  [
    ['status', '--dir=clusters/east', 'clusters/west', '-o', 'wide'],
    ['status', '--dir=clusters/east', '--dir=clusters/west', '-o', 'wide'],
  ],
  [
    ['status', '--dir', 'clusters/east', 'clusters/nothing'],
    ['status', '--dir', 'clusters/east', 'clusters/nothing'],
  ],
  [
    ['status', '--dir', 'a=clusters/east', 'clusters/west'],
    ['status', '--dir', 'a=clusters/east', 'clusters/west'],
  ],
  [
    ['status', '--dir', 'east', 'west'],
    ['status', '--dir', 'east', 'west'],
  ],
  [
    ['status', '--context', 'clusters/east', 'clusters/west'],
    ['status', '--context', 'clusters/east', 'clusters/west'],
  ],
])('%j is parsed as %j', (argv, expected) => {
  const there = ['clusters/east', 'clusters/west', 'west'];
  expect(normalizeArgv(argv, (path) => there.includes(path))).toEqual(expected);
});

it('finds a switch before -- alone', () => {
  expect(hasSwitch(['a', '--help'], '--help', '-h')).toBe(true);
  expect(hasSwitch(['a', '-h'], '--help', '-h')).toBe(true);
  expect(hasSwitch(['a', '--', '--help'], '--help', '-h')).toBe(false);
});
