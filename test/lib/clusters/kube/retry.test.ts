import { expect, it } from 'vitest';
import { retryAfterOf } from '../../../../src/lib/clusters/kube/retry.ts';

const DATE = 'Wed, 21 Oct 2015 07:28:00 GMT';

it.each<[string, Readonly<Record<string, string>>, number | undefined]>([
  ['seconds', { 'retry-after': '2' }, 2000],
  ['no time', { 'retry-after': '0' }, 0],
  ['a date, by the clock of who sends it', { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT', date: DATE }, 30_000],
  ['a date that is over', { 'retry-after': DATE, date: 'Wed, 21 Oct 2015 07:29:00 GMT' }, undefined],
  ['a date without one to count from', { 'retry-after': DATE }, undefined],
  ['far too long', { 'retry-after': '86400' }, 300_000],
  ['a far date', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT', date: DATE }, 300_000],
  ['nothing', {}, undefined],
  ['what is neither', { 'retry-after': 'soon' }, undefined],
  ['less than nothing', { 'retry-after': '-5' }, undefined],
])('Retry-After: %s', (_, headers, milliseconds) => {
  expect(retryAfterOf(headers)).toBe(milliseconds);
});
