/** Builds dist/: every command its own entry, shared code in chunks, everything bundled; then the oclif manifest. */
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { createHash } from 'node:crypto';
import { globSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { collectLicences } from './licences.ts';
import { writeManifest } from './manifest.ts';

const root = resolve(import.meta.dirname, '..');

/**
 * Built-in modules through process.getBuiltinModule: `import 'node:http'` as ESM reads every getter of the module, which
 * loads the undici inside Node (23 ms).
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(bundler) {
    const names = new Set(builtinModules);
    bundler.onResolve({ filter: /^(node:)?[a-z_0-9/]+$/ }, ({ path, kind, importer }) => {
      if (!path.startsWith('node:') && !names.has(path)) return undefined;
      // A CommonJS stand-in behind import() would have a default export alone; what is loaded late stays as it is.
      if (kind === 'dynamic-import') return { path, external: true };
      const name = path.replace(/^node:/, '');
      // One for each importer, so that it goes into the importer's chunk: shared ones would be chunks of their own.
      const id = createHash('sha256').update(relative(root, importer)).digest('hex').slice(0, 8);
      return { path: `${name}#${id}`, pluginData: name, namespace: 'builtin', sideEffects: false };
    });
    bundler.onLoad({ filter: /./, namespace: 'builtin' }, ({ pluginData }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${String(pluginData)}')`,
      loader: 'js',
    }));
  },
};

/** client-node does not say that it has no side effects; without that, all of its 1000 files would stay. */
const treeShaking: Plugin = {
  name: 'tree-shaking',
  setup(bundler) {
    bundler.onResolve({ filter: /./ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'resolved' || !(options.importer + path).includes('client-node')) return undefined;
      const found = await bundler.resolve(path, { ...options, pluginData: 'resolved' });
      return found.errors.length > 0 || found.namespace !== 'file' ? undefined : { ...found, sideEffects: false };
    });
  },
};

/** What oclif requires at its start and an installed mcs hardly ever calls; empty: the package is a function. */
const RARE: Readonly<Record<string, readonly string[]>> = {
  'clean-stack': [],
  ejs: ['render'],
  lilconfig: ['lilconfig'],
  minimatch: ['minimatch'],
  tinyglobby: ['glob'],
};

/** Loads those packages of oclif when they are first called (10 ms of its 40). */
const onDemand: Plugin = {
  name: 'on-demand',
  setup(bundler) {
    bundler.onResolve({ filter: /^[a-z-]+$/ }, ({ path, importer, resolveDir, namespace }) =>
      namespace === 'file' && importer.includes('@oclif/core') && Object.hasOwn(RARE, path)
        ? { path, namespace: 'on-demand', pluginData: resolveDir }
        : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'on-demand' }, ({ path, pluginData }) => {
      const names = RARE[path] ?? [];
      const load = `require('${path}')`;
      const call = (name: string): string => `${name}: (...args) => ${load}.${name}(...args)`;
      const contents = names.length > 0 ? `{ ${names.map(call).join(', ')} }` : `(...args) => ${load}(...args)`;
      return { contents: `module.exports = ${contents}`, loader: 'js', resolveDir: String(pluginData) };
    });
    // Reads several files to find out whether this is Windows' Linux, which matters to nothing in mcs.
    bundler.onResolve({ filter: /^wsl-utils$/ }, ({ path }) => ({ path, namespace: 'constant' }));
    bundler.onLoad({ filter: /./, namespace: 'constant' }, () => ({ contents: 'export const isWsl = false' }));
  },
};

/** What nearly every command uses: the rooms but those that hold heavy libraries, which stay to be loaded on demand. */
const TOGETHER = ['src/lib/{actions,api,plan,output}/**/*.ts', 'src/lib/*.ts', 'src/lib/clusters/*.ts', 'src/*.ts'];

/** oclif sorts ids and names by locale; the first comparison of that kind loads the rules of all languages (7 ms). */
const collation: Plugin = {
  name: 'collation',
  setup(bundler) {
    bundler.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/]config[\\/].*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        /(\w+\.\w+)\.localeCompare\((\w+\.\w+)\)/g,
        '($1 < $2 ? -1 : 1)',
      ),
      loader: 'js',
    }));
  },
};

/** The commands, and what they load on demand. */
const ENTRIES =
  /[\\/]src[\\/](commands[\\/].*|dispatch|lib[\\/]clusters[\\/](directory[\\/](directories|load|writer)|kube[\\/](contexts|kubeconfig)))\.ts$/;

/**
 * Shared code in few chunks: esbuild makes one for every set of entries that share something, some fifty, and to resolve,
 * read and link each of the forty that `mcs status` needs takes longer than to load a little more of our own code. So
 * every command is said to use all of it.
 */
const together: Plugin = {
  name: 'together',
  setup(bundler) {
    const shared = globSync(TOGETHER, { cwd: root, exclude: ['src/main.ts', '**/*.d.ts'] });
    bundler.onLoad({ filter: ENTRIES }, async ({ path }) => {
      const imports = shared.map((file) => `import ${JSON.stringify(join(root, file))};`);
      return { contents: `${await readFile(path, 'utf8')}\n${imports.join('\n')}`, loader: 'ts' };
    });
  },
};

/** CommonJS code in the bundle expects these. */
const banner = [
  `const { createRequire: __createRequire } = process.getBuiltinModule('node:module');`,
  `const require = __createRequire(import.meta.url);`,
  `const __filename = import.meta.filename; const __dirname = import.meta.dirname;`,
].join('\n');

async function bundle(outdir: string): Promise<Metafile> {
  const commands = globSync('src/commands/**/*.ts', { cwd: root });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts', ...commands],
    outbase: 'src',
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    conditions: ['node'],
    external: ['typescript'], // oclif loads it for commands in .ts, which an installed mcs has none of
    plugins: [builtins, onDemand, collation, treeShaking, together],
    define: { 'process.env.OCLIF_DISABLE_ENGINE_WARNING': '"1"' }, // bin has looked at the version
    banner: { js: banner },
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

// Beside dist first, so that an mcs that is being used meanwhile finds all of its files, old or new.
const fresh = join(root, `.cache/dist-${process.pid}`);
const metafile = await bundle(fresh);
writeFileSync(join(fresh, 'THIRD_PARTY_LICENSES.txt'), collectLicences(root, metafile));
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(fresh, join(root, 'dist'));
await writeManifest(root);
