import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Kind } from '../../../../src/lib/api/kinds.ts';
import { keyOf } from '../../../../src/lib/api/objects.ts';
import type { Cluster, WatchOptions } from '../../../../src/lib/clusters/cluster.ts';
import { directoryClusters, type DirectoryOptions } from '../../../../src/lib/clusters/directory/directories.ts';
import { EXPORT, SERVICE, failure, folder } from './folder.ts';

const CHILD = fileURLToPath(new URL('watching-child.ts', import.meta.url));
const NEVER = 1_000_000;
const TIMES = { quiet: 30, most: 300, poll: NEVER, pollFailed: 50 };

async function open(cwd: string, specs: readonly string[] = ['.'], options: DirectoryOptions = {}): Promise<Cluster> {
  const { clusters } = await directoryClusters(specs, { cwd, watchTimes: TIMES, ...options });
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error('no cluster');
  onTestFinished(() => cluster.close());
  return cluster;
}

/** Watches a kind, and notes what is told: `put shop/web`. */
function watching(
  cluster: Cluster,
  kind: Kind,
  options: WatchOptions = {},
): { readonly told: string[]; readonly stop: () => void } {
  const told: string[] = [];
  const note =
    (what: string) =>
    ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): void => {
      told.push(`${what} ${keyOf(metadata)}`);
    };
  const stop = cluster.watch(
    kind,
    {
      replace: (objects) => told.push(`replace ${objects.map(({ metadata }) => keyOf(metadata)).join(' ')}`.trim()),
      put: note('put'),
      remove: note('remove'),
      heard: () => undefined,
      failed: (error) => told.push(`failed ${error.reason}`),
    },
    options,
  );
  return { told, stop };
}

function named(name: string, port = 80): string {
  return SERVICE.replace('name: web', `name: ${name}`).replace('port: 80', `port: ${port}`);
}

/** Waits until nothing is wrong any more. */
function until(right: () => void, patience = 5000): Promise<void> {
  return vi.waitFor(right, patience);
}

/** Waits until a change that is made last is told: all that came before would have been told too. */
async function after(root: string, told: readonly string[], marker = 'last', patience = 5000): Promise<void> {
  writeFileSync(join(root, `${marker}.yaml`), named(marker));
  await until(() => {
    expect(told).toContain(`put shop/${marker}`);
  }, patience);
}

