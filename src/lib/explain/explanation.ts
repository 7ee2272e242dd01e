import type { Fix } from '../validate/finding.ts';

/** What an explanation says: a stable interface, see CONTRIBUTING. Clusters by the name shown, absent ones by id. */

/** `unknown`: it could not be found out, which is never ok; `skipped`: not looked at, or there is nothing to look at. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'unknown' | 'skipped';

/** The steps of the chain, in its order; the first three are the same for all clusters. */
export const STEPS = ['exported', 'valid', 'merged', 'imported', 'endpoints', 'address'] as const;
export type StepName = (typeof STEPS)[number];

/** One field of one object, as it was read. */
export interface Read {
  readonly cluster: string;
  /** `Kind namespace/name` */
  readonly object: string;
  /** Empty for the object itself. */
  readonly field: string;
  /** As text; `absent` when it is not there. */
  readonly value: string;
}

/** What is applied to what was read. */
export interface Rule {
  readonly text: string;
  /** Where it is said so: a section of a KEP. */
  readonly source: string;
}

/** Something beside the verdict that somebody should know. */
export interface Remark {
  readonly verdict: 'warn' | 'unknown' | 'info';
  readonly code?: string;
  readonly cluster?: string;
  readonly message: string;
  readonly fix?: Fix;
}

export interface Step {
  /** From 1, in the order of the chain. */
  readonly number: number;
  readonly step: StepName;
  readonly verdict: Verdict;
  /** Of the rule that was broken, where it has one. */
  readonly code?: string;
  /** One line, without the name of the cluster whose chain it is. */
  readonly message: string;
  /** The number of the step that broke, so that this one was skipped. */
  readonly dependsOn?: number;
  readonly reads: readonly Read[];
  readonly rule: Rule;
  readonly remarks: readonly Remark[];
}

/** Where a chain broke, or could not be followed: one for all clusters where it is the same. */
export interface Cause {
  readonly code?: string;
  readonly verdict: 'fail' | 'unknown';
  readonly step: StepName;
  readonly message: string;
  /** True when the fault is in the service or its sources, and so the same for all; false when it is in `clusters`. */
  readonly common: boolean;
  /** Whose chains it broke. */
  readonly clusters: readonly string[];
  /** What mends it; one for each cluster where they differ. */
  readonly fixes: readonly Fix[];
}

/** A field of the merged service. */
export interface FieldUsed {
  readonly field: string;
  readonly used: string;
  /** Whose value it is. */
  readonly winner: string;
  /** Why that one decides, e.g. `oldest by 41d`. */
  readonly why: string;
  readonly disagree: readonly string[];
}

/** The rest of the chain in one cluster. */
export interface ClusterChain {
  readonly cluster: string;
  readonly id?: string;
  /** Of the whole chain: the worst of its steps, the common ones included. */
  readonly verdict: Verdict;
  readonly steps: readonly Step[];
}

export interface ServiceExplanation {
  readonly clusterset?: string;
  readonly namespace: string;
  readonly name: string;
  /** Of all clusters asked about. */
  readonly verdict: Verdict;
  /** The steps that are the same for all clusters. */
  readonly steps: readonly Step[];
  /** Empty when nothing was merged. */
  readonly fields: readonly FieldUsed[];
  readonly clusters: readonly ClusterChain[];
  readonly causes: readonly Cause[];
  readonly warnings: readonly string[];
}

const ORDER: readonly Verdict[] = ['fail', 'unknown', 'warn', 'ok', 'skipped'];

/** The worst of verdicts; what was skipped is worse than nothing alone. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const found = new Set(verdicts);
  return ORDER.find((verdict) => found.has(verdict)) ?? 'ok';
}
