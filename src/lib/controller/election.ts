import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ClusterError } from '../errors.ts';
import { Problems, keepRounds } from './election-rounds.ts';
import { Tenure, type TenureOptions } from './election-tenure.ts';
import { type LeaseClock, pause } from './lease-clock.ts';

/** How long work may take to end before what it needs is given up: milliseconds. */
export const FINISH_PATIENCE = 10_000;

export interface ElectionOptions extends TenureOptions {
  /** Called when `leads` becomes true or false. */
  readonly onChange?: (leads: boolean) => void;
  /** Called when the Lease cannot be read or written; once for each message, while it goes on trying. */
  readonly onProblem?: (error: ClusterError) => void;
  /** Resolves when no work is left: awaited by `release` between the end of `leads` and that of `mayWrite`. */
  readonly finish?: () => Promise<void>;
}

/** A name for this process that no other has at any time, which tells people the machine: `hostname_uuid`. */
export function newIdentity(): string {
  return `${hostname()}_${randomUUID()}`;
}

/**
 * Leader election by a Lease, with the rules of client-go: 15 s, 10 s, 2 s. It goes on when leadership is lost, and may
 * win it again. Ask `mayWrite()` right before every write, in the same turn: a process that was stopped learns there
 * that its time is over, since it is computed from the clock, not from an event that may be late.
 */
export class Election {
  readonly #options: ElectionOptions;
  readonly #tenure: Tenure;
  readonly #end = new AbortController();
  #leaving = false;
  #told = false;
  #released: Promise<void> | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#tenure = new Tenure(options);
  }

  /** Whether to take up work. */
  get leads(): boolean {
    return !this.#leaving && this.mayWrite();
  }

  /** Who leads, as far as it is known. */
  get leader(): string | undefined {
    return this.#tenure.livingHolder;
  }

  /** Whether a write may be sent now; after `release` began still true until the work is finished. */
  mayWrite(): boolean {
    return this.#tenure.left() > 0;
  }

  /** Takes part until the signal or `release`. The signal alone does not give the Lease up. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onProblem } = this.#options;
    const { failed, succeeded } = new Problems(onProblem);
    await keepRounds(this.#tenure, {
      clock,
      signal: AbortSignal.any([signal, this.#end.signal]),
      wanted: () => !this.#leaving,
      changed: () => {
        this.#tell();
      },
      failed,
      succeeded,
    });
  }

  /**
   * Ends `leads`, lets work finish for FINISH_PATIENCE while renewals go on, ends `mayWrite`, and empties the Lease, so
   * that the next takes over within a retry. Ends `run`. When the Lease cannot be emptied, it runs out by itself.
   */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    const { clock, finish } = this.#options;
    this.#leaving = true;
    this.#tell();
    try {
      await withinPatience(clock, finish);
    } finally {
      this.#end.abort();
      await givenUp(this.#tenure, this.#options.onProblem);
      this.#tell();
    }
  }

  #tell(): void {
    const leads = this.leads;
    if (leads === this.#told) return;
    this.#told = leads;
    this.#options.onChange?.(leads);
  }
}

/** Waits for work to end, but no longer than FINISH_PATIENCE. */
export async function withinPatience(clock: LeaseClock, finish: (() => Promise<void>) | undefined): Promise<void> {
  if (finish === undefined) return;
  const done = new AbortController();
  try {
    await Promise.race([finish(), pause(clock, FINISH_PATIENCE, done.signal)]);
  } finally {
    done.abort();
  }
}

/** Gives a Lease up; when that fails it runs out by itself, and that is told. */
export async function givenUp(tenure: Tenure, onProblem: ((error: ClusterError) => void) | undefined): Promise<void> {
  try {
    await tenure.giveUp();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    onProblem?.(error);
  }
}
