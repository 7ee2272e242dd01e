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
}

/** Milliseconds. */
export const DEFAULT_RESYNC = 600_000;
