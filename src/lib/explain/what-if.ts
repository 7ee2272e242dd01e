import type { Claim } from '../plan/claim.ts';
import { fieldWords } from '../plan/conflicts.ts';
import { merge } from '../plan/merge.ts';

/** A value that would be used instead. */
export interface ValueChange {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** What the service would be if one cluster did otherwise. */
export interface Outcome {
  /** Id of the cluster that would decide; absent when nobody would export it. */
  readonly winner?: string;
  readonly changes: readonly ValueChange[];
  /** Fields on which the clusters would still not agree. */
  readonly conflicts: readonly string[];
}

/** The merge without one cluster's export. */
export function withoutClaim(claims: readonly [Claim, ...Claim[]], claim: Claim): Outcome {
  return outcome(
    claims,
    claims.filter((other) => other !== claim),
  );
}

/** The merge with one cluster saying what another says. Its age stays, so that precedence does. */
export function agreeing(claims: readonly [Claim, ...Claim[]], claim: Claim, model: Claim): Outcome {
  const { cluster, created, standsInFor } = claim;
  const agreed: Claim = { ...model, cluster, created, standsInFor };
  return outcome(
    claims,
    claims.map((other) => (other === claim ? agreed : other)),
  );
}

function outcome(before: readonly [Claim, ...Claim[]], after: readonly Claim[]): Outcome {
  const merged = merge(after);
  if (merged === undefined) return { changes: [], conflicts: [] };
  const now = new Map(fieldWords(before).map(({ field, used }) => [field, used]));
  const changes = fieldWords(merged.claims).flatMap(({ field, used }) => {
    const [from, to] = [now.get(field) ?? 'unset', used ?? 'unset'];
    return from === to ? [] : [{ field, from, to }];
  });
  return { winner: merged.claims[0].cluster, changes, conflicts: merged.conflicts.map(({ field }) => field) };
}
