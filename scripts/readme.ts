/** Renews what is generated of the documentation: the table of commands in README.md, and docs/commands.md. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeReadme, makeReference } from './manifest.ts';

const root = resolve(import.meta.dirname, '..');
const readme = await makeReadme(root);
if (readme !== '') await writeFile(join(root, 'README.md'), readme);
await writeFile(join(root, 'docs/commands.md'), await makeReference(root));
