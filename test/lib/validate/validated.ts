import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ValidateOptions, validateClusters } from '../../../src/lib/actions/validate.ts';
import { directoryClusters } from '../../../src/lib/clusters/directory/directories.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';

/** Files by path; the first folder is the name of the cluster: `east/shop.yaml`. */
export type Files = Readonly<Record<string, string>>;

/** Validates real folders with these files; places are relative to their root. */
export async function validated(files: Files, options: Partial<ValidateOptions> = {}): Promise<readonly Finding[]> {
  const root = mkdtempSync(join(tmpdir(), 'mcs-validate-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const names = [...new Set(Object.keys(files).map((path) => path.slice(0, path.indexOf('/'))))];
  return foundIn(
    root,
    names.map((name) => `${name}=${join(root, name)}`),
    options,
  );
}

/** What tests validate with, where it does not matter. */
export const OPTIONS: ValidateOptions = {
  concurrency: 4,
  allowedNamespaces: [],
  severities: new Map(),
  isPartial: false,
  ours: [],
  now: '2026-01-01T00:00:00Z',
};

/** Validates directories, given as to `--dir`; places are relative to `root`. */
export async function foundIn(
  root: string,
  dirs: readonly string[],
  options: Partial<ValidateOptions> = {},
): Promise<readonly Finding[]> {
  const { clusters } = await directoryClusters(dirs, {});
  const { findings } = await validateClusters(
    clusters.map((cluster) => ({ cluster })),
    { ...OPTIONS, ...options },
  );
  return findings.map(({ file, ...finding }) =>
    file === undefined ? finding : { ...finding, file: relative(root, file) },
  );
}

/** A finding on one line: `MCS301 error east ServiceExport shop/cart east/shop.yaml:3 < MCS004`. */
export function short({ code, severity, cluster, object, file, line, causedBy }: Finding): string {
  const name =
    object === undefined
      ? ''
      : ` ${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
  const place = file === undefined ? '' : ` ${file}:${line ?? '?'}`;
  return `${code} ${severity} ${cluster}${name}${place}${causedBy === undefined ? '' : ` < ${causedBy.code}`}`;
}

/** The findings of some codes, each on one line. */
export async function findingsOf(files: Files, ...codes: readonly string[]): Promise<readonly string[]> {
  const all = await validated(files);
  return all.filter(({ code }) => codes.length === 0 || codes.includes(code)).map(short);
}
