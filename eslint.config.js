import { defineConfig, globalIgnores } from 'eslint/config';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** What each room may import besides itself (the table in docs/architecture.md). Paths are below src/. */
const ROOMS = {
  'lib/api': [],
  'lib/errors.ts': [],
  'lib/plan': ['lib/api'],
  'lib/clusters': ['lib/api', 'lib/errors.ts'],
  // Of `validate` only what a fix is.
  'lib/explain': ['lib/plan', 'lib/api', 'lib/validate/finding.ts'],
  'lib/validate': ['lib/explain', 'lib/plan', 'lib/api', 'lib/errors.ts'],
  'lib/actions': ['lib/clusters', 'lib/explain', 'lib/validate', 'lib/plan', 'lib/api', 'lib/errors.ts'],
  'lib/controller': ['lib/actions', 'lib/clusters', 'lib/plan', 'lib/api', 'lib/errors.ts'],
  // Results of actions as types alone: see no-restricted-imports below.
  'lib/output': ['lib/actions', 'lib/controller', 'lib/explain', 'lib/validate', 'lib/api', 'lib/errors.ts'],
};

const zones = [
  ...Object.entries(ROOMS).map(([room, others]) => ({
    target: `./src/${room}`,
    from: './src',
    except: [room, ...others].map((path) => `./${path}`),
    message: `src/${room} may import only: ${others.join(', ') || 'nothing of ours'}.`,
  })),
  {
    target: './src/lib/clusters/kube',
    from: './src/lib/clusters/directory',
    message: 'The two kinds of cluster do not know each other.',
  },
  {
    target: './src/lib/clusters/directory',
    from: './src/lib/clusters/kube',
    message: 'The two kinds of cluster do not know each other.',
  },
  { target: './src/commands', from: './src/lib/plan', message: 'Commands call actions.' },
  { target: './src/commands', from: './src/lib/explain', message: 'Commands call actions.' },
];

/** Packages that only one place may know. */
const PACKAGES = [
  { names: ['chalk', 'cli-table3', 'string-width'], home: 'src/lib/output' },
  { names: ['@kubernetes/client-node', 'undici'], home: 'src/lib/clusters/kube' },
  { names: ['inquirer'], home: 'src/prompt.ts' },
  { names: ['prom-client'], home: 'src/lib/controller/metrics-prometheus.ts' }, // nobody pays for it without --metrics-address
  { names: ['@oclif/core'], home: 'src/commands and the shell around them' },
];

/** `no-restricted-imports` for a place: the packages that are not at home there, and more patterns. */
const imports = (home, ...patterns) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      patterns: [
        ...PACKAGES.filter((each) => !home.some((name) => each.names.includes(name))).map((each) => ({
          group: each.names.flatMap((name) => [name, `${name}/**`]),
          message: `Only ${each.home} may import it.`,
        })),
        ...patterns,
      ],
    },
  ],
});

const FILES = {
  group: ['node:fs', 'node:fs/promises', 'fs', 'fs/promises'],
  message: 'Only src/lib/clusters does I/O, and src/output-files.ts for files named on the command line.',
};
const PURE = { regex: '^node:(?!crypto$|net$)', message: 'This room is pure: no I/O, no clock.' };

export default defineConfig(
  globalIgnores(['dist/', 'node_modules/', '.cache/', 'oclif.manifest.json']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver': { node: { extensions: ['.ts', '.js'] } },
    },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only src/main.ts ends the process.' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-indexed-object-style': 'off', // mapped types over our own unions are fine
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // classes are used by shape
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'off', // flags and fixtures are best inferred
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }], // '' is often no text
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
    },
  },
  { files: ['src/*.ts', 'src/commands/**'], rules: imports(['@oclif/core'], FILES) },
  { files: ['src/{load,run}.ts'], rules: imports([]) }, // they read files that are part of the program
  { files: ['src/output-files.ts'], rules: imports([]) }, // results that a user wants in a file, by name
  { files: ['src/prompt.ts'], rules: imports(['inquirer'], FILES) },
  { files: ['src/lib/api/parse.ts'], rules: { 'max-lines': ['error', { max: 230 }] } }, // one parser a kind, read as one
  { files: ['src/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['src/lib/actions/**', 'src/lib/controller/**'], rules: imports([], FILES) },
  { files: ['src/lib/controller/metrics-prometheus.ts'], rules: imports(['prom-client'], FILES) },
  {
    files: ['src/lib/{api,plan,explain,validate}/**', 'src/lib/errors.ts'],
    rules: imports([], PURE),
  },
  { files: ['src/lib/clusters/**'], rules: imports([]) },
  { files: ['src/lib/clusters/kube/**'], rules: imports(['@kubernetes/client-node', 'undici']) },
  {
    files: ['src/lib/output/**'],
    rules: imports(['chalk'], FILES, {
      regex: '/actions/',
      allowTypeImports: true,
      message: 'Output knows the results of actions by type alone.',
    }),
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts', '*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.objectContaining and its kin are `any`
    },
  },
);
