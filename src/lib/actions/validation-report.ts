import type { Finding, Severity, ValidationReport } from '../validate/finding.ts';
import { type Baseline, type BaselineFile, baselineOf } from '../validate/baseline.ts';
import { ignoresIn } from '../validate/ignores-in.ts';
import { summaryOf } from '../validate/summary.ts';
import type { SuppressFlag } from '../validate/suppress-flag.ts';
import { applySuppressions } from '../validate/suppression.ts';
import type { Validated } from './validate.ts';

/** What the user says is not to count. */
export interface ReportOptions {
  readonly suppress: readonly SuppressFlag[];
  /** Severities by code: those of what there is to say of suppressions are not given by a rule. */
  readonly severities?: ReadonlyMap<string, Severity>;
  readonly baseline?: BaselineFile;
  /** Where the new baseline is going to be written: then what is in it is known in this report too. */
  readonly writeBaseline?: string;
}

/** The report of a validation, and the baseline that would make all of it known. */
export function reportOf(
  validated: Validated,
  options: ReportOptions,
): { readonly report: ValidationReport; readonly baseline: Baseline } {
  const { findings: found, scene, leftOut: _, warnings: __, ...rest } = validated;
  const read = validated.clusters.filter(({ state }) => state === 'ok').map(({ cluster }) => cluster);
  const annotations = ignoresIn(scene);
  const { suppress: flags, severities } = options;
  const apply = (baseline: BaselineFile | undefined): readonly Finding[] => {
    const sources = { annotations, flags, read, ...(baseline === undefined ? {} : { baseline }) };
    return applySuppressions(found, sources).map((finding) => {
      const severity = finding.severity === 'unknown' ? undefined : severities?.get(finding.code);
      return severity === undefined ? finding : { ...finding, severity };
    });
  };
  const before = apply(options.baseline);
  const baseline = baselineOf(before, read, options.baseline);
  const { writeBaseline: file } = options;
  const findings = file === undefined ? before : apply({ file, ...baseline });
  return { report: { ...rest, summary: summaryOf(findings), findings }, baseline };
}
