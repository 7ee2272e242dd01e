import type { Claim } from '../plan/claim.ts';
import { reasonToWin } from '../plan/conflicts.ts';
import { duration, secondsBetween } from './duration.ts';

/** Ages this near to each other are turned round by an export that is made anew, or by clocks that differ. */
export const FRAGILE_SECONDS = 5;

/** Who decides, and how firmly. */
export interface Precedence {
  /** Id of the cluster that decides; several joined by commas when an import stands in for them. */
  readonly winner: string;
  /** `tie`: two exports of one second, so that the cluster id decides. */
  readonly by: 'only' | 'age' | 'tie' | 'id' | 'stand-in';
  /** To the next oldest; present when age or its tie decides. */
  readonly marginSeconds?: number;
  /** e.g. `oldest by 41d` */
  readonly why: string;
}

/** Why the first of the claims decides (KEP-1645, "Conflict Resolution"). */
export function precedenceOf([first, second]: readonly [Claim, ...Claim[]]): Precedence {
  const winner = first.cluster;
  const by = reasonToWin(second === undefined ? [first] : [first, second]);
  if (by === 'stand-in') return { winner, by, why: 'its import stands in, since it cannot be asked' };
  if (second === undefined) return { winner, by: 'only', why: 'the only export' };
  if (by === 'id' || first.created === undefined || second.created === undefined) {
    return { winner, by: 'id', why: 'by cluster id, ages unknown' };
  }
  const marginSeconds = secondsBetween(first.created, second.created);
  if (marginSeconds === 0)
    return { winner, by: 'tie', marginSeconds, why: 'by cluster id, exports of the same second' };
  return { winner, by, marginSeconds, why: `oldest by ${duration(marginSeconds)}` };
}

/** Code of a winner that may not stay one; undefined when it is firm, or alone. */
export function fragilityCode({ by, marginSeconds }: Precedence): string | undefined {
  if (by === 'id') return 'MCS221';
  return marginSeconds !== undefined && marginSeconds <= FRAGILE_SECONDS ? 'MCS220' : undefined;
}
