import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_MEANINGS } from '../src/lib/errors.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT }).sort();

it('the README tells the exit codes as the program has them', () => {
  const [, chapter = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## Exit codes\n');
  const rows = [...chapter.matchAll(/^\| *(\d+) *\| (.*?) *\|$/gm)];
  expect(rows.map(([, code, meaning]) => [Number(code), meaning])).toEqual(EXIT_MEANINGS);
});

describe('links between documents', () => {
  it.each(DOCUMENTS)('%s: lead to files', (document) => {
    const links = [...readFileSync(join(ROOT, document), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
    const dead = links.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, dirname(document), path)));
    expect(dead).toEqual([]);
  });
});

describe('decision records', () => {
  const records = DOCUMENTS.filter((path) => path.startsWith('docs/decisions/'));

  it.each(records)('%s: number, date, context, decision, consequences; 25 lines at most', (path) => {
    const lines = readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n');
    const [, number = ''] = /\/(\d{4})-[a-z0-9-]+\.md$/.exec(path) ?? [];
    expect(lines[0]).toMatch(new RegExp(`^# ${Number(number)}\\. `));
    expect(lines[2]).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(lines.filter((line) => line.startsWith('## '))).toEqual(['## Context', '## Decision', '## Consequences']);
    expect(lines.length).toBeLessThanOrEqual(25);
  });
});
