import fc from 'fast-check';
import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KINDS, type Kind, type ObjectOf } from '../../../../src/lib/api/kinds.ts';
import { keyOf } from '../../../../src/lib/api/objects.ts';
import { parseObject } from '../../../../src/lib/api/parse.ts';
import { type KnownFile, writtenFile } from '../../../../src/lib/clusters/directory/known-file.ts';
import { KnownTexts } from '../../../../src/lib/clusters/directory/known-texts.ts';
import type { Layer } from '../../../../src/lib/clusters/directory/layer.ts';
import { LayerFiles } from '../../../../src/lib/clusters/directory/layer-files.ts';
import { Listener } from '../../../../src/lib/clusters/directory/listener.ts';
import { lookAtFile } from '../../../../src/lib/clusters/directory/look.ts';
import { markOf } from '../../../../src/lib/clusters/directory/mark.ts';
import { showProblem } from '../../../../src/lib/clusters/directory/place.ts';
import { Stock } from '../../../../src/lib/clusters/directory/stock.ts';
import type { Suspects } from '../../../../src/lib/clusters/directory/suspects.ts';
import { ClusterError } from '../../../../src/lib/errors.ts';
import { folder } from './folder.ts';

const ALL_KINDS = Object.keys(KINDS) as Kind[];

/** What is done to files. Paths are below a folder that has two layers, `a` and `b`, and `far`, outside of both. */
type Edit =
  | { readonly do: 'write'; readonly path: string; readonly content: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'move'; readonly path: string; readonly to: string }
  | { readonly do: 'link'; readonly path: string; readonly to: string }
  | { readonly do: 'own'; readonly name: string; readonly remove: boolean };

const folders = fc.constantFrom(
  'a',
  'a/x',
  'a/x/y',
  'a/x/templates',
  'a/x/templates/y',
  'a/mcs/shop',
  'b',
  'b/z',
  'b/mcs/shop',
  'a/.hidden',
  'far',
  'far/d',
);
const files = fc.constantFrom(
  '1.yaml',
  '2.yaml',
  'notes.txt',
  'serviceexport-web.yaml',
  'service-api.yaml',
  'Chart.yaml',
  'kustomization.yaml',
  'Kustomization',
  'x', // as a folder is called
  'templates',
);
const path = fc.tuple(folders, files).map(([at, name]) => `${at}/${name}`);
const names = fc.constantFrom('web', 'api');
const document = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(names, fc.constantFrom('shop', 'other'), fc.nat(9)).map(service) },
  { weight: 4, arbitrary: fc.tuple(names, fc.constantFrom('shop', 'other')).map(exported) },
  { weight: 1, arbitrary: fc.constant(statusOf('web')) },
  { weight: 1, arbitrary: names.map((name) => `${exported([name, 'shop'])}sops: {mac: x}\n`) },
  { weight: 1, arbitrary: fc.constant('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: config}\n') },
  { weight: 1, arbitrary: fc.constant('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {a: b}}\n') },
  { weight: 1, arbitrary: fc.constant('apiVersion: multicluster.k8s.io/v1\nkind: ServiceExport\n') }, // a warning
  { weight: 1, arbitrary: fc.constant('apiVersion: v1\nkind: Service\nmetadata: {name: 1}\n') }, // a problem
);
const content = fc.oneof(
  { weight: 9, arbitrary: fc.array(document, { maxLength: 3 }).map((documents) => documents.join('---\n')) },
  { weight: 1, arbitrary: fc.constant('kind: [') },
);
/** Few names, so that charts have templates and kustomizations patches. */
const fewFolders = fc.constantFrom('a', 'a/x', 'a/x/templates', 'a/x/templates/y', 'far/d');
const fewFiles = fc.constantFrom('1.yaml', '2.yaml', 'Chart.yaml', 'kustomization.yaml', 'Kustomization');
/** What says which files are patches, and which are no patches in spite of that. */
const kustomization = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('', 'x/', '../', 'templates/y/'), fewFiles), { maxLength: 4 }),
    fc.array(fewFiles, { maxLength: 1 }),
  )
  .map(([patches, resources]) => {
    const named = patches.map(([at, name]) => `{path: ${at}${name}}`);
    return `patches: [${named.join(', ')}]\nresources: [${resources.join(', ')}]\n`;
  });

function editsOf(
  path: fc.Arbitrary<string>,
  folders: fc.Arbitrary<string>,
  content: fc.Arbitrary<string>,
): fc.Arbitrary<Edit> {
  const at = fc.oneof(path, folders);
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('write' as const), path, content }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), path: at }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), path: at, to: at }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('own' as const), name: names, remove: fc.boolean() }) },
  );
}
const edit = editsOf(path, folders, content);
const steered = fc.oneof(
  editsOf(
    fc.tuple(fewFolders, fewFiles).map(([at, name]) => `${at}/${name}`),
    fewFolders,
    fc.oneof(content, kustomization),
  ),
  fc.record({
    do: fc.constant('write' as const),
    path: fewFolders.map((at) => `${at}/Kustomization`),
    content: kustomization,
  }),
);
const link = fc.record({ do: fc.constant('link' as const), path, to: fc.oneof(path, folders) });

