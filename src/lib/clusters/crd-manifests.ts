import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCRD, type CRD } from '../api/crds.ts';
import { record, required } from '../api/reader.ts';

/** A CRD that mcs brings along: what is compared, and what is sent. */
export interface OurCRD {
  readonly crd: CRD;
  readonly manifest: Record<string, unknown>;
}

/** The CRDs that mcs installs, in the order in which it does; each a file in the package's folder `crds`. */
const FILES = [
  'about.k8s.io_clusterproperties.yaml',
  'multicluster.x-k8s.io_serviceexports.yaml',
  'multicluster.x-k8s.io_serviceimports.yaml',
];

/**
 * Reads the CRDs of this package.
 * @param root the package's folder, the one with package.json
 * @throws Error when the package is not whole
 */
export async function ourCRDs(root: URL | string): Promise<readonly OurCRD[]> {
  const folder = join(root instanceof URL ? fileURLToPath(root) : root, 'crds');
  const { load } = await import('js-yaml');
  return Promise.all(
    FILES.map(async (file) => {
      const document = load(await readFile(join(folder, file), 'utf8'));
      const manifest = { ...required(record(document, ''), '', 'a CustomResourceDefinition') };
      return { crd: parseCRD(manifest), manifest };
    }),
  );
}
