import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ourCRDs } from '../../src/lib/clusters/crd-manifests.ts';
import { run } from '../kube/run.ts';
import type { RunResult } from '../kube/run.ts';
import { installTarball } from './npm.ts';
import type { Installed } from './npm.ts';
import { expectShop } from './shop.ts';

let installed: Installed;

beforeAll(async () => {
  installed = await installTarball();
});

afterAll(() => installed.remove());

/** Runs an installed program with an environment of its own alone. */
function started(program: string, ...args: readonly string[]): Promise<RunResult> {
  const { cwd, env } = installed;
  const bare = Object.entries(env).map(([key, value]) => `${key}=${value ?? ''}`);
  return run('/usr/bin/env', ['-i', ...bare, program, ...args], { cwd });
}

it('says its version', async () => {
  const { version } = JSON.parse(readFileSync(join(installed.package, 'package.json'), 'utf8')) as { version: string };
  expect(await started(installed.mcs, '--version')).toMatchObject({ code: 0, stdout: `mcs ${version}\n`, stderr: '' });
  const { stdout } = await started(installed.mcs, 'version', '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'VersionReport', client: { version } });
});

it('shows help under both of its names', async () => {
  const page = await started(installed.mcs, '--help');
  expect(page).toMatchObject({ code: 0, stderr: '' });
  expect(page.stdout).toContain('$ mcs COMMAND');
  expect((await started(installed.kubectlMcs)).stdout).toContain('$ kubectl mcs COMMAND');
});

it('shows at least two examples and the exact name of every command', async () => {
  const manifest = JSON.parse(readFileSync(join(installed.package, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { examples?: readonly unknown[] }>;
  };
  for (const [id, { examples = [] }] of Object.entries(manifest.commands)) {
    expect(examples.length, `examples of ${id}`).toBeGreaterThanOrEqual(2);
    const { code, stdout } = await started(installed.kubectlMcs, ...id.split(':'), '--help');
    expect(code, id).toBe(0);
    expect(stdout.split('EXAMPLES')[1]?.split(`$ kubectl mcs ${id.replaceAll(':', ' ')}`).length, id).toBeGreaterThan(
      2,
    );
  }
});

it('holds what it needs, and nothing of the workshop', () => {
  const { dependencies } = JSON.parse(readFileSync(join(installed.package, 'package.json'), 'utf8')) as {
    dependencies?: unknown;
  };
  expect(dependencies).toBeUndefined();
  const files = readdirSync(installed.package);
  expect(files).toEqual(expect.arrayContaining(['bin', 'dist', 'oclif.manifest.json', 'package.json', 'LICENSE']));
  expect(files).not.toEqual(expect.arrayContaining(['node_modules']));
  expect(files).not.toEqual(expect.arrayContaining(['src']));
  expect(files).not.toEqual(expect.arrayContaining(['test']));
  const licences = readFileSync(join(installed.package, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
  for (const name of ['@oclif/core', 'chalk', 'cli-table3', 'js-yaml']) expect(licences).toContain(`\n${name} `);
});

it('rule 1: brings the CRDs, the one of the About API with the approval that an API server asks for', async () => {
  const crds = await ourCRDs(installed.package);
  expect(crds.map(({ crd }) => crd.name).sort()).toEqual([
    'clusterproperties.about.k8s.io',
    'serviceexports.multicluster.x-k8s.io',
    'serviceimports.multicluster.x-k8s.io',
  ]);
  expect(crds[0]?.manifest.metadata).toMatchObject({
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/enhancements/pull/3084' },
  });
});

it('does the main job on the examples it brings, from a place where there is no repository', async () => {
  cpSync(join(installed.package, 'examples/shop'), join(installed.cwd, 'shop'), { recursive: true });
  const all = ['--dir', 'shop/east', '--dir', 'shop/west', '--dir', 'shop/north'];
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await started(installed.mcs, ...args);
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  await done('join', 'shop', ...all);
  await done('export', 'svc', 'shop/web', 'shop/cart', 'shop/search', 'shop/db', 'billing/invoice', ...all.slice(0, 2));
  await done('export', 'svc', 'shop/web', 'shop/cart', 'shop/search', ...all.slice(2, 4));
  expect(await done('reconcile', ...all)).toContain('5 services: 48 created, 8 updated');
  expect(await done('reconcile', ...all)).toBe('clusterset shop: 3 clusters, 5 services: nothing to change\n');
  expectShop(await done('status', ...all));
});
