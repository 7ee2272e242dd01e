import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** The manifest of the commands in `root`'s dist, made by oclif in a scratch directory. */
export async function makeManifest(root: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'mcs-manifest-'));
  try {
    copyFileSync(join(root, 'package.json'), join(scratch, 'package.json'));
    mkdirSync(join(scratch, 'node_modules'));
    symlinkSync(join(root, 'dist'), join(scratch, 'dist'));
    const oclif = join(root, 'node_modules/oclif/bin/run.js');
    execFileSync(process.execPath, [oclif, 'manifest', scratch], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return `${(await readFile(join(scratch, 'oclif.manifest.json'), 'utf8')).trim()}\n`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes oclif.manifest.json. */
export async function writeManifest(root: string): Promise<void> {
  await writeFile(join(root, 'oclif.manifest.json'), await makeManifest(root));
}
