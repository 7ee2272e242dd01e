import type { ClusterError } from '../errors.ts';
import { givenUp, withinPatience } from './election.ts';
import { Problems, keepRounds } from './election-rounds.ts';
import { Tenure, type TenureOptions } from './election-tenure.ts';

export interface ShardsOptions extends TenureOptions {
  /** How many shards; the same in all replicas, or two of them would write one service. At least 1. */
  readonly count: number;
  /** Called with the shards to take up work for, sorted, whenever they change. */
  readonly onChange?: (shards: readonly number[]) => void;
  /** Called when a Lease cannot be read or written; once for each message, while it goes on trying. */
  readonly onProblem?: (error: ClusterError) => void;
  /** Resolves when no work is left in a shard: awaited before it is given up. */
  readonly finish?: (shard: number) => Promise<void>;
}

/**
 * The shard of a service: of its key `namespace/name` (ASCII), modulo the number of shards. FNV-1a, 32 bit, whose bits are
 * mixed as at the end of MurmurHash3: the last bits of FNV-1a depend on the last bits of the letters alone, so that
 * `cart/cart` and all whose namespace and name are alike, which is common, would have one shard of two.
 */
export function shardOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return mixed(hash) % count;
}

/** `fmix32`. @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}

/**
 * Work divided among replicas by one Lease a shard, `NAME-shard-0…N-1`; who may write is decided by them alone. How many
 * replicas live is known by N more, `NAME-replica-0…N-1`, of which every replica takes one: more replicas than shards
 * would have nothing to do and wait as spares. A fixed number of names needs no list, and leaves nothing to clean up.
 * The living, in the order of their seats, share evenly (7 among 3: 3, 2, 2): a replica takes free shards while it has
 * fewer than its share, and gives up those it has too many.
 */
export class Shards {
  readonly #options: ShardsOptions;
  readonly #shards: readonly Tenure[];
  readonly #seats: readonly Tenure[];
  /** Leases that are being taken right now, so that two rounds do not both take the last one missing. */
  readonly #taking = new Set<Tenure>();
  /** Leases that are being given up. */
  readonly #leaving = new Map<Tenure, Promise<void>>();
  readonly #end = new AbortController();
  #told = '';
  #released: Promise<void> | undefined;

  constructor(options: ShardsOptions) {
    this.#options = options;
    const { name, count } = options;
    const tenures = (what: string): readonly Tenure[] =>
      Array.from({ length: count }, (_, index) => new Tenure({ ...options, name: `${name}-${what}-${index}` }));
    this.#shards = tenures('shard');
    this.#seats = tenures('replica');
  }

  /** The shards to take up work for, sorted. */
  get held(): readonly number[] {
    return [...this.#shards.keys()].filter((shard) => this.#leads(shard));
  }

  /** Whether to take up work on a key. */
  leads(key: string): boolean {
    return this.#leads(shardOf(key, this.#options.count));
  }

  /** Whether a write for a key may be sent now; ask right before each, in the same turn. */
  mayWrite(key: string): boolean {
    return this.mayWriteShard(shardOf(key, this.#options.count));
  }

  mayWriteShard(shard: number): boolean {
    return (this.#shards[shard]?.left() ?? 0) > 0;
  }

  /** Takes part until the signal or `release`. The signal alone gives nothing up. */
  async run(signal: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([signal, this.#end.signal]);
    const seats = this.#seats.map((seat) => this.#keep(seat, ending, () => this.#wantsSeat()));
    const shards = this.#shards.map((shard) => this.#keep(shard, ending, () => this.#wantsShard(shard)));
    await Promise.all([...seats, ...shards]);
  }

  /** Gives everything up: as `release` of an Election, for every shard. Ends `run`. */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    // The seats first: they allow nothing, and the others take up their greater shares as soon as shards are free.
    const seats = this.#seats.map((seat) => this.#leave(seat));
    const shards = this.#shards.map((shard, index) => this.#leave(shard, index));
    this.#tell();
    await Promise.all([...seats, ...shards]);
    this.#end.abort();
  }

  async #keep(tenure: Tenure, signal: AbortSignal, wanted: () => boolean): Promise<void> {
    const { clock, onProblem } = this.#options;
    const { failed, succeeded } = new Problems(onProblem);
    await keepRounds(tenure, {
      clock,
      signal,
      wanted: () => {
        const wants = this.#released === undefined && wanted();
        if (wants) this.#taking.add(tenure);
        return wants;
      },
      changed: () => {
        this.#taking.delete(tenure);
        this.#balance();
        this.#tell();
      },
      failed,
      succeeded,
    });
  }

  #wantsSeat(): boolean {
    return !this.#seats.some((seat) => seat.mine || this.#taking.has(seat));
  }

  #wantsShard(shard: Tenure): boolean {
    if (this.#leaving.has(shard)) return false;
    return this.#shards.filter((other) => this.#has(other) || this.#taking.has(other)).length < this.#share();
  }

  /** How many shards this replica should have: none without a seat. */
  #share(): number {
    const { identity, count } = this.#options;
    const living = [...new Set(this.#seats.map((seat) => seat.livingHolder).filter((holder) => holder !== undefined))];
    const rank = living.indexOf(identity);
    if (rank === -1) return 0;
    return Math.floor(count / living.length) + (rank < count % living.length ? 1 : 0);
  }

  #balance(): void {
    if (this.#released !== undefined) return;
    const share = this.#share();
    for (const shard of this.#shards.filter((other) => this.#has(other)).slice(share)) {
      void this.#leave(shard, this.#shards.indexOf(shard));
    }
    // A seat that was taken by a request whose answer came too late to be noticed.
    for (const seat of this.#seats.filter((other) => this.#has(other)).slice(1)) void this.#leave(seat);
  }

  #has(tenure: Tenure): boolean {
    return tenure.mine && !this.#leaving.has(tenure);
  }

  /** Stops taking up work, lets it finish, stops writing, and gives the Lease up; in this order. */
  #leave(tenure: Tenure, shard?: number): Promise<void> {
    const known = this.#leaving.get(tenure);
    if (known !== undefined) return known;
    const { clock, finish, onProblem } = this.#options;
    const left = (async () => {
      try {
        await withinPatience(clock, shard === undefined ? undefined : () => finish?.(shard) ?? Promise.resolve());
      } finally {
        await givenUp(tenure, onProblem);
        if (this.#released === undefined) this.#leaving.delete(tenure);
        this.#tell();
      }
    })();
    this.#leaving.set(tenure, left);
    return left;
  }

  #leads(shard: number): boolean {
    const tenure = this.#shards[shard];
    return tenure !== undefined && !this.#leaving.has(tenure) && tenure.left() > 0;
  }

  #tell(): void {
    const { held } = this;
    const text = held.join();
    if (text === this.#told) return;
    this.#told = text;
    this.#options.onChange?.(held);
  }
}
