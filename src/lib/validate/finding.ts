/** What a validation says: a stable interface, see CONTRIBUTING. */

/** `unknown`: it could not be found out, which is never OK. */
export const SEVERITIES = ['error', 'warning', 'info', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The object that a finding is about, so that it can be asked for by name. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly name: string;
}

/** What mends it. `command`: to be typed; `patch`, `manifest`: to be applied or put into a file; `doc`: to be read. */
export interface Fix {
  readonly kind: 'command' | 'patch' | 'manifest' | 'doc';
  readonly text: string;
}

/** The finding that explains another. */
export interface CausedBy {
  readonly code: string;
  readonly cluster: string;
  readonly object?: ObjectRef;
  readonly file?: string;
}

export interface Finding {
  /** Of the rule, e.g. `MCS201`. */
  readonly code: string;
  /** Of the rule, in words and dashes, e.g. `port-conflict`. */
  readonly title: string;
  readonly severity: Severity;
  /** The cluster to change: the name shown. */
  readonly cluster: string;
  readonly object?: ObjectRef;
  /** To be opened from the working directory; absent for what is not in a file. */
  readonly file?: string;
  /** Counted from 1: of the offending field, else of the object. */
  readonly line?: number;
  /** One line. */
  readonly message: string;
  /** What else was looked at, one line each. */
  readonly evidence: readonly string[];
  readonly fix: Fix;
  /** The root cause; absent for a finding that no other explains. */
  readonly causedBy?: CausedBy;
  /** Why it is not to count. */
  readonly suppressed?: string;
}

/** Suppressed findings count as that alone; findings that another explains count like all others. */
export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly unknowns: number;
  readonly suppressed: number;
  /** Findings, not suppressed, that no other explains. */
  readonly causes: number;
}

/** What was validated. */
export interface ValidatedCluster {
  readonly cluster: string;
  readonly id?: string;
  readonly clusterset?: string;
  /** `overlay`: manifests laid over what the context of the same name has. */
  readonly type: 'context' | 'directory' | 'overlay';
  readonly location: string;
  readonly state: 'ok' | 'unreachable';
}

export interface ValidationReport {
  readonly clusterset?: string;
  readonly clusters: readonly ValidatedCluster[];
  readonly services: number;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
}

/** What a rule is about: for `validate --list`, `explain CODE`, SARIF. */
export interface RuleInfo {
  readonly code: string;
  readonly title: string;
  /** Of its findings, where they do not say otherwise. */
  readonly severity: Severity;
  /** What goes wrong, one sentence. */
  readonly summary: string;
  /** The objects and fields it reads. */
  readonly looksAt: string;
  /** What users notice when it is not mended. */
  readonly why: string;
  /** How to mend it. */
  readonly mend: string;
  /** Where it is said so: a section of a KEP, an issue. */
  readonly source: string;
}
