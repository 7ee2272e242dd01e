import * as Flags from '@oclif/core/flags';
import { isDNSLabel } from './lib/api/names.ts';
import { UsageError } from './lib/errors.ts';

const CLUSTERS = 'CLUSTER';
const GLOBAL = 'GLOBAL';

/** A duration in milliseconds: `10` (seconds), `10s`, `500ms`, `2m`. */
const duration = Flags.custom<number>({ helpValue: 'TIME', parse: (input) => Promise.resolve(parseDuration(input)) });

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Timers overflow at 24 days, and then fire at once. */
const MAX_DURATION = 24 * 3_600_000;

export function parseDuration(input: string): number {
  const milliseconds = parseLongDuration(input);
  if (milliseconds > MAX_DURATION) throw new UsageError(`"${input}" is too long`, 'give at most 24h');
  return milliseconds;
}

/** A duration in milliseconds that is not given to a timer as it is. */
export function parseLongDuration(input: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(input) ?? [];
  const milliseconds = Number(number) * (UNITS[unit] ?? 0);
  if (number === '' || milliseconds < 1) {
    throw new UsageError(`"${input}" is not a duration`, 'give a number of seconds or a unit: 10, 10s, 500ms, 2m');
  }
  return Math.round(milliseconds);
}

/** Repeatable flags are `multipleNonGreedy`: `--context a b` must leave `b` to the arguments. */
const repeatable = { multiple: true, multipleNonGreedy: true } as const;

/** Flags of every command. */
export const globalFlags = {
  kubeconfig: Flags.string({
    ...repeatable,
    helpGroup: CLUSTERS,
    helpValue: 'FILE',
    summary: 'Kubeconfig to read instead of KUBECONFIG and ~/.kube/config. Repeatable.',
  }),
  context: Flags.string({
    ...repeatable,
    helpGroup: CLUSTERS,
    helpValue: 'NAME',
    summary: 'Context to use: a name, a glob like prod-*, or !NAME to leave one out. Repeatable.',
  }),
  dir: Flags.string({
    ...repeatable,
    helpGroup: CLUSTERS,
    helpValue: '[ID=]PATH',
    summary: 'Directory of manifests to use as a cluster; - reads standard input. Repeatable.',
  }),
  clusterset: Flags.string({
    helpGroup: CLUSTERS,
    helpValue: 'NAME',
    summary: 'ClusterSet to work on, when the clusters are members of several.',
  }),
  'request-timeout': duration({
    default: 10_000,
    defaultHelp: () => Promise.resolve('10s'),
    helpGroup: CLUSTERS,
    summary: 'How long one request may take: 10, 10s, 500ms, 2m.',
  }),
  concurrency: Flags.integer({
    default: 16,
    min: 1,
    max: 1000,
    helpGroup: CLUSTERS,
    helpValue: 'N',
    summary: 'Requests under way at the same time.',
  }),
  'no-color': Flags.boolean({
    default: false,
    helpGroup: GLOBAL,
    summary: 'No colours; NO_COLOR and TERM=dumb mean the same.',
  }),
  quiet: Flags.boolean({
    default: false,
    char: 'q',
    helpGroup: GLOBAL,
    exclusive: ['verbose'],
    summary: 'No progress on stderr.',
  }),
  verbose: Flags.boolean({ default: false, char: 'v', helpGroup: GLOBAL, summary: 'Say more on stderr.' }),
  debug: Flags.boolean({ default: false, hidden: true, helpGroup: GLOBAL, summary: 'Show the stack of a defect.' }),
};

export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';

/** `-o`, with the formats a command has; the first is the default. */
export function outputFlag<const F extends OutputFormat>(formats: readonly [F, ...F[]]) {
  return {
    output: Flags.option({
      char: 'o',
      options: formats,
      default: formats[0],
      helpValue: formats.join('|'),
      summary: 'Format of the result.',
    })(),
  };
}

function parseNamespace(input: string): string {
  if (isDNSLabel(input)) return input;
  throw new UsageError(`"${input}" cannot be the name of a namespace`, 'give one RFC 1123 label: a-z, 0-9 and "-"');
}

/** `-n` and `-A`. */
export const namespaceFlags = {
  namespace: Flags.string({
    char: 'n',
    helpValue: 'NAMESPACE',
    summary: 'Namespace to work in.',
    parse: (input) => Promise.resolve(parseNamespace(input)),
  }),
  'all-namespaces': Flags.boolean({ default: false, char: 'A', exclusive: ['namespace'], summary: 'All namespaces.' }),
};

/** `--dry-run`, as kubectl has it; `--dry-run` alone means `client`. */
export const dryRunFlag = {
  'dry-run': Flags.option({
    options: ['none', 'client', 'server'] as const,
    default: 'none',
    helpValue: 'none|client|server',
    summary: 'Print what would change and change nothing; server also asks the API servers. Alone it means client.',
  })(),
};

/** `-y`. */
export const yesFlag = {
  yes: Flags.boolean({ default: false, char: 'y', summary: 'Do not ask.' }),
};

/** `--allow-namespace`. */
export const allowNamespaceFlag = {
  'allow-namespace': Flags.string({
    ...repeatable,
    helpValue: 'NAME',
    summary: 'A system namespace (kube-*, openshift-*) to export and import all the same. Repeatable.',
  }),
};

/** `--timeout` of what waits; 0 looks once. */
export function timeoutFlag(milliseconds: number, shown: string) {
  return {
    timeout: Flags.custom<number>({
      helpValue: 'TIME',
      summary: 'How long to wait: 30s, 2m; 0 looks once.',
      parse: (input) => Promise.resolve(/^0+(ms|s|m|h)?$/.test(input) ? 0 : parseDuration(input)),
    })({ default: milliseconds, defaultHelp: () => Promise.resolve(shown) }),
  };
}

/** `KEY=VALUE`, repeatable, as a map. A later value of the same key wins. */
export function parsePairs(flag: string, pairs: readonly string[] = []): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`"${pair}" is no KEY=VALUE`, `give ${flag} KEY=VALUE`);
    map[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return map;
}
