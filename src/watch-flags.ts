import * as Flags from '@oclif/core/flags';
import { parseLongDuration } from './flags.ts';

const WATCH = 'WATCH';

const longDuration = Flags.custom<number>({
  helpGroup: WATCH,
  helpValue: 'TIME',
  dependsOn: ['watch'],
  parse: (input) => Promise.resolve(parseLongDuration(input)),
});

/** Flags of a run that goes on. */
export const watchFlags = {
  watch: Flags.boolean({
    char: 'w',
    default: false,
    helpGroup: WATCH,
    exclusive: ['dry-run'],
    summary: 'Go on: reconcile whenever something changes, until interrupted.',
  }),
  resync: longDuration({ summary: 'How often everything is looked at again; default 10m.' }),
  'stale-after': longDuration({
    summary: 'Remove what a member gave that has not been heard for this long; default: never.',
  }),
  'leader-elect': Flags.boolean({
    helpGroup: WATCH,
    dependsOn: ['watch', 'home'],
    summary: 'Run beside others of its kind: one writes, by a Lease in the home cluster.',
  }),
  home: Flags.string({
    helpGroup: WATCH,
    helpValue: 'CONTEXT',
    dependsOn: ['watch'],
    summary: 'The context whose cluster holds the Leases.',
  }),
  'lease-namespace': Flags.string({
    helpGroup: WATCH,
    helpValue: 'NAMESPACE',
    dependsOn: ['home'],
    summary: 'Namespace of the Leases; default mcs-system.',
  }),
  'lease-name': Flags.string({
    helpGroup: WATCH,
    helpValue: 'NAME',
    dependsOn: ['home'],
    summary: 'Name of the Lease; default mcs-reconciler. Two clustersets need two.',
  }),
  shards: Flags.integer({
    helpGroup: WATCH,
    helpValue: 'N',
    min: 1,
    max: 100,
    dependsOn: ['leader-elect'],
    summary: 'Divide the services among the processes, by N Leases; the same in all of them.',
  }),
  'metrics-address': Flags.string({
    helpGroup: WATCH,
    helpValue: '[HOST]:PORT',
    dependsOn: ['watch'],
    summary: 'Serve /metrics, /healthz and /readyz here, e.g. :8080.',
  }),
};

export interface WatchFlags {
  readonly resync?: number | undefined;
  readonly 'stale-after'?: number | undefined;
  readonly 'metrics-address'?: string | undefined;
  readonly 'leader-elect': boolean;
  readonly home?: string | undefined;
  readonly 'lease-namespace'?: string | undefined;
  readonly 'lease-name'?: string | undefined;
  readonly shards?: number | undefined;
}

export const DEFAULT_LEASE = { namespace: 'mcs-system', name: 'mcs-reconciler' } as const;

/** Milliseconds. */
export const DEFAULT_RESYNC = 600_000;
