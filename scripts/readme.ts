/** Renews the generated parts of README.md. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeReadme } from './manifest.ts';

const root = resolve(import.meta.dirname, '..');
const readme = await makeReadme(root);
if (readme !== undefined) await writeFile(join(root, 'README.md'), readme);
