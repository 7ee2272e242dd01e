import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASES, caseFindings } from './cases.ts';
import { short } from './validated.ts';

const NAMES = readdirSync(CASES);
/** `P24, scenario 1: …`: which pains and which scenario of the twelve a case tells. */
const STORY = /^P\d+(?:(?:, | and )P\d+)*, scenario (\d+): .+$/;

function storyOf(name: string): string {
  return readFileSync(join(CASES, name, 'story.txt'), 'utf8').split('\n')[0] ?? '';
}

describe('the cases', () => {
  it.each(NAMES)('%s', async (name) => {
    const expected = readFileSync(join(CASES, name, 'expected.txt'), 'utf8')
      .split('\n')
      .filter(Boolean);
    expect((await caseFindings(name)).map(short).sort()).toEqual(expected.sort());
  });

  it('each tell a story, and together all scenarios that can be seen in objects', () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(30);
    const scenarios = NAMES.map((name) => {
      const [, scenario] = STORY.exec(storyOf(name)) ?? [];
      expect(scenario, `${name}/story.txt: ${storyOf(name)}`).toBeDefined();
      return Number(scenario);
    });
    // 10 is DNS.
    expect(new Set(scenarios)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]));
  });
});
