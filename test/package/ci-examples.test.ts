/** The examples for CI, run as they stand: on clusters that are sound, and on the same with a conflict in them. */
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRecord } from '../../src/lib/api/reader.ts';
import { type RunResult, run } from '../kube/run.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'examples/ci');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
const PACKAGE = `kubectl-mcs@${version}`;

const scratch = mkdtempSync(join(tmpdir(), 'mcs-ci-'));
const bin = join(scratch, 'bin');
/** Repositories with `clusters/east` and `clusters/west`, and the same as `overlays`. */
const sound = join(scratch, 'sound');
const broken = join(scratch, 'broken');

/** What a step of the installation brings: `mcs` on the PATH. `kustomize` prints a folder, which is what it is about here. */
function install(): void {
  cpSync(EXAMPLES, bin, { recursive: true }); // a folder of its own, with kustomize.sh in it
  program('mcs', `exec '${process.execPath}' '${join(ROOT, 'bin/mcs.cjs')}' "$@"`);
  program('kustomize', `[ "$1" = build ] && find "$2" -name '*.yaml' -exec sh -c 'echo ---; cat "$1"' - {} ';'`);
}

function program(name: string, line: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** Runs a line of an example in a repository, as the runner of a CI does. */
function shell(command: string, cwd: string): Promise<RunResult> {
  const env = {
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    HOME: scratch,
    KUBECONFIG: '/nowhere',
    NO_COLOR: '1',
  };
  return run('bash', ['-e', '-o', 'pipefail', '-c', command], { cwd, env });
}

/** Exports of these services in both clusters of the shop; `cart` is not the same in both. */
async function repository(root: string, ...services: readonly string[]): Promise<void> {
  const dirs = '--dir clusters/east --dir clusters/west';
  for (const id of ['east', 'west']) {
    cpSync(join(ROOT, 'examples/shop', id), join(root, 'clusters', id), { recursive: true });
  }
  for (const command of [`join shop ${dirs}`, `export svc ${services.join(' ')} -n shop ${dirs}`]) {
    const { code, stderr } = await shell(`mcs ${command}`, root);
    if (code !== 0) throw new Error(`mcs ${command}: ${stderr}`);
  }
  cpSync(join(root, 'clusters'), join(root, 'overlays'), { recursive: true });
}

/** The values of a key anywhere in a YAML document: one line each. */
function linesOf(node: unknown, key: string): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((item) => linesOf(item, key));
  if (!isRecord(node)) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key ? [value].flat().map(String) : linesOf(value, key),
  );
}

/** The commands of an example, without the one that installs mcs: that is what this test is there to replace. */
function commandsOf(file: string, key: string): readonly string[] {
  const lines = linesOf(load(readFileSync(join(EXAMPLES, file), 'utf8')), key);
  return lines.filter((line) => line !== `npm install --global ${PACKAGE}`);
}

beforeAll(async () => {
  install();
  await repository(sound, 'web');
  await repository(broken, 'web', 'cart');
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe.each([
  ['github-actions.yml', 'run'],
  ['gitlab-ci.yml', 'script'],
  ['pre-commit-config.yaml', 'entry'],
])('%s', (file, key) => {
  it('installs this version, and runs one command of mcs', () => {
    expect(readFileSync(join(EXAMPLES, file), 'utf8')).toContain(PACKAGE);
    expect(commandsOf(file, key)).toEqual([expect.stringMatching(/^mcs validate /)]);
  });

  it('is in the README as it stands', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(
      `\`\`\`yaml\n${readFileSync(join(EXAMPLES, file), 'utf8')}\`\`\`\n`,
    );
  });

  it('passes clusters that are sound, and fails those with a conflict', async () => {
    const [command = ''] = commandsOf(file, key);
    expect(await shell(command, sound)).toMatchObject({ code: 0 });
    const outcome = await shell(command, broken);
    expect(outcome).toMatchObject({ code: 1 });
    expect(outcome.stdout).toContain('cart');
  });
});

it('annotates the offending lines on GitHub, and leaves SARIF to upload', async () => {
  const [command = ''] = commandsOf('github-actions.yml', 'run');
  const { stdout } = await shell(command, broken);
  const [, path = '', line = ''] = /^::error file=(clusters\/[^,]+),line=(\d+),/m.exec(stdout) ?? [];
  expect(path).toMatch(/^clusters\/(east|west)\/cart\.yaml$/);
  expect(readFileSync(join(broken, path), 'utf8').split('\n')[Number(line) - 1]).toMatch(/port/);
  const sarif: unknown = JSON.parse(readFileSync(join(broken, 'mcs.sarif'), 'utf8'));
  expect(sarif).toMatchObject({ version: '2.1.0' });
});

it('leaves a test report for GitLab', async () => {
  const [command = ''] = commandsOf('gitlab-ci.yml', 'script');
  await shell(command, broken);
  expect(readFileSync(join(broken, 'mcs.xml'), 'utf8')).toMatch(/<failure\b/);
});

it('pre-commit looks at the manifests of clusters alone', () => {
  const [files = ''] = linesOf(load(readFileSync(join(EXAMPLES, 'pre-commit-config.yaml'), 'utf8')), 'files');
  const looksAt = (path: string): boolean => new RegExp(files).test(path);
  expect(['clusters/east/cart.yaml', 'clusters/west/a/b.yml', 'clusters/x.json'].every(looksAt)).toBe(true);
  expect(['README.md', 'clusters/README.md', 'charts/values.yaml'].some(looksAt)).toBe(false);
});

describe('kustomize.sh', () => {
  it('passes overlays that are sound, and fails those with a conflict', async () => {
    expect(await shell('kustomize.sh', sound)).toMatchObject({ code: 0 });
    expect(await shell('kustomize.sh', broken)).toMatchObject({ code: 1 });
  });

  it('is one pipe for a single cluster, as the README says', async () => {
    const [, command = ''] = /`(kustomize build [^`]*)`/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    expect(await shell(command, sound)).toMatchObject({ code: 0 });
  });

  it('fails where kustomize does', async () => {
    const outcome = await shell('kustomize.sh', scratch);
    expect(outcome.code).not.toBe(0);
    expect(existsSync(join(scratch, 'overlays'))).toBe(false);
  });
});
