import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../../src/lib/validate/rules.ts';
import { LIVE_SCENES } from './live-scenes.ts';

const CASES = join(import.meta.dirname, '../../../cases');

/** What is expected of each case and scene, as lines of `short()`. */
const EXPECTED: readonly (readonly string[])[] = [
  ...readdirSync(CASES).map((name) =>
    readFileSync(join(CASES, name, 'expected.txt'), 'utf8')
      .split('\n')
      .filter(Boolean),
  ),
  ...Object.values(LIVE_SCENES).map(({ expected }) => expected),
];

/** Found by `live.test.ts` in what mcs itself has made. */
const ELSEWHERE: readonly string[] = ['MCS412', 'MCS414'];

/** Rules that may not be able to tell: of a kind that cannot be listed, a cluster that does not answer, or Git. */
const MAY_BE_UNKNOWN: readonly string[] = [
  'MCS001',
  'MCS002',
  'MCS101',
  'MCS124',
  'MCS230',
  'MCS301',
  'MCS402',
  'MCS404',
  'MCS405',
  'MCS601',
  'MCS602',
];

describe('every rule', () => {
  it.each(RULES.map(({ code }) => code))('%s has a case that fails and one that passes', (code) => {
    const failing = EXPECTED.filter((lines) => lines.some((line) => line.startsWith(code)));
    expect(failing.length + Number(ELSEWHERE.includes(code))).toBeGreaterThan(0);
    expect(failing.length).toBeLessThan(EXPECTED.length);
  });

  it('that can answer UNKNOWN is shown to do so, and no other', () => {
    const unknown = EXPECTED.flat().flatMap((line) => (line.includes(' unknown ') ? [line.slice(0, 6)] : []));
    expect([...new Set(unknown)].sort()).toEqual(MAY_BE_UNKNOWN);
  });
});
