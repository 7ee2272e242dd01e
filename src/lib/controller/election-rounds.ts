import { ClusterError } from '../errors.ts';
import { RETRY_PERIOD, type Tenure } from './election-tenure.ts';
import { type LeaseClock, pause } from './lease-clock.ts';

export interface RoundsOptions {
  readonly clock: LeaseClock;
  readonly signal: AbortSignal;
  /** Whether to take the Lease when it is free. */
  readonly wanted: () => boolean;
  /** Called after every round, and when the right to write has run out since. */
  readonly changed: () => void;
  /** Called when a round failed; the next comes all the same. */
  readonly failed: (error: ClusterError) => void;
  /** Called when a round went well. */
  readonly succeeded: () => void;
}

/** Rounds of one Lease, one a RETRY_PERIOD, until the signal. Failures end nothing. */
export async function keepRounds(tenure: Tenure, options: RoundsOptions): Promise<void> {
  const { clock, signal, changed } = options;
  let takeBack: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
  while (!signal.aborted) {
    await Promise.race([oneRound(tenure, options), ended]); // an answer that is due must not hold up the end
    changed();
    takeBack?.();
    const left = tenure.left();
    takeBack = left === 0 ? undefined : clock.after(left + 1, changed);
    // Those who wait come a little earlier each, so that they do not all ask at once.
    const part = tenure.mine ? 1 : 0.75 + 0.25 * clock.random();
    await pause(clock, RETRY_PERIOD * part, signal);
  }
  takeBack?.();
  changed();
}

async function oneRound(tenure: Tenure, { wanted, failed, succeeded, signal }: RoundsOptions): Promise<void> {
  try {
    await tenure.round(wanted);
    succeeded();
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ClusterError)) throw error;
    // Somebody else was faster: that is how elections go.
    if (error.reason === 'conflict') succeeded();
    else failed(error);
  }
}

/** Hands a failure on when it is not the one told last. */
export class Problems {
  readonly #tell: ((error: ClusterError) => void) | undefined;
  #last: string | undefined;

  constructor(tell: ((error: ClusterError) => void) | undefined) {
    this.#tell = tell;
  }

  readonly failed = (error: ClusterError): void => {
    if (this.#last === error.message) return;
    this.#last = error.message;
    this.#tell?.(error);
  };

  readonly succeeded = (): void => {
    this.#last = undefined;
  };
}
