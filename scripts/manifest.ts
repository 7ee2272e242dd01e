import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** oclif.manifest.json for the commands in dist, as oclif makes it. */
export function makeManifest(root: string): Promise<string> {
  return inScratch(root, async (scratch) => {
    await oclif(root, scratch, ['manifest', scratch]);
    return `${(await readFile(join(scratch, 'oclif.manifest.json'), 'utf8')).trim()}\n`;
  });
}

/** Writes oclif.manifest.json. */
export async function writeManifest(root: string): Promise<void> {
  await writeFile(join(root, 'oclif.manifest.json'), await makeManifest(root));
}

/**
 * README.md with its generated parts made anew: what stands between `<!-- commands -->` and `<!-- commandsstop -->`.
 * Undefined when there is no README with these marks.
 */
export async function makeReadme(root: string): Promise<string | undefined> {
  const readme = await readReadme(root);
  if (!readme.includes('<!-- commands -->')) return undefined;
  return inScratch(root, async (scratch) => {
    await writeFile(join(scratch, 'README.md'), readme);
    await symlink(join(root, 'oclif.manifest.json'), join(scratch, 'oclif.manifest.json'));
    await symlink(join(root, 'src'), join(scratch, 'src'));
    await oclif(root, scratch, ['readme']);
    return readFile(join(scratch, 'README.md'), 'utf8');
  });
}

/** The README as it is; empty when there is none. */
export async function readReadme(root: string): Promise<string> {
  try {
    return await readFile(join(root, 'README.md'), 'utf8');
  } catch {
    return '';
  }
}

/** Runs a job in a scratch directory that looks like the package: oclif writes where the package is. */
async function inScratch<T>(root: string, job: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'mcs-generate-'));
  try {
    await writeFile(join(scratch, 'package.json'), await readFile(join(root, 'package.json')));
    // A copy: oclif would follow a link and write where it leads to into the manifest.
    await cp(join(root, 'dist'), join(scratch, 'dist'), { recursive: true });
    return await job(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function oclif(root: string, cwd: string, args: readonly string[]): Promise<void> {
  await execute(process.execPath, [join(root, 'node_modules/oclif/bin/run.js'), ...args], { cwd });
}
