import type { Claim } from '../plan/claim.ts';
import { type FieldWord, fieldWords } from '../plan/conflicts.ts';
import type { Merged } from '../plan/merge.ts';
import type { Fix } from '../validate/finding.ts';
import { CONFLICT_CODES } from './codes.ts';
import type { Cause, Remark, Verdict } from './explanation.ts';
import { explainService } from './explain-service.ts';
import { type Facts, nameOf } from './facts.ts';
import { conflictFixes, whyOf } from './merged.ts';
import { fragilityCode, precedenceOf } from './precedence.ts';
import { type Outcome, agreeing, withoutClaim } from './what-if.ts';

/** One cluster's word on a field. */
export interface ClusterWord {
  readonly cluster: string;
  readonly value: string;
  readonly disagrees: boolean;
}

export interface FieldExplanation {
  readonly field: string;
  /** Present when the clusters do not agree. */
  readonly code?: string;
  readonly conflict: boolean;
  /** Absent where the field means nothing, as session affinity does not to a Headless service. */
  readonly used?: string;
  readonly winner: string;
  readonly why: string;
  /** In precedence. */
  readonly says: readonly ClusterWord[];
  /** What ends the conflict, one for each cluster that disagrees. */
  readonly fixes: readonly Fix[];
}

/** An export in the order in which they decide. */
export interface RankedExport {
  readonly cluster: string;
  /** `creationTimestamp`; absent when nobody knows it. */
  readonly created?: string;
  /** True when the imports speak for a cluster that cannot be asked. */
  readonly standsIn: boolean;
}

export interface WhatIf {
  readonly cluster: string;
  /** `agrees`: it says what `with` says; `removed`: its export goes. */
  readonly change: 'agrees' | 'removed';
  readonly with?: string;
  /** Who would decide; absent when nobody would export the service. */
  readonly winner?: string;
  readonly changes: readonly { readonly field: string; readonly from: string; readonly to: string }[];
  /** Fields on which the clusters would still not agree. */
  readonly conflicts: readonly string[];
}

export interface ConflictExplanation {
  readonly clusterset?: string;
  readonly namespace: string;
  readonly name: string;
  /** `ok`: they agree; `fail`: they do not, or there is nothing to agree on; `unknown`: not all could be read. */
  readonly verdict: Verdict;
  readonly conflicts: number;
  /** Margin and reason of the one that decides; absent when there is no valid export. */
  readonly winner?: string;
  readonly why?: string;
  readonly marginSeconds?: number;
  /** `MCS220` or `MCS221`: the winner may not stay one. */
  readonly fragile?: string;
  readonly exports: readonly RankedExport[];
  readonly fields: readonly FieldExplanation[];
  readonly whatIf: readonly WhatIf[];
  /** Why there is nothing to compare. */
  readonly causes: readonly Cause[];
  /** Clusters that could not be read, exports that do not count. */
  readonly remarks: readonly Remark[];
  readonly warnings: readonly string[];
}

/** Compares what the clusters say of one service, field by field, and what each of them could do about it. Pure. */
export function explainConflict(facts: Facts): ConflictExplanation {
  const { clusterset, namespace, name, plan } = facts;
  const chain = explainService(facts, facts.subjects);
  const remarks = chain.steps.slice(0, 2).flatMap((step) => step.remarks.filter(({ verdict }) => verdict !== 'info'));
  const head = { ...(clusterset === undefined ? {} : { clusterset }), namespace, name };
  const tail = { remarks, warnings: [] };
  const { merged } = plan;
  if (merged === undefined || chain.fields.length === 0) {
    const causes = chain.causes.filter(({ step }) => step === 'exported' || step === 'valid');
    const verdict = causes.some((cause) => cause.verdict === 'fail') ? 'fail' : 'unknown';
    return { ...head, verdict, conflicts: 0, exports: [], fields: [], whatIf: [], causes, ...tail };
  }
  const precedence = precedenceOf(merged.claims);
  const fragile = fragilityCode(precedence);
  const open = remarks.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'ok';
  return {
    ...head,
    verdict: merged.conflicts.length > 0 ? 'fail' : open,
    conflicts: merged.conflicts.length,
    winner: nameOf(facts, precedence.winner),
    why: precedence.why,
    ...(precedence.marginSeconds === undefined ? {} : { marginSeconds: precedence.marginSeconds }),
    ...(fragile === undefined ? {} : { fragile }),
    exports: merged.claims.map(({ cluster, created, standsInFor }) => ({
      cluster: nameOf(facts, cluster),
      ...(created === undefined ? {} : { created }),
      standsIn: standsInFor.length > 0,
    })),
    fields: fieldWords(merged.claims).map((word) => explainField(facts, merged, word, precedence.why)),
    whatIf: merged.conflicts.length === 0 ? [] : whatIf(facts, merged),
    causes: [],
    ...tail,
  };
}

function explainField(facts: Facts, merged: Merged, word: FieldWord, precedes: string): FieldExplanation {
  const { field, used, says, conflict } = word;
  const code = conflict === undefined ? undefined : CONFLICT_CODES[field];
  return {
    field,
    ...(code === undefined ? {} : { code }),
    conflict: conflict !== undefined,
    ...(used === undefined ? {} : { used }),
    winner: nameOf(facts, conflict?.winner ?? merged.claims[0].cluster),
    why: whyOf(field, merged, precedes),
    says: says.map((each) => ({ ...each, cluster: nameOf(facts, each.cluster) })),
    fixes: conflict === undefined ? [] : conflictFixes(facts, conflict),
  };
}

/** Those who disagree as the winner, the winner as the next in precedence, and each without its export. */
function whatIf(facts: Facts, { claims, conflicts }: Merged): readonly WhatIf[] {
  const losers = new Set(conflicts.flatMap(({ disagree }) => disagree));
  const [first, ...others] = claims;
  const next = others.find(({ cluster }) => losers.has(cluster));
  return claims.flatMap((claim): readonly WhatIf[] => {
    if (claim !== first && !losers.has(claim.cluster)) return [];
    const model = claim === first ? next : first;
    const removed = shown(facts, claim, withoutClaim(claims, claim));
    // What an import says for a cluster that cannot be asked, nobody can make agree.
    if (model === undefined || claim.standsInFor.length > 0) return [{ ...removed, change: 'removed' }];
    const agreed = shown(facts, claim, agreeing(claims, claim, model));
    return [
      { ...agreed, change: 'agrees', with: nameOf(facts, model.cluster) },
      { ...removed, change: 'removed' },
    ];
  });
}

function shown(facts: Facts, { cluster }: Claim, { winner, ...outcome }: Outcome): Omit<WhatIf, 'change'> {
  return {
    cluster: nameOf(facts, cluster),
    ...(winner === undefined ? {} : { winner: nameOf(facts, winner) }),
    ...outcome,
  };
}
