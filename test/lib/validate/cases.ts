import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { foundIn } from './validated.ts';

export const CASES = join(import.meta.dirname, '../../cases');

/** What is found in a case, with places relative to its folder. Folders `east` and `east+prod` are two layers of cluster `east`. */
export async function caseFindings(name: string): Promise<readonly Finding[]> {
  const root = join(CASES, name);
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return foundIn(root, folders.map(({ name: folder }) => `${folder.split('+')[0] ?? ''}=${join(root, folder)}`).sort());
}
