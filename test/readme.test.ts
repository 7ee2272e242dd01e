import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT_MEANINGS } from '../src/lib/errors.ts';

const readme = readFileSync(join(resolve(import.meta.dirname, '..'), 'README.md'), 'utf8');

it('tells the exit codes as the program has them', () => {
  const [, chapter = ''] = readme.split('## Exit codes\n');
  const rows = [...chapter.matchAll(/^\| *(\d+) *\| (.*?) *\|$/gm)];
  expect(rows.map(([, code, meaning]) => [Number(code), meaning])).toEqual(EXIT_MEANINGS);
});
