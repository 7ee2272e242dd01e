import type { ValidationReport } from '../validate/finding.ts';
import { type Baseline, type BaselineFile, baselineOf } from '../validate/baseline.ts';
import { ignoresIn } from '../validate/ignores-in.ts';
import { summaryOf } from '../validate/summary.ts';
import type { SuppressFlag } from '../validate/suppress-flag.ts';
import { applySuppressions } from '../validate/suppression.ts';
import type { Validated } from './validate.ts';

/** What the user says is not to count. */
export interface ReportOptions {
  readonly suppress: readonly SuppressFlag[];
  readonly baseline?: BaselineFile;
}

/** The report of a validation, and the baseline that would make all of it known. */
export function reportOf(
  validated: Validated,
  options: ReportOptions,
): { readonly report: ValidationReport; readonly baseline: Baseline } {
  const { findings: found, scene, leftOut: _, warnings: __, ...rest } = validated;
  const read = validated.clusters.filter(({ state }) => state === 'ok').map(({ cluster }) => cluster);
  const findings = applySuppressions(found, {
    annotations: ignoresIn(scene),
    flags: options.suppress,
    read,
    ...(options.baseline === undefined ? {} : { baseline: options.baseline }),
  });
  return {
    report: { ...rest, summary: summaryOf(findings), findings },
    baseline: baselineOf(findings, read, options.baseline),
  };
}
