import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where the build puts the commands as files of their own. */
export const COMMANDS = '.cache/commands';

/** oclif.manifest.json for the commands in dist, as oclif makes it. */
export function makeManifest(root: string): Promise<string> {
  return inScratch(root, async (scratch) => {
    await oclif(root, scratch, ['manifest', scratch]);
    return inOrder(await readFile(join(scratch, 'oclif.manifest.json'), 'utf8'));
  });
}

/** oclif lists commands in the order in which it happened to find their files; here they stand by name. */
function inOrder(text: string): string {
  const manifest = JSON.parse(text) as { readonly commands: object }; // written by oclif just now
  const commands = Object.fromEntries(Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...manifest, commands }, undefined, 2)}\n`;
}

/** Writes oclif.manifest.json. */
export async function writeManifest(root: string): Promise<void> {
  await writeFile(join(root, 'oclif.manifest.json'), await makeManifest(root));
}

const START = '<!-- commands -->';
const STOP = '<!-- commandsstop -->';

/** README.md with its table of commands made anew, between the two marks; as it is when it has no such marks. */
export async function makeReadme(root: string): Promise<string> {
  const readme = await readReadme(root);
  const [start, stop] = [readme.indexOf(START), readme.indexOf(STOP)];
  if (start === -1 || stop === -1) return readme;
  return `${readme.slice(0, start)}${START}\n\n${await commandTable(root)}\n${readme.slice(stop)}`;
}

/** docs/commands.md: the help of every command, by oclif. */
export function makeReference(root: string): Promise<string> {
  return inScratch(root, async (scratch) => {
    await cp(join(root, 'oclif.manifest.json'), join(scratch, 'oclif.manifest.json'));
    await writeFile(join(scratch, 'README.md'), `# Commands\n\n${START}\n${STOP}\n`);
    await oclif(root, scratch, ['readme', '--no-aliases']);
    return readFile(join(scratch, 'README.md'), 'utf8');
  });
}

async function commandTable(root: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'oclif.manifest.json'), 'utf8')) as {
    readonly commands: Readonly<Record<string, { readonly summary?: string; readonly hidden?: boolean }>>;
  }; // made by oclif just before
  const rows = Object.entries(manifest.commands)
    .filter(([, { hidden }]) => hidden !== true)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([id, { summary = '' }]) => `| \`mcs ${id.replaceAll(':', ' ')}\` | ${summary.replaceAll('|', '\\|')} |\n`);
  return `| command | what it does |\n| --- | --- |\n${rows.join('')}`;
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
    await cp(join(root, COMMANDS), join(scratch, 'dist'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'));
    return await job(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function oclif(root: string, cwd: string, args: readonly string[]): Promise<void> {
  await execute(process.execPath, [join(root, 'node_modules/oclif/bin/run.js'), ...args], { cwd });
}