describe('a watched directory', () => {
  test('tells of one namespace alone where no more is asked for', async () => {
    const elsewhere = SERVICE.replace('namespace: shop', 'namespace: billing');
    const root = folder({ 'web.yaml': SERVICE, 'other.yaml': elsewhere });
    const cluster = await open(root);
    const services = watching(cluster, 'Service', { namespace: 'shop' });
    const namespaces = watching(cluster, 'Namespace', { namespace: 'shop' });
    await until(() => {
      expect([services.told, namespaces.told]).toEqual([['replace shop/web'], ['replace shop']]);
    });
    rmSync(join(root, 'other.yaml'));
    await after(root, services.told);
    expect(services.told).toEqual(['replace shop/web', 'put shop/last']);
    expect(namespaces.told).toEqual(['replace shop']);
  });

  test('tells the whole state first, and then files that come, change and go', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const { told } = watching(await open(root), 'Service');
    await until(() => {
      expect(told).toEqual(['replace shop/web']);
    });
    writeFileSync(join(root, 'api.yaml'), named('api'));
    await until(() => {
      expect(told.at(-1)).toBe('put shop/api');
    });
    writeFileSync(join(root, 'web.yaml'), named('web', 81));
    await until(() => {
      expect(told.at(-1)).toBe('put shop/web');
    });
    rmSync(join(root, 'api.yaml'));
    await until(() => {
      expect(told.at(-1)).toBe('remove shop/api');
    });
    expect(told).toHaveLength(4);
  });

  test('tells each kind its own, namespaces that exist because of what is in them too', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const [services, exports, namespaces] = (['Service', 'ServiceExport', 'Namespace'] as const).map((kind) =>
      watching(cluster, kind),
    );
    await until(() => {
      expect(namespaces?.told).toEqual(['replace shop']);
    });
    writeFileSync(join(root, 'export.yaml'), EXPORT.replace('shop', 'other'));
    await until(() => {
      expect(exports?.told).toEqual(['replace', 'put other/web']);
    });
    expect(namespaces?.told).toEqual(['replace shop', 'put other']);
    expect(services?.told).toEqual(['replace shop/web']);
  });

  test('reads and writes what it was told', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const { told } = watching(cluster, 'Service');
    await until(() => {
      expect(told).toHaveLength(1);
    });
    await after(root, told);
    expect(await cluster.get('Service', { namespace: 'shop', name: 'last' })).toBeDefined();
    rmSync(join(root, 'web.yaml'));
    await until(() => {
      expect(told.at(-1)).toBe('remove shop/web');
    });
    expect((await cluster.list('Service')).map(({ metadata }) => metadata.name)).toEqual(['last']);
  });

  test('sees folders that come, and what is in them', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const { told } = watching(await open(root), 'Service');
    await until(() => {
      expect(told).toHaveLength(1);
    });
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/api.yaml'), named('api'));
    await until(() => {
      expect(told.at(-1)).toBe('put shop/api');
    });
    writeFileSync(join(root, 'a/b/api.yaml'), named('api', 8080));
    await until(() => {
      expect(told.filter((line) => line === 'put shop/api')).toHaveLength(2);
    });
    rmSync(join(root, 'a'), { recursive: true });
    await until(() => {
      expect(told.at(-1)).toBe('remove shop/api');
    });
  });

  test('sees what links lead to, and links that are turned', async () => {
    const elsewhere = folder({ '1/web.yaml': SERVICE, '2/web.yaml': named('api') });
    const root = folder({});
    symlinkSync(join(elsewhere, '1'), join(root, '..data'));
    symlinkSync('..data/web.yaml', join(root, 'web.yaml'));
    const { told } = watching(await open(root), 'Service');
    await until(() => {
      expect(told).toEqual(['replace shop/web']);
    });
    writeFileSync(join(elsewhere, '1/web.yaml'), named('web', 81));
    await until(() => {
      expect(told.at(-1)).toBe('put shop/web');
    });
    symlinkSync(join(elsewhere, '2'), join(root, '..next')); // as kubelet changes a ConfigMap
    renameSync(join(root, '..next'), join(root, '..data'));
    await until(() => {
      expect(told.slice(2)).toEqual(['put shop/api', 'remove shop/web']);
    });
  });

  test('is looked at from time to time, where nobody tells of changes', async () => {
    const far = folder({ '1.yaml': SERVICE, '2.yaml': named('api') });
    const between = folder({}); // its links are neither in the directory nor beside what they lead to
    symlinkSync(join(far, '1.yaml'), join(between, 'link.yaml'));
    const root = folder({});
    symlinkSync(join(between, 'link.yaml'), join(root, 'web.yaml'));
    const { told } = watching(await open(root, ['.'], { watchTimes: { ...TIMES, poll: 40 } }), 'Service');
    await until(() => {
      expect(told).toEqual(['replace shop/web']);
    });
    symlinkSync(join(far, '2.yaml'), join(between, 'next.yaml'));
    renameSync(join(between, 'next.yaml'), join(between, 'link.yaml'));
    await until(() => {
      expect(told.slice(1)).toEqual(['put shop/api', 'remove shop/web']);
    });
  });

  test('reads files that did not change no second time', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const { told } = watching(cluster, 'Service');
    const web = (): Promise<unknown> => cluster.get('Service', { namespace: 'shop', name: 'web' });
    let same = false;
    // A file that was written right before it was read is read again, since its times would not tell.
    for (let round = 0; round < 20 && !same; round++) {
      const before = await web();
      await after(root, told, `round-${round}`);
      same = (await web()) === before;
    }
    expect(same).toBe(true);
  });

  test('tells many changes in one', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const { told } = watching(cluster, 'Service');
    await until(() => {
      expect(told).toHaveLength(1);
    });
    for (let port = 1; port <= 50; port++) writeFileSync(join(root, 'web.yaml'), named('web', port));
    await after(root, told);
    expect(told.filter((line) => line === 'put shop/web').length).toBeLessThan(5);
    expect((await cluster.get('Service', { namespace: 'shop', name: 'web' }))?.spec.ports[0]?.port).toBe(50);
  });
});

