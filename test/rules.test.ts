import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testsInTable, testsOfRules } from '../scripts/rule-tests.ts';

const ROOT = resolve(import.meta.dirname, '..');
const RULES = Array.from({ length: 23 }, (_, index) => index + 1);

describe('docs/rules.md', () => {
  const table = testsInTable(readFileSync(join(ROOT, 'docs/rules.md'), 'utf8'));
  const named = testsOfRules(ROOT);

  it('has every rule once, in order', () => {
    expect([...table.keys()]).toEqual(RULES);
  });

  it.each(RULES)('names a test for rule %i, and only tests that name it', (rule) => {
    const shown = table.get(rule) ?? [];
    expect(shown).not.toEqual([]);
    expect(named.get(rule)).toEqual(expect.arrayContaining([...shown]));
  });
});
