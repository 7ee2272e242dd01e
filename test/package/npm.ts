import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

/** mcs installed from its tarball, far from the repository. */
export interface Installed {
  /** An empty directory to work in. */
  readonly cwd: string;
  /** The installed program. */
  readonly mcs: string;
  readonly kubectlMcs: string;
  /** Where the package was unpacked. */
  readonly package: string;
  /** Environment in which nothing of the repository is found. */
  readonly env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** Packs what was built and installs the tarball into an empty prefix, without a network. */
export async function installTarball(): Promise<Installed> {
  const prefix = await mkdtemp(join(tmpdir(), 'mcs-package-'));
  await npm(['pack', '--ignore-scripts', '--pack-destination', prefix], ROOT);
  const { name, version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Record<string, string>;
  const tarball = join(prefix, `${String(name)}-${String(version)}.tgz`);
  await npm(['install', '--global', '--prefix', prefix, '--offline', '--no-audit', '--no-fund', tarball], prefix);
  const cwd = await mkdtemp(join(prefix, 'work-'));
  return {
    cwd,
    mcs: join(prefix, 'bin/mcs'),
    kubectlMcs: join(prefix, 'bin/kubectl-mcs'),
    package: join(prefix, 'lib/node_modules', String(name)),
    env: { HOME: cwd, PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter), NO_COLOR: '1' },
    remove: () => rm(prefix, { recursive: true, force: true }),
  };
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key)));
  await execute('npm', args, { cwd, env });
}
