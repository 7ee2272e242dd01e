import { pathOf } from '../validate/causes.ts';
import type { Finding, ObjectRef, Severity, ValidationReport } from '../validate/finding.ts';

/** `ServiceExport shop/cart`; empty for what is about no object. */
export function objectText(object: ObjectRef | undefined): string {
  return object === undefined ? '' : `${object.kind} ${pathOf(object)}`;
}

/** `clusters/west/cart.yaml:14`; empty for what is not in a file. */
export function placeText({ file, line }: Pick<Finding, 'file' | 'line'>): string {
  if (file === undefined) return '';
  return line === undefined ? file : `${file}:${line}`;
}

/** The file of a finding, if it can be opened: standard input cannot. */
export function openableFile({ file }: Pick<Finding, 'file'>): string | undefined {
  return file === undefined || file === '<stdin>' || file === '-' ? undefined : file;
}

/** `1 error, 2 warnings, 1 unknown`; `no findings`, also where all are suppressed. */
export function countsText({ summary }: ValidationReport): string {
  const parts = [
    [summary.errors, 'error'],
    [summary.warnings, 'warning'],
    [summary.unknowns, 'unknown'],
    [summary.infos, 'info'],
  ] as const;
  const found = parts.filter(([count]) => count > 0).map(([count, noun]) => plural(count, noun));
  return found.length === 0 ? 'no findings' : found.join(', ');
}

/** `1 error, 2 warnings (2 causes), 1 suppressed · 3/4 clusters read · 12 services` */
export function summaryText(report: ValidationReport): string {
  const { causes, suppressed } = report.summary;
  const counts = countsText(report) + (causes > 0 ? ` (${plural(causes, 'cause')})` : '');
  const read = report.clusters.filter(({ state }) => state === 'ok').length;
  return [
    suppressed > 0 ? `${counts}, ${suppressed} suppressed` : counts,
    `${read}/${report.clusters.length} clusters read`,
    plural(report.services, 'service'),
  ].join(' · ');
}

/** `1 error`, `2 errors`. */
export function plural(count: number, noun: Severity | 'cause' | 'service' | 'finding'): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The lines of a text; an empty one at its end is no line. */
export function linesOf(text: string): readonly string[] {
  return text.replace(/(?:\r?\n)+$/, '').split(/\r\n|\r|\n/);
}
