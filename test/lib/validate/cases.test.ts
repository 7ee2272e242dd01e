import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateClusters } from '../../../src/lib/actions/validate.ts';
import { directoryClusters } from '../../../src/lib/clusters/directory/directories.ts';
import { short } from './validated.ts';

const CASES = join(import.meta.dirname, '../../cases');
const NAMES = readdirSync(CASES);
/** `P24, scenario 1: …`: which pains and which scenario of the twelve a case tells. */
const STORY = /^P\d+(?:(?:, | and )P\d+)*, scenario (\d+): .+$/;

function storyOf(name: string): string {
  return readFileSync(join(CASES, name, 'story.txt'), 'utf8').split('\n')[0] ?? '';
}

/** Folders `east` and `east+prod` are two layers of cluster `east`. */
async function findingsOf(name: string): Promise<readonly string[]> {
  const root = join(CASES, name);
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const { clusters } = await directoryClusters(
    folders.map(({ name: folder }) => `${folder.split('+')[0] ?? ''}=${join(root, folder)}`).sort(),
    {},
  );
  const options = {
    concurrency: 4,
    allowedNamespaces: [],
    severities: new Map(),
    isPartial: false,
    ours: [],
    now: '2026-01-01T00:00:00Z',
  };
  const { findings } = await validateClusters(
    clusters.map((cluster) => ({ cluster })),
    options,
  );
  return findings.map(({ file, ...finding }) =>
    short(file === undefined ? finding : { ...finding, file: relative(root, file) }),
  );
}

describe('the cases', () => {
  it.each(NAMES)('%s', async (name) => {
    const expected = readFileSync(join(CASES, name, 'expected.txt'), 'utf8')
      .split('\n')
      .filter(Boolean);
    expect([...(await findingsOf(name))].sort()).toEqual(expected.sort());
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
