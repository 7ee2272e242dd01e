import { isRecord } from '../../src/lib/api/reader.ts';
import type { BodiedWrite } from './audit-bodies.ts';

/** A write of the Lease that was accepted, and whom it names since. */
interface Turn {
  /** Milliseconds since 1970. */
  readonly received: number;
  /** The writer's user; undefined when it gave the Lease up. */
  readonly user: string | undefined;
}

/** How long a leader counts on its Lease after a renewal was sent, as docs/reliability.md says; milliseconds, as all here. */
const RENEW_DEADLINE = 10_000;
/** Longest that a write is on its way to a server that is well, on a busy machine. */
const ON_THE_WAY = 1000;
/** How many turns are kept: those of half an hour and more. */
const KEPT = 2000;

/** Who of several processes might write when, by what the audit log of the home says of the Lease. */
export class OneWriter {
  readonly #turns: Turn[] = [];

  /** Takes note of an accepted write of the Lease. They come in order, and before the writes that they allow. */
  remember({ user, received, response }: BodiedWrite): void {
    const holder = isRecord(response?.spec) ? response.spec.holderIdentity : undefined;
    this.#turns.push({ received, user: typeof holder === 'string' && holder !== '' ? user : undefined });
    if (this.#turns.length > 2 * KEPT) this.#turns.splice(0, KEPT);
  }

  /**
   * What is wrong with an accepted write of something else.
   * @param birth when the process began that wrote it: what an earlier one of the same user held is not its own
   */
  check({ user, received }: BodiedWrite, birth: number): readonly string[] {
    const [now, before] = [this.#turnAt(received), this.#turnAt(received - ON_THE_WAY)];
    const isOwn = (turn: Turn | undefined): boolean => turn?.user === user && turn.received >= birth;
    if (!isOwn(now) && !isOwn(before)) {
      const holder = now?.user === user ? 'an earlier process' : (now?.user ?? 'nobody');
      return [`written while ${holder} held the Lease`];
    }
    const renewed = this.#turns.findLast((turn) => isOwn(turn) && turn.received <= received)?.received;
    const ago = renewed === undefined ? Infinity : received - renewed;
    return ago <= RENEW_DEADLINE + ON_THE_WAY ? [] : [`written ${ago} ms after the last renewal of the Lease`];
  }

  #turnAt(time: number): Turn | undefined {
    return this.#turns.findLast(({ received }) => received <= time);
  }
}
