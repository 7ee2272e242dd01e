/** Builds dist/: one bundle; then the oclif manifest. */
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { globSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { collectLicences } from './licences.ts';
import { COMMANDS, writeManifest } from './manifest.ts';
import { oclifStart } from './oclif-start.ts';

const root = resolve(import.meta.dirname, '..');

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

/** One function expression for `src/load.ts`, so that V8 can keep its code. */
const wrapper = { before: '(function (exports, require, module, __filename, __dirname) {', after: '})' };

async function bundle(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/bundle.ts'],
    outfile,
    bundle: true,
    format: 'cjs', // of ES modules V8 keeps less, and Node reads every getter of the built-in ones that they import
    platform: 'node',
    target: 'node22.19',
    conditions: ['node'],
    supported: { 'dynamic-import': false }, // what is imported late is in the bundle too, and runs when it is called for
    external: ['typescript'], // oclif loads it for commands in .ts, which an installed mcs has none of
    plugins: [oclifStart, treeShaking],
    define: { 'process.env.OCLIF_DISABLE_ENGINE_WARNING': '"1"', 'import.meta.url': '__url' }, // bin has looked at the version
    banner: { js: `${wrapper.before}const __url = require('url').pathToFileURL(__filename).href;` },
    footer: { js: wrapper.after },
    charset: 'ascii',
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

async function buildLoader(outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/load.ts'],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.19',
    logLevel: 'warning',
  });
}

/** Commands as files of their own, for oclif to make the manifest of. */
async function buildCommands(outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: globSync('src/commands/**/*.ts', { cwd: root }),
    outbase: 'src',
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
}

// Beside dist first, so that an mcs that is being used meanwhile finds its bundle, old or new.
const fresh = join(root, `.cache/dist-${process.pid}`);
const metafile = await bundle(join(fresh, 'mcs.js'));
await buildLoader(join(fresh, 'load.cjs'));
writeFileSync(join(fresh, 'THIRD_PARTY_LICENSES.txt'), collectLicences(root, metafile));
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(fresh, join(root, 'dist'));
rmSync(join(root, COMMANDS), { recursive: true, force: true });
await buildCommands(join(root, COMMANDS));
await writeManifest(root);
