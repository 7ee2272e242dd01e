import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { Kept } from '../faults/kept.ts';
import { Program } from '../faults/program.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { create } from './api.ts';
import { addressesIn, createNamespace, importedSlices, sourceOf } from './clusterset.ts';
import { exported, namespaceObject, slice, type Manifest } from './objects.ts';

describeWithServers('mcs reconcile --watch with directories', () => {
  const shop = uniqueNamespace('folders');
  let program: Program;
  let west: Handle;
  let kept: Kept | undefined;

  beforeAll(async () => {
    ({ west } = await clusters());
    program = new Program();
    await createNamespace(shop, [west]);
  });

  afterEach(async () => {
    await kept?.end('SIGKILL');
    kept = undefined;
  });

  /** A folder of the user's, with the namespace in it. */
  async function folder(name: string): Promise<string> {
    const dir = join(temporaryFolder('folders'), name);
    await mkdir(dir);
    await put(dir, 'namespace', namespaceObject(shop));
    return dir;
  }

  it('brings a change of a file to another directory, and takes none of its own writes for one', async () => {
    const [east, north] = [await folder('east'), await folder('north')];
    const clusters = ['--dir', east, '--dir', north];
    await program.document(['join', 'files', ...clusters]);
    await put(east, 'web', ...dated(exported(shop, 'web', ['10.2.0.1'])));
    const watch = new Kept(program, clusters);
    kept = watch;
    await watch.start();
    await watch.until(async () => {
      expect(await textIn(north)).toContain('10.2.0.1');
    });
    await put(east, 'more', slice(shop, 'web', ['10.2.0.2'], { name: 'web-more' }));
    await watch.until(async () => {
      expect(await textIn(north)).toContain('10.2.0.2');
    });
    const written = await timesIn(north);
    await rm(join(east, 'web.json'));
    await watch.until(async () => {
      expect(await textIn(north)).not.toContain('10.2.0.');
    });
    expect(written.size).toBeGreaterThan(0);
    const before = [await timesIn(east), await timesIn(north)];
    expect(await watch.end('SIGTERM')).toBe(0);
    watch.expectClean();
    await watch.start();
    await watch.until(() => undefined);
    expect([await timesIn(east), await timesIn(north)]).toEqual(before);
  });

  it('keeps a directory and a cluster of one clusterset', async () => {
    const east = await folder('eastern');
    const clusters = ['--dir', east, '--kubeconfig', west.kubeconfig, '--context', 'west'];
    await program.document(['join', 'mixed', ...clusters]);
    const watch = new Kept(program, clusters);
    kept = watch;
    await watch.start();
    await put(east, 'web', ...dated(exported(shop, 'web', ['10.2.1.1'])));
    await create(west, ...exported(shop, 'web', ['10.2.1.2']));
    await watch.until(async () => {
      const slices = await importedSlices(west, shop, 'web');
      expect(slices.map((one) => [sourceOf(one), addressesIn([one])])).toEqual([
        ['eastern', ['10.2.1.1']],
        ['west', ['10.2.1.2']],
      ]);
      expect(await textIn(east)).toContain('10.2.1.2');
    });
    expect(await watch.end('SIGINT')).toBe(0);
    watch.expectClean();
  });
});

/** Writes a file of the user's: one `List`. */
async function put(dir: string, name: string, ...items: readonly Manifest[]): Promise<void> {
  await writeFile(join(dir, `${name}.json`), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

/** With an age, which only an API server gives by itself. */
function dated(objects: readonly Manifest[]): readonly Manifest[] {
  const creationTimestamp = '2026-01-01T00:00:00Z';
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, creationTimestamp } }));
}

/** All that mcs wrote into a directory. */
async function textIn(dir: string): Promise<string> {
  const files = await filesIn(dir);
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

/** When the files that mcs wrote were written, by path. */
async function timesIn(dir: string): Promise<ReadonlyMap<string, number>> {
  const files = await filesIn(dir);
  return new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).mtimeMs] as const)));
}

async function filesIn(dir: string): Promise<readonly string[]> {
  const own = join(dir, 'mcs');
  const found = await readdir(own, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
