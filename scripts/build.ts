/** Builds dist/: every command its own entry, shared code in chunks, everything bundled; then the oclif manifest. */
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { collectLicences } from './licences.ts';
import { writeManifest } from './manifest.ts';

const root = resolve(import.meta.dirname, '..');

/**
 * Built-in modules through process.getBuiltinModule: `import 'node:http'` as ESM reads every getter of the module, which
 * loads the undici inside Node (23 ms).
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    const names = new Set(builtinModules);
    onResolve({ filter: /^(node:)?[a-z_0-9/]+$/ }, ({ path }) =>
      path.startsWith('node:') || names.has(path)
        ? { path: path.replace(/^node:/, ''), namespace: 'builtin', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
      loader: 'js',
    }));
  },
};

/** client-node does not say that it has no side effects; without that, all of its 1000 files would stay. */
const treeShaking: Plugin = {
  name: 'tree-shaking',
  setup({ onResolve, resolve: resolveWith }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'resolved' || !/client-node/.test(options.importer + path)) return undefined;
      const found = await resolveWith(path, { ...options, pluginData: 'resolved' });
      return found.errors.length > 0 || found.namespace !== 'file' ? undefined : { ...found, sideEffects: false };
    });
  },
};

/** CommonJS code in the bundle expects these. */
const banner = [
  `const { createRequire: __createRequire } = process.getBuiltinModule('node:module');`,
  `const require = __createRequire(import.meta.url);`,
  `const __filename = import.meta.filename; const __dirname = import.meta.dirname;`,
].join('\n');

async function bundle(): Promise<Metafile> {
  const commands = globSync('src/commands/**/*.ts', { cwd: root });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts', ...commands],
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    conditions: ['node'],
    external: ['typescript'], // oclif loads it for commands in .ts, which an installed mcs has none of
    plugins: [builtins, treeShaking],
    banner: { js: banner },
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'));
const metafile = await bundle();
writeFileSync(join(root, 'dist/THIRD_PARTY_LICENSES.txt'), collectLicences(root, metafile));
await writeManifest(root);