beforeEach(() => {
  // No file is too young for its mark, so that what is not read again shows.
  const later = Date.now() + 3_600_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ['files and folders', edit],
  ['charts and kustomizations', steered],
  [
    'links, too',
    fc.oneof({ weight: 4, arbitrary: edit }, { weight: 3, arbitrary: steered }, { weight: 1, arbitrary: link }),
  ],
])(
  'what was looked at piece by piece is what is read at once: %s',
  async (_what, edits) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(edits, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), compare),
      { numRuns: 60 },
    );
  },
  120_000,
);

const write = (path: string, content = service(['web', 'shop', 1])): Edit => ({ do: 'write', path, content });
const remove = (path: string): Edit => ({ do: 'remove', path });
const patches = (path: string): string => `patches: [{path: ${path}}]\n`;

test.each<[string, ...(readonly Edit[])[]]>([
  ['a chart comes and goes', [write('a/x/templates/1.yaml')], [write('a/x/Chart.yaml')], [remove('a/x/Chart.yaml')]],
  [
    'something comes below the templates of a chart',
    [write('a/x/Chart.yaml'), write('a/x/templates/1.yaml')],
    [write('a/x/templates/y/z/1.yaml')],
  ],
  [
    'a kustomization comes and goes',
    [write('a/1.yaml')],
    [write('a/Kustomization', patches('1.yaml'))],
    [remove('a/Kustomization')],
  ],
  [
    'a kustomization says otherwise',
    [write('a/1.yaml'), write('a/kustomization.yaml', patches('1.yaml'))],
    [write('a/kustomization.yaml', patches('2.yaml'))],
  ],
  ['a patch comes', [write('a/Kustomization', patches('1.yaml'))], [write('a/1.yaml')]],
  [
    'a folder with a kustomization comes and goes',
    [write('a/1.yaml'), write('far/e/Kustomization', patches('../1.yaml'))],
    [{ do: 'move', path: 'far/e', to: 'a/x' }],
    [remove('a/x')],
  ],
  [
    'what a link to a kustomization leads to says otherwise',
    [write('a/1.yaml'), write('a/k.yaml', patches('1.yaml')), { do: 'link', path: 'a/Kustomization', to: 'a/k.yaml' }],
    [write('a/k.yaml', patches('2.yaml'))],
  ],
])('what was looked at piece by piece is what is read at once: %s', async (_what, ...rounds) => {
  await compare(rounds);
});

test('a file of its own that somebody else changed in the tick in which it was written is read once more', () => {
  const ours = exported(['web', 'shop']);
  const theirs = ours.replace('web', 'api'); // of the same size
  const root = folder({ 'mcs/shop/x.yaml': theirs });
  const known = new LayerFiles({ type: 'directory', path: root, shown: 'in' }, 0);
  const object = parseObject('ServiceExport', {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { name: 'web', namespace: 'shop' },
  });
  const place = { file: 'in/mcs/shop/x.yaml', line: 1 };
  const entry = { kind: 'ServiceExport', object, place, layer: 0, own: true, statusOnly: false } as const;
  const look = (text: string): KnownFile | undefined => {
    known.files.set('mcs/shop/x.yaml', writtenFile(entry, markOf(join(root, 'mcs/shop/x.yaml')), text));
    return lookAtFile(known, 'mcs/shop/x.yaml', new KnownTexts());
  };
  expect(look(ours)?.entries.map((one) => one.object.metadata.name)).toEqual(['api']);
  const same = look(theirs);
  expect(same?.entries[0]).toBe(entry);
  known.files.set('mcs/shop/x.yaml', same ?? writtenFile(entry, undefined, ''));
  expect(lookAtFile(known, 'mcs/shop/x.yaml', new KnownTexts())).toBe(same); // from now on the mark tells
});

/** Looks after each round, at what the system tells of, and compares. */
async function compare(rounds: readonly (readonly Edit[])[]): Promise<void> {
  const site = new Site();
  await site.look('all');
  for (const round of rounds) {
    const suspects = new Set<string>();
    for (const one of round) for (const real of await site.do(one)) suspects.add(real);
    await site.look(suspects);
    expect(await site.state()).toEqual(await Site.fresh(site.root));
  }
  site.remove();
}

/** Two layers of a cluster, and what a watcher was told of it. */
class Site {
  readonly root: string;
  readonly #stock: Stock;
  readonly #folders = new Set<string>();
  readonly #told = new Map<Kind, Map<string, ObjectOf[Kind]>>();
  readonly #listeners: readonly Listener[];
  #failure: string | undefined;
  #edits = 0;

