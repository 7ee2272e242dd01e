import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binary } from './assets.ts';
import { run } from './run.ts';

interface Build {
  /** The folder that gets the binaries. */
  readonly into: string;
  readonly missing: readonly Binary[];
  /** e.g. `v1.36.3` */
  readonly version: string;
  readonly progress: (line: string) => void;
}

/** What to build, and how long it takes on two cores, downloads included. */
const PROGRAMS: { readonly [name in Binary]: { readonly path: string; readonly usually: string } } = {
  etcd: { path: 'go.etcd.io/etcd/server/v3', usually: 'about 1 minute' },
  'kube-apiserver': { path: 'k8s.io/kubernetes/cmd/kube-apiserver', usually: 'about 3 minutes' },
  kubectl: { path: 'k8s.io/kubernetes/cmd/kubectl', usually: 'about 1 minute' },
};

/**
 * Builds binaries with Go. Each is built under a temporary name and renamed into place, so that two builds at once, or
 * a broken one, never leave half a file behind.
 * @returns why it could not be done; undefined when it was
 */
export async function buildBinaries({ into, missing, version, progress }: Build): Promise<string | undefined> {
  if ((await run('go', ['version'])).code !== 0) {
    return 'no API servers: neither KUBEBUILDER_ASSETS nor the cache has them, and there is no go on PATH to build them';
  }
  await mkdir(into, { recursive: true });
  const temporary = await mkdtemp(join(into, '.build-'));
  try {
    for (const name of missing) {
      progress(`building ${name} for Kubernetes ${version} with Go, once: ${PROGRAMS[name].usually} the first time`);
      const started = performance.now();
      const args = ['build', '-trimpath', '-ldflags', linkerFlags(version), '-o', join(temporary, name)];
      const result = await run('go', [...args, PROGRAMS[name].path], { cwd: MODULE, env: GO_ENVIRONMENT });
      if (result.code !== 0) {
        const why = result.stderr.trim().split('\n').slice(-3).join('; ');
        return `no API servers: go could not build ${name} (${why})`;
      }
      await rename(join(temporary, name), join(into, name));
      progress(`built ${name} in ${Math.round((performance.now() - started) / 1000)} s`);
    }
    return undefined;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const MODULE = fileURLToPath(new URL('.', import.meta.url));

/** The user's own Go settings for other projects (a vendor folder, a workspace) must not reach this build. */
const GO_ENVIRONMENT = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };

/** Without these the server would call itself v0.0.0. */
function linkerFlags(version: string): string {
  const [major, minor] = version.slice(1).split('.');
  const set = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(set).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${String(value)}`);
  return ['-s', '-w', ...flags].join(' ');
}
