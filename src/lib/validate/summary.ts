import type { Finding, Severity, Summary, ValidationReport } from './finding.ts';

/** From which severity on a run ends with exit code 1. */
export const FAIL_ON = ['error', 'warning', 'info', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** The counts of findings. Suppressed ones count as that alone; causes are those that no other finding explains. */
export function summaryOf(findings: readonly Finding[]): Summary {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.suppressed === undefined && finding.severity === severity).length;
  return {
    errors: count('error'),
    warnings: count('warning'),
    infos: count('info'),
    unknowns: count('unknown'),
    suppressed: findings.filter(({ suppressed }) => suppressed !== undefined).length,
    causes: findings.filter(({ suppressed, causedBy }) => suppressed === undefined && causedBy === undefined).length,
  };
}

/** True when a severity is at or above `failOn`, or unknown where `strict`. `never` means never, also with `strict`. */
export function isAtLeast(severity: Severity, failOn: FailOn, strict: boolean): boolean {
  switch (failOn) {
    case 'never':
      return false;
    case 'error':
      return severity === 'error' || (strict && severity === 'unknown');
    case 'warning':
      return severity === 'error' || severity === 'warning' || (strict && severity === 'unknown');
    case 'info':
      return severity !== 'unknown' || strict;
  }
}

/** Whether the run ends with exit code 1. What is suppressed never makes it fail. */
export function failsAt(report: Pick<ValidationReport, 'findings'>, failOn: FailOn, strict: boolean): boolean {
  return report.findings.some(
    ({ severity, suppressed }) => suppressed === undefined && isAtLeast(severity, failOn, strict),
  );
}

/** What says that a cluster, or a kind in it, could not be read. */
const UNREAD: readonly string[] = ['MCS001', 'MCS002'];

/** Whether something could not be read, and nobody has said that this is not to count. */
export function isIncomplete(report: Pick<ValidationReport, 'findings'>): boolean {
  return report.findings.some(({ code, suppressed }) => suppressed === undefined && UNREAD.includes(code));
}
