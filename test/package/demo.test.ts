import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../kube/run.ts';
import type { RunResult } from '../kube/run.ts';
import { expectShop } from './shop.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'mcs-demo-test-'));

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs the demo, from another directory than the repository; TMPDIR says where its scratch copy goes. */
function demo(script = join(ROOT, 'scripts/demo.ts')): Promise<RunResult> {
  const env = { TMPDIR: scratch, NO_COLOR: '1', KUBECONFIG: '/nowhere' };
  return run(process.execPath, [script], { cwd: '/', env });
}

it('shows the main job on a scratch copy of examples/shop', async () => {
  const before = readAll(join(ROOT, 'examples/shop'));
  const { code, stdout } = await demo();
  expect(code).toBe(0);

  const commands = stdout.split('\n').filter((line) => line.startsWith('$ mcs '));
  expect(commands.map((line) => line.split(' ')[2])).toEqual([
    ...['join', 'export', 'export', 'export', 'reconcile', 'reconcile', 'status', 'status'],
  ]);
  // What follows a command, up to the next.
  const shown = stdout.split(/^\$ mcs .*\n/m).slice(1);
  expect(shown[4]).toMatch(/clusterset shop: 3 clusters, 5 services: \d+ created, \d+ updated\n/);
  expect(shown[5]?.split('\n')[0]).toBe('clusterset shop: 3 clusters, 5 services: nothing to change');
  expectShop(shown[6] ?? '');
  const [picture = ''] = (shown[6] ?? '').split('\n# ');
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'the picture in README.md').toContain(
    `${commands[6] ?? ''}\n${picture.trim()}\n`,
  );
  expect(shown[7]).toMatch(/^shop +cart .*CONFLICT port$/m);

  const [, copy = ''] = /^The clusters are folders in (.*)$/m.exec(stdout) ?? [];
  expect(copy.startsWith(scratch)).toBe(true);
  for (const [file, content] of before) expect(readFileSync(join(copy, file), 'utf8'), file).toBe(content);
  expect(readAll(join(ROOT, 'examples/shop'))).toEqual(before);
});

it('goes on as its last lines say: the conflict of types ends', async () => {
  const { stdout } = await demo();
  const next = stdout.slice(stdout.indexOf("\n  alias mcs='"));
  const script = `shopt -s expand_aliases\nset -e\n${next}`;
  const { code, stdout: shown } = await run('bash', ['-c', script], { cwd: '/', env: { NO_COLOR: '1' } });
  expect(code).toBe(0);
  expect(shown).toMatch(/^shop +search .* 3\/3 +OK$/m);
  expect(shown).toContain('east  shop/db  would be unexported');
});

it('stops at the first command that fails, and fails itself', async () => {
  const root = join(scratch, 'broken');
  mkdirSync(join(root, 'scripts'), { recursive: true });
  for (const part of ['bin', 'dist', 'src', 'package.json', 'scripts/build.ts']) {
    symlinkSync(join(ROOT, part), join(root, part));
  }
  cpSync(join(ROOT, 'scripts/demo.ts'), join(root, 'scripts/demo.ts'));
  cpSync(join(ROOT, 'examples'), join(root, 'examples'), { recursive: true });
  writeFileSync(join(root, 'examples/shop/west/web.yaml'), 'kind: [');
  const { code, stdout, stderr } = await demo(join(root, 'scripts/demo.ts'));
  expect(code).toBe(1);
  expect(stdout.match(/^\$ mcs /gm)).toHaveLength(1);
  expect(stderr).toMatch(/^error: mcs join shop --dir east .* ended with \d+; its files: /m);
});

/** Contents of all files below a directory, by path, in order. */
function readAll(dir: string): ReadonlyMap<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [path.slice(dir.length + 1), readFileSync(path, 'utf8')]));
}
