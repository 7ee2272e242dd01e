import type { RuleInfo } from './finding.ts';
import { RULES } from './rules.ts';

/** What is said of suppressions themselves; these two are not found by looking at clusters. */
const OF_SUPPRESSIONS: readonly RuleInfo[] = [
  {
    code: 'MCS006',
    title: 'suppression-without-reason',
    severity: 'warning',
    summary: 'An annotation suppresses a finding without saying why.',
    looksAt: 'annotation kubectl-mcs/ignore of all objects',
    why: 'In a year nobody knows whether it still may be ignored.',
    mend: 'Write the reason behind the code: kubectl-mcs/ignore: "MCS203 REASON".',
    source: 'docs/validation.md',
  },
  {
    code: 'MCS007',
    title: 'suppression-hits-nothing',
    severity: 'info',
    summary: 'An annotation, a flag or a baseline suppresses what is not found.',
    looksAt: 'annotations kubectl-mcs/ignore, --suppress, --baseline',
    why: 'It may hide something else later.',
    mend: 'Remove it.',
    source: 'docs/validation.md',
  },
];

/** What there is to know of every code, in the order of codes. */
export const RULE_INFOS: readonly RuleInfo[] = [...RULES.map(({ check: _, ...info }) => info), ...OF_SUPPRESSIONS].sort(
  (a, b) => (a.code < b.code ? -1 : 1),
);
