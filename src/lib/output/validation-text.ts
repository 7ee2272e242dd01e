import { type CauseGroup, compareFindings, groupByCause } from '../validate/causes.ts';
import type { Finding, Severity, ValidationReport } from '../validate/finding.ts';
import type { Colour } from './colour.ts';
import { short } from './short.ts';
import { linesOf, objectText, placeText, summaryText } from './validation-words.ts';
import { visible } from './visible.ts';

export interface ValidationTextOptions {
  /** Show all of long lists, and what is suppressed. */
  readonly verbose: boolean;
  readonly colour: Colour;
}

/** A message longer than this, in characters, is read by nobody. */
const LONGEST_MESSAGE = 1000;
/** Lines of evidence, and of symptoms of one cause, without `verbose`. */
const MOST_LINES = 10;

/** Findings for people: causes, the worst first, each with what it explains and what mends it; then one line of counts. */
export function validationText(report: ValidationReport, options: ValidationTextOptions): string {
  const blocks = groupByCause(report.findings).map((group) => causeBlock(group, options));
  const suppressed = report.findings.filter((finding) => finding.suppressed !== undefined);
  if (options.verbose)
    blocks.push(...suppressed.sort(compareFindings).map((finding) => suppressedBlock(finding, options)));
  const hint = suppressed.length > 0 && !options.verbose ? ' (-v lists what is suppressed)' : '';
  const summary = visible(summaryText(report));
  return [...blocks.map((lines) => `${lines.join('\n')}\n`), `${options.colour.bold(summary)}${hint}\n`].join('\n');
}

function causeBlock({ cause, symptoms }: CauseGroup, options: ValidationTextOptions): readonly string[] {
  const evidence = some(cause.evidence.flatMap(linesOf), options);
  const folded = some(
    symptoms.map((symptom) => symptomLine(symptom, options.colour)),
    options,
  );
  return [
    headline(cause, severityText(cause.severity, options.colour), options.colour),
    `  ${messageText(cause)}`,
    ...because(cause),
    ...evidence.map((line) => `    ${visible(short(line))}`),
    ...fixLines(cause),
    ...folded.map((line) => `  ${line}`),
  ];
}

/** `error MCS201 port-conflict  west  ServiceExport shop/cart` */
function headline({ code, title, cluster, object }: Finding, word: string, colour: Colour): string {
  const rest = [cluster, objectText(object)].filter((part) => part !== '').map((part) => `  ${visible(part)}`);
  return `${word} ${colour.bold(code)} ${visible(title)}${rest.join('')}`;
}

/** File and line before the message, as compilers have it, so that editors and terminals find the place. */
function messageText(finding: Finding): string {
  const place = placeText(finding);
  const message = visible(short(finding.message, LONGEST_MESSAGE));
  return place === '' ? message : `${visible(place)}: ${message}`;
}

/** Of a finding that stands for itself although another explains it: that one is suppressed, or not here. */
function because({ causedBy }: Finding): readonly string[] {
  if (causedBy === undefined) return [];
  const cause = [causedBy.code, causedBy.cluster, objectText(causedBy.object)].filter((part) => part !== '');
  return [`  because of ${visible(cause.join(' '))}, which is suppressed`];
}

function symptomLine(finding: Finding, colour: Colour): string {
  const { code, cluster, severity, object } = finding;
  const where = [cluster, objectText(object)].filter((part) => part !== '').map(visible);
  const message = visible(short(finding.message));
  return `thus: ${severityText(severity, colour)} ${code} ${where.join(' ')}: ${message}`;
}

function fixLines({ fix }: Finding): readonly string[] {
  const [first = '', ...more] = linesOf(fix.text);
  if (more.length === 0) return first === '' ? [] : [`  fix: ${visible(first)}`];
  return ['  fix:', ...[first, ...more].map((line) => `    ${visible(line)}`.trimEnd())];
}

function suppressedBlock(finding: Finding, { colour }: ValidationTextOptions): readonly string[] {
  const reason = visible(short(finding.suppressed ?? ''));
  return [headline(finding, 'suppressed', colour), `  ${messageText(finding)}`, `  reason: ${reason}`];
}

/** The first lines, and how many more there are. */
function some(lines: readonly string[], { verbose }: ValidationTextOptions): readonly string[] {
  if (verbose || lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES - 1), `… and ${lines.length - MOST_LINES + 1} more (-v shows all)`];
}

function severityText(severity: Severity, colour: Colour): string {
  switch (severity) {
    case 'error':
      return colour.bad(severity);
    case 'warning':
    case 'unknown':
      return colour.warn(severity);
    case 'info':
      return colour.dim(severity);
  }
}
