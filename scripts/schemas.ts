/** Renews the schemas that validation uses, of the CRDs in crds/. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CRD_SCHEMAS, makeCRDSchemas } from './crd-schemas.ts';

const root = resolve(import.meta.dirname, '..');
await writeFile(join(root, CRD_SCHEMAS), await makeCRDSchemas(root));
