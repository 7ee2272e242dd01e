import { access, constants, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { stderr, stdout } from 'node:process';
import { buildBinaries } from './build.ts';
import { run } from './run.ts';

/** The programs a test needs to run API servers, all in one folder, as envtest lays them out. */
export interface Assets {
  readonly dir: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
}
/** Why there are none; one line. */
export interface Unavailable {
  readonly unavailable: string;
}

type Progress = (line: string) => void;

/**
 * Finds etcd, kube-apiserver and kubectl: in `KUBEBUILDER_ASSETS`, in the cache folder, through `setup-envtest`, or by
 * building them from Go modules into the cache folder. Only the last two take time; `progress` gets a line for each step.
 */
export async function findAssets(progress: Progress = toStderr): Promise<Assets | Unavailable> {
  const given = process.env.KUBEBUILDER_ASSETS;
  if (given !== undefined && given !== '') {
    const missing = await missingFrom(given);
    if (missing.length === 0) return assetsIn(given);
    progress(`KUBEBUILDER_ASSETS=${given} has no ${missing.join(', ')}; looking elsewhere`);
  }
  const version = await kubernetesVersion();
  const cache = cacheFolder(version);
  if ((await missingFrom(cache)).length === 0) return assetsIn(cache);
  const downloaded = await fromSetupEnvtest(version, progress);
  if (downloaded !== undefined) return assetsIn(downloaded);
  const failure = await buildBinaries({ into: cache, missing: await missingFrom(cache), version, progress });
  return failure === undefined ? assetsIn(cache) : { unavailable: failure };
}

/** The Kubernetes version that go.mod names, e.g. `v1.36.3`: said once, there. */
async function kubernetesVersion(): Promise<string> {
  const goMod = await readFile(new URL('go.mod', import.meta.url), 'utf8');
  const version = /^\s+k8s\.io\/kubernetes (v\d+\.\d+\.\d+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('test/kube/go.mod requires no k8s.io/kubernetes');
  return version;
}

function cacheFolder(version: string): string {
  const { XDG_CACHE_HOME: configured } = process.env;
  const base = configured === undefined || configured === '' ? join(homedir(), '.cache') : configured;
  return join(base, 'kubectl-mcs', `kube-${version}-${process.platform}-${process.arch}`);
}

async function fromSetupEnvtest(version: string, progress: Progress): Promise<string | undefined> {
  const minor = version.slice(1).replace(/\.\d+$/, '.x');
  const result = await run('setup-envtest', ['use', minor, '--print', 'path']);
  if (result.missing) return undefined;
  const dir = result.stdout.trim();
  if (result.code === 0 && (await missingFrom(dir)).length === 0) return dir;
  progress(`setup-envtest has no Kubernetes ${minor} (${lastLine(result.stderr)}); building it instead`);
  return undefined;
}

const BINARIES = ['etcd', 'kube-apiserver', 'kubectl'] as const;
export type Binary = (typeof BINARIES)[number];

async function missingFrom(dir: string): Promise<readonly Binary[]> {
  const found = await Promise.all(
    BINARIES.map((name) =>
      access(join(dir, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return BINARIES.filter((_, index) => found[index] !== true);
}

function assetsIn(dir: string): Assets {
  return { dir, etcd: join(dir, 'etcd'), kubeApiserver: join(dir, 'kube-apiserver'), kubectl: join(dir, 'kubectl') };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function toStderr(line: string): void {
  stderr.write(`${line}\n`);
}

if (import.meta.main) {
  const assets = await findAssets();
  if ('unavailable' in assets) {
    toStderr(assets.unavailable);
    process.exitCode = 1;
  } else {
    stdout.write(`${assets.dir}\n`);
  }
}
