import type { Lease, LeaseAccess } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { type Instant, type LeaseClock, elapsedAtMost, instant } from './lease-clock.ts';

/** How long others leave a Lease alone that does not change. Milliseconds, as all here; client-go's defaults. */
export const LEASE_DURATION = 15_000;
/** How long its holder counts on it after a renewal was sent. The rest is for writes under way, and for slow clocks. */
export const RENEW_DEADLINE = 10_000;
/** Between two rounds. */
export const RETRY_PERIOD = 2_000;
/** How long a round waits for one answer; what comes later still counts, from when it was asked. */
export const ANSWER_PATIENCE = 5_000;

const CONFLICT_TRIES = 3;

export interface TenureOptions {
  readonly leases: LeaseAccess;
  /** The cluster that has the Leases, for messages. */
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Of this process, and of no other at any time. */
  readonly identity: string;
  readonly clock: LeaseClock;
}

/**
 * What one process knows of one Lease, and holds of it. Times in the Lease are for people: nobody's clock is compared
 * with another's. Who holds it counts on it for RENEW_DEADLINE from when a renewal was *sent*; who wants it waits until
 * it *saw* no change for LEASE_DURATION. A write carries the resourceVersion that was seen, so of several one succeeds.
 * What is outside this promise: a machine whose clock is set back while it is suspended; a Lease that somebody deletes or edits, or that an older etcd state brings back, lets a
 * second process begin while the first counts on it until its next round.
 */
export class Tenure {
  readonly name: string;
  readonly #options: TenureOptions;
  /** The Lease, and since when this version was seen (monotonic). */
  #seen: { readonly lease: Lease | undefined; readonly at: number } | undefined;
  /** When the last renewal that succeeded was sent; absent while it is not ours. */
  #since: Instant | undefined;
  /** Goes up whenever the Lease is given up or lost: an answer from before means nothing then. */
  #era = 0;
  #leaving = false;
  #stamps = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TenureOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** True when the Lease named this process when it was last seen; that alone is no right to write. */
  get mine(): boolean {
    return this.#seen?.lease?.holder === this.#options.identity;
  }

  /** Whose it is, as far as it was seen to change within LEASE_DURATION. */
  get livingHolder(): string | undefined {
    const holder = this.#seen?.lease?.holder ?? '';
    return holder === '' || (!this.mine && this.#unchangedFor() >= this.#duration()) ? undefined : holder;
  }

  /** Milliseconds for which this process still counts on it; 0 when it may not write. Computed when asked. */
  left(): number {
    if (this.#since === undefined) return 0;
    return Math.max(0, RENEW_DEADLINE - elapsedAtMost(this.#options.clock, this.#since));
  }

  /**
   * Renews it when it is ours; else looks at it, and takes it when it is free and wanted. One at a time.
   * @param wanted asked right before the write
   * @throws ClusterError
   */
  round(wanted: () => boolean): Promise<void> {
    return this.#next(async () => {
      if (!this.mine) await this.#look();
      if (this.mine) await this.#renew();
      else if (this.#isFree() && wanted()) await this.#write(this.#taken());
    });
  }

  /** Ends the right to write at once, then lets the next have the Lease. @throws ClusterError */
  giveUp(): Promise<void> {
    this.#end();
    this.#leaving = true; // a round under way may still renew it: that gives no right
    return this.#next(async () => {
      try {
        await this.#empty();
      } finally {
        this.#end();
        this.#leaving = false;
      }
    });
  }

  async #empty(): Promise<void> {
    for (let tries = 1; this.mine && tries <= CONFLICT_TRIES; tries++) {
      try {
        const { leases } = this.#options;
        this.#see(await this.#answer(leases.put({ ...this.#known(), holder: '', renewTime: this.#stamp() })));
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
        await this.#look();
      }
    }
  }

  async #renew(): Promise<void> {
    for (let tries = 1; this.mine; tries++) {
      try {
        await this.#write({ ...this.#known(), renewTime: this.#stamp() });
        return;
      } catch (error) {
        if (!isConflict(error) || tries === CONFLICT_TRIES) throw error;
        await this.#look(); // a renewal of ours whose answer was lost, or somebody's label, leaves it ours
      }
    }
  }

  async #look(): Promise<void> {
    const { leases, namespace, name } = this.#options;
    this.#see(await this.#answer(leases.get({ namespace, name })));
    if (!this.mine) this.#end();
  }

  async #write(lease: Lease): Promise<void> {
    const sent = instant(this.#options.clock);
    const era = this.#era;
    const renewed = (): void => {
      if (this.#leaving || era !== this.#era) return;
      if (this.#since === undefined || this.#since.now < sent.now) this.#since = sent;
    };
    this.#see(await this.#answer(this.#options.leases.put(lease), renewed));
    renewed();
  }

  /** What was seen is as old as its answer: the holder sent its renewal before that. */
  #see(lease: Lease | undefined): void {
    const before = this.#seen;
    if (before !== undefined && before.lease?.resourceVersion === lease?.resourceVersion) return;
    const now = this.#options.clock.now();
    // One that was held and is gone was deleted; its holder may not know yet.
    const never = lease === undefined && (before?.lease?.holder ?? '') === '';
    this.#seen = { lease, at: never ? Number.NEGATIVE_INFINITY : now };
  }

  #isFree(): boolean {
    const lease = this.#seen?.lease;
    return (lease !== undefined && (lease.holder ?? '') === '') || this.#unchangedFor() >= this.#duration();
  }

  #unchangedFor(): number {
    return this.#seen === undefined ? 0 : this.#options.clock.now() - this.#seen.at;
  }

  #duration(): number {
    return Math.max(LEASE_DURATION, (this.#seen?.lease?.durationSeconds ?? 0) * 1000);
  }

  #taken(): Lease {
    const { identity } = this.#options;
    const time = this.#stamp();
    const known = this.#known();
    const transitions = known.resourceVersion === undefined ? 0 : (known.transitions ?? 0) + 1;
    const durationSeconds = LEASE_DURATION / 1000;
    return { ...known, holder: identity, durationSeconds, acquireTime: time, renewTime: time, transitions };
  }

  #known(): Lease {
    const { namespace, name } = this.#options;
    return this.#seen?.lease ?? { namespace, name };
  }

  /** A MicroTime. The last three digits count: a renewal that changes nothing would not be seen by the others. */
  #stamp(): string {
    const count = String(this.#stamps++ % 1000).padStart(3, '0');
    return new Date(this.#options.clock.wall()).toISOString().replace('Z', `${count}Z`);
  }

  #end(): void {
    this.#since = undefined;
    this.#era++;
  }

  /** An answer within ANSWER_PATIENCE, so that a request that hangs does not keep the next round waiting. */
  #answer<T>(asked: Promise<T>, late?: () => void): Promise<T> {
    const { clock, cluster, namespace, name } = this.#options;
    return new Promise((resolve, reject) => {
      let over = false;
      const takeBack = clock.after(ANSWER_PATIENCE, () => {
        over = true;
        const message = `no answer about the Lease ${namespace}/${name} within ${ANSWER_PATIENCE / 1000} s`;
        reject(new ClusterError(cluster, 'timeout', message, 'check the network to the API server'));
      });
      asked.then(
        (value) => {
          takeBack();
          if (over) late?.();
          else resolve(value);
        },
        (error: unknown) => {
          takeBack();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ClusterError && error.reason === 'conflict';
}
