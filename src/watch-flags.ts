import * as Flags from '@oclif/core/flags';
import { parseLongDuration } from './flags.ts';
import { UsageError } from './lib/errors.ts';

const WATCH = 'WATCH';

const longDuration = Flags.custom<number>({
  helpGroup: WATCH,
  helpValue: 'TIME',
  parse: (input) => Promise.resolve(parseLongDuration(input)),
});

/** Flags of a run that goes on. */
export const watchFlags = {
  watch: Flags.boolean({
    char: 'w',
    default: false,
    helpGroup: WATCH,
    summary: 'Go on: reconcile whenever something changes, until interrupted.',
  }),
  resync: longDuration({ summary: 'How often everything is looked at again; default 10m.' }),
  'stale-after': longDuration({
    summary: 'Remove what a member gave that has not been heard for this long; default: never.',
  }),
  'leader-elect': Flags.boolean({
    helpGroup: WATCH,
    summary: 'Run beside others of its kind: one writes, by a Lease in the home cluster.',
  }),
  home: Flags.string({
    helpGroup: WATCH,
    helpValue: 'CONTEXT',
    summary: 'The context whose cluster holds the Leases.',
  }),
  'lease-namespace': Flags.string({
    helpGroup: WATCH,
    helpValue: 'NAMESPACE',
    summary: 'Namespace of the Leases; default mcs-system.',
  }),
  'lease-name': Flags.string({
    helpGroup: WATCH,
    helpValue: 'NAME',
    summary: 'Name of the Lease; default mcs-reconciler. Two clustersets need two.',
  }),
  shards: Flags.integer({
    helpGroup: WATCH,
    helpValue: 'N',
    min: 1,
    max: 100,
    summary: 'Divide the services among the processes, by N Leases; the same in all of them.',
  }),
  'metrics-address': Flags.string({
    helpGroup: WATCH,
    helpValue: '[HOST]:PORT',
    summary: 'Serve /metrics, /healthz and /readyz here, e.g. :8080.',
  }),
};

export interface WatchFlags {
  readonly resync?: number | undefined;
  readonly 'stale-after'?: number | undefined;
  readonly 'metrics-address'?: string | undefined;
  readonly 'leader-elect'?: boolean | undefined;
  readonly home?: string | undefined;
  readonly 'lease-namespace'?: string | undefined;
  readonly 'lease-name'?: string | undefined;
  readonly shards?: number | undefined;
}

/**
 * Flags that say nothing without another. Checked here, since the parser takes a default for given.
 * @throws UsageError
 */
export function requireTogether(flags: WatchFlags & { readonly watch: boolean; readonly 'dry-run': string }): void {
  const given = (name: string): boolean => Object.hasOwn(flags, name);
  const lone = Object.keys(watchFlags).find((name) => name !== 'watch' && given(name));
  if (lone !== undefined && !flags.watch) {
    throw new UsageError(`--${lone} is for a run that goes on`, `give --watch too, or leave --${lone} out`);
  }
  if (flags.watch && flags['dry-run'] !== 'none') {
    throw new UsageError('--watch and --dry-run exclude each other', 'leave one of them out');
  }
  if (flags['leader-elect'] === true && flags.home === undefined) {
    throw new UsageError('--leader-elect needs a cluster for its Lease', 'give --home CONTEXT');
  }
  const leaseFlag = ['home', 'lease-namespace', 'lease-name', 'shards'].find(given);
  if (leaseFlag !== undefined && flags['leader-elect'] !== true) {
    throw new UsageError(`--${leaseFlag} is for several processes`, 'give --leader-elect too');
  }
}

export const DEFAULT_LEASE = { namespace: 'mcs-system', name: 'mcs-reconciler' } as const;

/** Milliseconds. */
export const DEFAULT_RESYNC = 600_000;
