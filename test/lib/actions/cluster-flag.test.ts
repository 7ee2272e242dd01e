import { expect, it } from 'vitest';
import { clusterFlag } from '../../../src/lib/actions/cluster-flag.ts';

it.each([
  ['context', 'prod east', 'https://east', "--context 'prod east'"],
  ['directory', 'east', 'clusters/east', '--dir clusters/east'],
  ['directory', 'east', 'clusters/eu 1', "--dir 'east=clusters/eu 1'"],
  ['directory', 'east', 'base, overlays/east, -', '--dir east=base --dir overlays/east --dir east=-'],
] as const)('names a %s %s of %s as it was given: %s', (type, name, location, flag) => {
  expect(clusterFlag({ type, name, location })).toBe(flag);
});
