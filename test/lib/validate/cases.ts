import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { validateClusters } from '../../../src/lib/actions/validate.ts';
import { directoryClusters } from '../../../src/lib/clusters/directory/directories.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';

export const CASES = join(import.meta.dirname, '../../cases');

/** What is found in a case, with places relative to its folder. Folders `east` and `east+prod` are two layers of cluster `east`. */
export async function caseFindings(name: string): Promise<readonly Finding[]> {
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
    file === undefined ? finding : { ...finding, file: relative(root, file) },
  );
}
