import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../kube/run.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const lines = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8').split('\n');
const folder = mkdtempSync(join(tmpdir(), 'mcs-image-'));
let tarball = '';

beforeAll(async () => {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The rest of the only line that begins so. */
function instruction(start: string): string {
  const [line = '', ...more] = lines.filter((each) => each.startsWith(start));
  expect(more).toEqual([]);
  return line.slice(start.length);
}

// No image is built here: that needs Docker and a registry. This is what its steps do.
it('the image gets the package that npm makes, and what it unpacks runs without an installation', async () => {
  const [pattern = '', target = ''] = instruction('COPY kubectl').split(' ');
  expect(matchesGlob(tarball, `kubectl${pattern}`)).toBe(true);
  expect(readFileSync(join(ROOT, 'deploy/Dockerfile.dockerignore'), 'utf8')).toBe(`*\n!kubectl${pattern}\n`);
  const opt = join(folder, 'opt');
  mkdirSync(opt);
  const script = instruction('RUN ').replace(target, join(folder, tarball));
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
  const { stdout, stderr } = await run('/usr/bin/env', ['-i', `PATH=${path}`, 'sh', '-c', script], { cwd: opt });
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^mcs \d/), stderr: '' });
  const [, program = ''] = JSON.parse(instruction('ENTRYPOINT ')) as string[]; // Docker wants it so
  const inside = join(opt, program.replace('/opt/mcs/', ''));
  // As in the image: nothing can be written, nobody's home.
  const env = ['-i', 'NODE_DISABLE_COMPILE_CACHE=1', 'HOME=/nonexistent', process.execPath, inside];
  const printed = await run('/usr/bin/env', [...env, 'rbac', 'print', '--for', 'home'], { cwd: '/' });
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(printed.stdout).toContain('kind: RoleBinding');
});
