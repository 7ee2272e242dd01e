import { spawn, type SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, expect } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/mcs.cjs');
if (!existsSync(join(ROOT, 'dist/mcs.js'))) throw new Error('dist/ is missing: npm run build');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BuiltOptions {
  /** Default: the test's folder. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: nothing to read. */
  readonly stdin?: string | Buffer;
  /** As of spawn; default: pipes. What is not a pipe reads as ''. */
  readonly stdio?: SpawnOptions['stdio'];
}

/** One line for each cluster, as it answers: in no order, and no part of what is tested here. */
const PROGRESS = /^\S+: (answered|did not answer)\n/gm;

/**
 * Runs the built program to its end: a process of its own, without a terminal, in a home that is the test's folder. Its
 * lines of progress are left out.
 */
export function built(args: readonly string[], options: BuiltOptions): Promise<Outcome> {
  const { cwd, env = {}, stdin = '', stdio = 'pipe' } = options;
  const clean = { PATH: process.env.PATH ?? '', HOME: cwd, KUBECONFIG: '', ...env };
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: clean, stdio });
    const printed = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      settle({ code, stdout: printed.stdout, stderr: printed.stderr.replace(PROGRESS, '') });
    });
    child.stdin?.on('error', () => undefined).end(stdin); // it may end without reading
  });
}

// Not onTestFinished: among concurrent tests it does not know whose end to wait for.
const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

/** A folder of the test's own, with files by path. */
export function folder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'mcs-bad-'));
  made.push(root);
  for (const [path, content] of Object.entries(files)) write(join(root, path), content);
  return root;
}

export function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** All files below a folder, as sorted relative paths. */
export function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** Asserts what holds of every output: whole lines of the known forms, no stack, no defect, nothing a terminal obeys. */
export function expectTidy({ stdout, stderr }: Outcome): void {
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
  expect(stderr).not.toContain('defect');
  expect(stdout + stderr).not.toMatch(HOSTILE);
  expect(stdout).not.toMatch(/^error:/m);
  for (const line of stderr.split('\n').slice(0, -1)) expect(line).toMatch(/^(error: |warning: | {0,2}next: )./);
  expect(stderr === '' || stderr.endsWith('\n')).toBe(true);
}

const HOSTILE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** Manifests of a member of clusterset `prod` that exports Service shop/web. */
export function member(id: string, over: { readonly id?: string; readonly since?: string } = {}): string {
  const property = (name: string, value: string): string =>
    `apiVersion: about.k8s.io/v1beta1\nkind: ClusterProperty\nmetadata: {name: ${name}, creationTimestamp: "${over.since ?? '2024-01-01T00:00:00Z'}"}\nspec: {value: ${JSON.stringify(value)}}\n`;
  return [
    property('cluster.clusterset.k8s.io', over.id ?? id),
    property('clusterset.k8s.io', 'prod'),
    SERVICE,
    'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\nmetadata: {name: web, namespace: shop, creationTimestamp: "2024-01-01T00:00:00Z"}\n',
  ].join('---\n');
}

export const SERVICE =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  ports:\n  - port: 80\n';