test('sees what changed when the system could not tell of all changes', async () => {
  const root = folder({ 'web.yaml': SERVICE, '0.txt': '', '1.txt': '' });
  const { told } = watching(await open(root), 'Service');
  await until(() => {
    expect(told).toHaveLength(1);
  });
  await after(root, told, 'begun'); // all folders are watched by now
  // More events in one turn than Linux keeps for a process; the last ones are dropped without a word.
  for (let change = 0; change < 20_000; change++) utimesSync(join(root, `${change % 2}.txt`), 0, change);
  await after(root, told, 'last', 45_000); // where others work, too, that many events take seconds
}, 60_000);

describe('writes of its own', () => {
  test('are not told, and are there in what is read and written later', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const [exports, services] = [watching(cluster, 'ServiceExport'), watching(cluster, 'Service')];
    await until(() => {
      expect(services.told).toHaveLength(1);
    });
    const ref = { namespace: 'shop', name: 'web' };
    const creationTimestamp = '2026-01-01T00:00:00Z';
    const object = { apiVersion: '', kind: 'ServiceExport', metadata: { ...ref, creationTimestamp } } as const;
    await cluster.apply('ServiceExport', object);
    const condition = { type: 'Valid', status: 'True', reason: 'Valid', message: 'it is' } as const;
    await cluster.apply('ServiceExport', { ...object, status: { conditions: [condition] } }, { subresource: 'status' });
    await after(root, services.told);
    expect(exports.told).toEqual(['replace']);
    expect((await cluster.get('ServiceExport', ref))?.status?.conditions).toHaveLength(1);
    await cluster.delete('ServiceExport', ref);
    await after(root, services.told, 'later');
    expect(exports.told).toEqual(['replace']);
    expect(await cluster.list('ServiceExport')).toEqual([]);
  });

  test('that come while files are read are neither lost nor told', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`s${index}.yaml`, named(`s${index}`)] as const),
    );
    const root = folder(files);
    const cluster = await open(root);
    const [exports, services] = [watching(cluster, 'ServiceExport'), watching(cluster, 'Service')];
    await until(() => {
      expect(services.told).toHaveLength(1);
    });
    for (let index = 0; index < 300; index++) {
      if (index % 10 === 0) writeFileSync(join(root, `s${index}.yaml`), named(`s${index}`, 1000 + index));
      await cluster.apply('ServiceExport', {
        apiVersion: '',
        kind: 'ServiceExport',
        metadata: { namespace: 'shop', name: `s${index}` },
      });
      await new Promise((resolve) => setTimeout(resolve, index % 3));
    }
    await after(root, services.told);
    expect(exports.told).toEqual(['replace']);
    expect(await cluster.list('ServiceExport')).toHaveLength(300);
    expect((await cluster.get('Service', { namespace: 'shop', name: 's290' }))?.spec.ports[0]?.port).toBe(1290);
  }, 20_000);

  test('by another hand in the same place are told', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const [exports, services] = [watching(cluster, 'ServiceExport'), watching(cluster, 'Service')];
    await until(() => {
      expect(exports.told).toHaveLength(1);
    });
    const metadata = { namespace: 'shop', name: 'web' };
    await cluster.apply('ServiceExport', { apiVersion: '', kind: 'ServiceExport', metadata });
    await after(root, services.told); // the new folder is known by now
    await after(root, services.told, 'later');
    rmSync(join(root, 'mcs/shop/serviceexport-web.yaml'));
    await until(() => {
      expect(exports.told).toEqual(['replace', 'remove shop/web']);
    });
  });
});

