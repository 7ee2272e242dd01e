import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, type RunResult } from '../kube/run.ts';

const PROGRAM = fileURLToPath(new URL('../kube/assets.ts', import.meta.url));

// The program is run as a process whose PATH is a folder of the test's, so no Go and no setup-envtest but the test's own.
describe('node test/kube/assets.ts', () => {
  let home: string;
  const at = (...path: readonly string[]): string => join(home, ...path);
  const findAssets = (env: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
    run(process.execPath, [PROGRAM], {
      env: { PATH: at('bin'), XDG_CACHE_HOME: at('cache'), KUBEBUILDER_ASSETS: '', ...env },
    });

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'mcs-assets-'));
    await mkdir(at('bin'));
  });

  afterEach(async () => {
    await rm(home, { recursive: true });
  });

  it('takes KUBEBUILDER_ASSETS when it is complete', async () => {
    await executables(at('given'), ['etcd', 'kube-apiserver', 'kubectl']);
    expect(await findAssets({ KUBEBUILDER_ASSETS: at('given') })).toMatchObject({
      code: 0,
      stdout: `${at('given')}\n`,
    });
  });

  it('says what KUBEBUILDER_ASSETS lacks, and ends with 1 and the reason when there is nothing else', async () => {
    await executables(at('given'), ['etcd']);
    const { code, stdout, stderr } = await findAssets({ KUBEBUILDER_ASSETS: at('given') });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      `KUBEBUILDER_ASSETS=${at('given')} has no kube-apiserver, kubectl; looking elsewhere`,
      'no API servers: neither KUBEBUILDER_ASSETS nor the cache has them, and there is no go on PATH to build them',
    ]);
  });

  it('takes what setup-envtest has', async () => {
    await executables(at('envtest'), ['etcd', 'kube-apiserver', 'kubectl']);
    await script(at('bin', 'setup-envtest'), `echo ${at('envtest')}`);
    expect(await findAssets()).toMatchObject({ code: 0, stdout: `${at('envtest')}\n` });
  });

  it('builds with Go into the cache what is not there, and takes it from there the next time', async () => {
    await script(
      at('bin', 'go'),
      'while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done; [ -z "$out" ] || { : > "$out"; /bin/chmod +x "$out"; }',
    );
    const built = await findAssets();
    expect(built.stderr.match(/^building .*?(?= for)/gm)).toEqual([
      'building etcd',
      'building kube-apiserver',
      'building kubectl',
    ]);
    expect(built.stdout).toMatch(/\/cache\/kubectl-mcs\/kube-v\d+\.\d+\.\d+-\w+-\w+\n$/);
    expect(await findAssets()).toEqual({ ...built, stderr: '' });
  });

  it('says why Go could not build', async () => {
    await script(at('bin', 'go'), '[ "$1" = version ] || { echo "dial tcp: no route to host" >&2; exit 1; }');
    const { code, stderr } = await findAssets();
    expect(code).toBe(1);
    expect(stderr).toContain('no API servers: go could not build etcd (dial tcp: no route to host)');
  });
});

async function executables(dir: string, names: readonly string[]): Promise<void> {
  await mkdir(dir);
  for (const name of names) await script(join(dir, name), '');
}

async function script(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}
