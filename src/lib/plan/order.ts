import type { Claim } from './claim.ts';

/**
 * Claims in precedence: a stand-in first (what unreachable clusters gave is not outvoted), then by creationTimestamp of
 * the ServiceExport, then by cluster id (KEP-1645, "Conflict Resolution"; the tie is ours to define). When the age of any
 * export is unknown, nobody can say which is oldest: then all are ordered by cluster id, see `agesKnown`.
 */
export function byPrecedence(claims: readonly Claim[]): readonly Claim[] {
  const known = agesKnown(claims);
  return claims.toSorted(
    (a, b) =>
      b.standsInFor.length - a.standsInFor.length ||
      (known ? time(a) - time(b) : 0) ||
      compareText(a.cluster, b.cluster),
  );
}

/** False when precedence had to fall back to the cluster id because an export carries no creationTimestamp. */
export function agesKnown(claims: readonly Claim[]): boolean {
  return claims.every((claim) => claim.standsInFor.length > 0 || claim.created !== undefined);
}

/** Order by code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function time(claim: Claim): number {
  return claim.created === undefined ? 0 : Date.parse(claim.created);
}