describe('what cannot be read', () => {
  test('is a failure while it lasts; what was told stays', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const { told } = watching(cluster, 'Service');
    await until(() => {
      expect(told).toHaveLength(1);
    });
    writeFileSync(join(root, 'api.yaml'), 'kind: [');
    await until(() => {
      expect(told.at(-1)).toBe('failed malformed');
    });
    expect(await failure(cluster.list('Service'))).toMatchObject({ reason: 'malformed' });
    writeFileSync(join(root, 'api.yaml'), named('api'));
    await until(() => {
      expect(told).toEqual(['replace shop/web', 'failed malformed', 'put shop/api']);
    });
    expect(await cluster.list('Service')).toHaveLength(2);
  });

  test('from the beginning is told whole when it is mended', async () => {
    const root = folder({ 'web.yaml': 'kind: [' });
    const { told } = watching(await open(root), 'Service');
    await until(() => {
      expect(told).toEqual(['failed malformed']);
    });
    writeFileSync(join(root, 'web.yaml'), SERVICE);
    await until(() => {
      expect(told).toEqual(['failed malformed', 'replace shop/web']);
    });
  });

  test('before it is watched can be asked for again once it is mended', async () => {
    const root = folder({ 'web.yaml': 'kind: [' });
    const cluster = await open(root);
    expect(await failure(cluster.facts())).toMatchObject({ reason: 'malformed' });
    writeFileSync(join(root, 'web.yaml'), SERVICE);
    expect((await cluster.facts()).warnings).toEqual([]);
    expect(await cluster.list('Service')).toHaveLength(1);
  });

  test('a directory that goes is a failure, and comes back', async () => {
    const root = folder({ 'web.yaml': SERVICE, 'api.yaml': named('api') });
    const { told } = watching(await open(root), 'Service');
    await until(() => {
      expect(told).toHaveLength(1);
    });
    renameSync(root, `${root}-gone`);
    onTestFinished(() => {
      rmSync(`${root}-gone`, { recursive: true, force: true });
    });
    await until(() => {
      expect(told.at(-1)).toBe('failed malformed');
    });
    mkdirSync(root);
    writeFileSync(join(root, 'web.yaml'), SERVICE);
    await until(() => {
      expect(told.at(-1)).toBe('remove shop/api');
    });
    await after(root, told);
  });
});

describe('the end', () => {
  test('of one watcher leaves the others', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const cluster = await open(root);
    const [one, other] = [watching(cluster, 'Service'), watching(cluster, 'Service')];
    await until(() => {
      expect(other.told).toHaveLength(1);
    });
    one.stop();
    await after(root, other.told);
    expect(one.told).toEqual(['replace shop/web']);
  });

  test.each(['stop', 'close'])(
    'by %s lets the process end',
    async (how) => {
      const child = spawn(process.execPath, [CHILD, folder({ 'a/web.yaml': SERVICE }), how], { timeout: 10_000 });
      let out = '';
      child.stdout.on('data', (data: Buffer) => (out += data.toString()));
      expect(await once(child, 'exit')).toEqual([0, null]); // and not by the signal of the timeout
      expect(out).toBe('told');
    },
    20_000,
  );

  test('of standard input does not come: it is told once, with the files', async () => {
    const root = folder({ 'web.yaml': SERVICE });
    const stdin = (): Promise<Buffer> => Promise.resolve(Buffer.from(named('piped')));
    const { told } = watching(await open(root, ['x=-', 'x=.'], { stdin }), 'Service');
    await until(() => {
      expect(told).toEqual(['replace shop/piped shop/web']);
    });
    await after(root, told);
    expect(told).toHaveLength(2);
  });
});
