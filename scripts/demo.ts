/**
 * `npm run demo`: the main job on a scratch copy of examples/shop, with every command as a user would type it. Builds
 * first where dist is missing or older than its sources, since `npm ci` does not build.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'bin/mcs.cjs');

interface Step {
  readonly why: string;
  readonly command: string;
}

const ALL = '--dir east --dir west --dir north';

const STEPS: readonly Step[] = [
  { why: 'Three folders of manifests become members of the clusterset shop', command: `join shop ${ALL}` },
  {
    why: 'east exports first, so its exports are the oldest',
    command: 'export svc web cart search db -n shop --dir east',
  },
  { why: 'A namespace that north does not have', command: 'export svc invoice -n billing --dir east' },
  {
    why: 'west exports too; with both folders given, conflicts are told beforehand',
    command: 'export svc web cart search -n shop --dir east --dir west',
  },
  { why: 'Every cluster gets the imports that the exports call for', command: `reconcile ${ALL}` },
  { why: 'A second pass writes nothing', command: `reconcile ${ALL}` },
  { why: 'What every cluster makes of it', command: `status ${ALL}` },
  { why: 'One of the conflicts', command: `status shop/cart ${ALL} -o wide` },
];

process.exitCode = buildIfNeeded() ? demo() : 1;

function demo(): number {
  const scratch = join(mkdtempSync(join(tmpdir(), 'mcs-demo-')), 'shop');
  cpSync(join(root, 'examples/shop'), scratch, { recursive: true });
  for (const { why, command } of STEPS) {
    console.log(`\n# ${why}\n$ mcs ${command}`);
    const { status } = spawnSync(process.execPath, [bin, ...command.split(' ')], {
      cwd: scratch,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) {
      console.error(`\nerror: mcs ${command} ended with ${status ?? 'a signal'}; its files: ${scratch}`);
      return 1;
    }
  }
  console.log(ending(scratch));
  return 0;
}

function ending(scratch: string): string {
  return `
The clusters are folders in ${scratch}
What mcs wrote is in the folders named mcs, and nothing outside them was changed. To go on:

  alias mcs='${process.execPath} ${bin}'
  cd ${scratch}
  cat west/mcs/shop/serviceimport-cart.yaml

  # End the conflict of types: search gets a cluster IP in west, as in east
  sed -i.bak '/clusterIP: None/d' west/search.yaml
  mcs reconcile ${ALL}
  mcs status shop/search ${ALL}

  # What would happen if east stopped exporting db
  mcs unexport svc db -n shop --dir east --dry-run

  mcs --help`;
}

/** True when dist is there and as new as what it is made of. */
function buildIfNeeded(): boolean {
  if (isCurrent()) return true;
  console.log('building …');
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  return status === 0;
}

function isCurrent(): boolean {
  const built = statSync(join(root, 'dist/mcs.js'), { throwIfNoEntry: false });
  if (built === undefined) return false;
  const sources = ['package.json', 'scripts/build.ts', ...globSync('src/**/*.ts', { cwd: root })];
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= built.mtimeMs);
}
