import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { directoryClusters } from '../../../../src/lib/clusters/directory/directories.ts';
import { ClusterError } from '../../../../src/lib/errors.ts';

/** A temporary folder holding files by their paths; gone when the test is. */
export function folder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'mcs-directory-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** The one cluster of `[ID=]PATH`s below a folder. */
export async function open(cwd: string, ...specs: readonly string[]): Promise<Cluster> {
  const { clusters } = await directoryClusters(specs.length === 0 ? ['.'] : specs, { cwd });
  const [cluster] = clusters;
  if (cluster === undefined || clusters.length !== 1) throw new Error(`${clusters.length} clusters`);
  return cluster;
}

/** All files below a folder, sorted, with `/`. */
export function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The ClusterError that a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<ClusterError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports:
    - name: http
      port: 80
`;

export const EXPORT = `apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceExport
metadata:
  name: web
  namespace: shop
`;