  constructor(root = folder({ 'a/1.yaml': '', 'b/1.yaml': '', 'far/1.yaml': '' })) {
    this.root = root;
    const layer = (name: string): Layer => ({ type: 'directory', path: join(root, name), shown: `in/${name}` });
    this.#stock = new Stock('east', [layer('a'), layer('b')], new KnownTexts(), (problems) => {
      return new ClusterError('east', 'malformed', problems.map(showProblem).join('\n'));
    });
    this.#listeners = ALL_KINDS.map((kind) => this.#listener(kind));
  }

  static async fresh(root: string): Promise<unknown> {
    const site = new Site(root);
    await site.look('all');
    return site.state();
  }

  async look(suspects: Suspects): Promise<void> {
    const failing = this.#failure === undefined ? [] : this.#stock.failing; // looked at again and again
    await this.#stock.look(
      suspects === 'all' ? suspects : new Set([...suspects, ...failing]),
      ({ contents, changes, folders, error }) => {
        for (const gone of folders.gone) this.#folders.delete(gone);
        for (const seen of folders.seen) this.#folders.add(seen);
        if (error === undefined) this.#failure = undefined;
        for (const listener of this.#listeners) {
          if (error === undefined) listener.tell(contents, changes);
          else listener.fail(error);
        }
      },
    );
  }

  /** Everything that can be seen from outside, but of what was told while nothing could be used. */
  async state(): Promise<unknown> {
    const watched = [...this.#folders].sort();
    if (this.#failure !== undefined) return { failure: this.#failure, watched };
    return this.#stock.use(({ contents, warnings }) => ({
      objects: ALL_KINDS.map((kind) => contents.list(kind)),
      told: ALL_KINDS.map((kind) => [...(this.#told.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))),
      warnings,
      watched,
    }));
  }

  /** @returns what the system would tell: the real paths of what was touched */
  async do(one: Edit): Promise<readonly string[]> {
    if (one.do === 'own') return this.#own(one.name, one.remove);
    const [at, to] = [join(this.root, one.path), join(this.root, 'to' in one ? one.to : '')];
    const touched: string[] = [];
    const named = (path: string): string => join(realpathSync(dirname(path)), basename(path));
    const makeFolder = (folder: string): void => {
      const first = mkdirSync(folder, { recursive: true });
      if (first !== undefined) touched.push(first);
    };
    try {
      if (one.do === 'write' || one.do === 'link') makeFolder(dirname(at));
      const before = named(at);
      if (one.do === 'remove') rmSync(at, { recursive: true });
      else if (one.do === 'move') {
        makeFolder(dirname(to));
        renameSync(at, to);
        touched.push(named(to));
      } else if (one.do === 'link') symlinkSync(to, at);
      else {
        // No two contents are of one size, so that marks differ however coarse the clock is.
        writeFileSync(at, `${one.content}\n#${'.'.repeat(this.#edits++)}\n`);
        touched.push(realpathSync(at));
      }
      touched.push(before);
    } catch {
      // nothing there, or something in the way
    }
    return touched.filter((real) => !this.#stock.isNothingNew(dirname(real), basename(real)));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** A write of its own, which nobody tells of. */
  async #own(name: string, remove: boolean): Promise<readonly string[]> {
    const metadata = { name, namespace: 'shop' };
    const creationTimestamp = '2026-01-01T00:00:00Z';
    const object = { apiVersion: '', kind: 'ServiceExport', metadata: { ...metadata, creationTimestamp } } as const;
    const told = this.#told.get('ServiceExport');
    const key = keyOf(metadata);
    try {
      await this.#stock.use(({ writer }) => {
        if (remove) {
          if (writer().delete('ServiceExport', metadata, {}) === 'deleted') told?.delete(key);
          return;
        }
        told?.set(key, writer().apply('ServiceExport', object, {}));
      });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error; // not readable, or not ours to write
    }
    return [join(this.root, 'b/mcs'), join(this.root, 'b')];
  }

  #listener(kind: Kind): Listener {
    const told = new Map<string, ObjectOf[Kind]>();
    this.#told.set(kind, told);
    return new Listener(kind, {
      replace: (objects) => {
        for (const object of objects) told.set(keyOf(object.metadata), object);
      },
      put: (object) => told.set(keyOf(object.metadata), object),
      remove: ({ metadata }) => told.delete(keyOf(metadata)),
      heard: () => undefined,
      failed: (error) => (this.#failure = error.message),
    });
  }
}

function service([name, namespace, port]: readonly [string, string, number]): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n  ports: [{port: ${port + 1}}]\n`;
}

function exported([name, namespace]: readonly [string, string]): string {
  return `apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\nmetadata: {name: ${name}, namespace: ${namespace}}\n`;
}

function statusOf(name: string): string {
  return `${exported([name, 'shop'])}status:\n  conditions: [{type: Valid, status: "True", reason: Valid, message: ""}]\n`;
}
