import type { Loader, Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * What makes oclif start in half its time: it requires at once what an installed mcs hardly ever calls. Measured by
 * `npm run bench -- startup`; what the replaced parts do when they are called is unchanged.
 */
export const oclifStart: Plugin = {
  name: 'oclif-start',
  setup(bundler) {
    const isOclif = (importer: string): boolean => importer.includes('@oclif/core');
    bundler.onResolve({ filter: /^[a-z-]+$/ }, ({ path, importer, resolveDir, namespace }) =>
      namespace === 'file' && isOclif(importer) && Object.hasOwn(RARE, path)
        ? { path, namespace: 'on-demand', pluginData: resolveDir }
        : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'on-demand' }, ({ path, pluginData }) => ({
      contents: callLate(path, RARE[path] ?? []),
      loader: 'js',
      resolveDir: String(pluginData),
    }));
    bundler.onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      isOclif(importer) && RARE_BUILTINS.includes(path) ? { path, namespace: 'late-builtin' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'late-builtin' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('${path}')[name] })`,
      loader: 'js',
    }));
    bundler.onResolve({ filter: /^\.\.?\/(help|ux)(\/index)?$/ }, ({ path, importer, resolveDir }) =>
      isOclif(importer) ? { path: join(resolveDir, path), namespace: 'late' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require(${JSON.stringify(path)})[name] })`,
      loader: 'js',
      resolveDir: dirname(path),
    }));
    bundler.onResolve({ filter: /^debug$/ }, ({ path, importer }) =>
      isOclif(importer) ? { path, namespace: 'silent' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'silent' }, () => ({ contents: SILENT, loader: 'js' }));
    bundler.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/](config|util)[\\/].*\.js$/ }, async ({ path }) => ({
      contents: REWRITTEN.reduce((text, [from, to]) => text.replaceAll(from, to), await readFile(path, 'utf8')),
      loader: 'js' satisfies Loader,
    }));
  },
};

/** Packages, with the functions used of each; empty: the package is a function. */
const RARE: Readonly<Record<string, readonly string[]>> = {
  'clean-stack': [],
  ejs: ['render'],
  lilconfig: ['lilconfig'],
  minimatch: ['minimatch'],
  tinyglobby: ['glob'],
};

const RARE_BUILTINS: readonly string[] = ['node:child_process', 'node:fs/promises', 'node:perf_hooks', 'node:readline'];

/** `DEBUG=oclif` says nothing that a user of mcs could act on; mcs has its own `--debug`. */
const SILENT = 'module.exports = () => Object.assign(() => {}, { enabled: false })';

const REWRITTEN: readonly (readonly [RegExp, string])[] = [
  // Ids and names are sorted by locale; the first comparison of that kind loads the rules of all languages (7 ms).
  [/(\w+\.\w+)\.localeCompare\((\w+\.\w+)\)/g, '($1 < $2 ? -1 : 1)'],
  // Reads several files to find out whether this is Windows' Linux, which matters to nothing in mcs.
  [/\(await import\('wsl-utils'\)\)\.isWsl/g, 'false'],
];

/** A module whose functions load the package when they are called. */
function callLate(path: string, names: readonly string[]): string {
  const load = `require('${path}')`;
  const call = (name: string): string => `${name}: (...args) => ${load}.${name}(...args)`;
  return `module.exports = ${names.length > 0 ? `{ ${names.map(call).join(', ')} }` : `(...args) => ${load}(...args)`}`;
}
