import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import { IN_BASELINE } from '../validate/baseline.ts';
import { compareFindings, pathOf } from '../validate/causes.ts';
import type { Finding, RuleInfo, Severity, ValidationReport } from '../validate/finding.ts';
import { fingerprintOf } from '../validate/fingerprint.ts';
import { jsonText } from './document.ts';
import { linesOf, objectText, openableFile } from './validation-words.ts';
import { visible } from './visible.ts';

/**
 * What cannot be found out is of kind `open` ("insufficient information to decide"), which goes with level `none` alone
 * (SARIF 2.1.0, 3.27.9 and 3.27.10).
 */
const LEVELS = { error: 'error', warning: 'warning', info: 'note', unknown: 'none' } as const satisfies Record<
  Severity,
  Result.level
>;

/** Name of our fingerprint; a change of what it is made of gets another version. */
const FINGERPRINT = 'kubectlMcs/v1';

/** The findings as SARIF 2.1.0, with the rules that were applied; suppressed ones are marked so. */
export function validationSarif(report: ValidationReport, rules: readonly RuleInfo[], version: string): string {
  const indices = new Map(rules.map(({ code }, index) => [code, index]));
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'mcs', fullName: 'kubectl-mcs', version, rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        results: report.findings.toSorted(compareFindings).map((finding) => result(finding, indices.get(finding.code))),
      },
    ],
  };
  return jsonText(log);
}

function descriptor(rule: RuleInfo): ReportingDescriptor {
  const { code, title, severity, summary, looksAt, why, mend, source } = rule;
  const parts = [
    ['Looks at', looksAt],
    ['Why it matters', why],
    ['How to mend it', mend],
    ['Source', source],
  ] as const;
  return {
    id: code,
    name: title,
    shortDescription: { text: summary },
    fullDescription: { text: `${summary} ${why}` },
    help: {
      text: parts.map(([name, text]) => `${name}: ${text}`).join('\n'),
      markdown: parts.map(([name, text]) => `**${name}**: ${text}`).join('\n\n'),
    },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function result(finding: Finding, ruleIndex: number | undefined): Result {
  const { code, severity, suppressed, causedBy, fix, cluster } = finding;
  return {
    ruleId: code,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    kind: severity === 'unknown' ? 'open' : 'fail',
    level: LEVELS[severity],
    message: { text: messageText(finding) },
    locations: [location(finding)],
    partialFingerprints: { [FINGERPRINT]: fingerprintOf(finding) },
    ...(suppressed === undefined ? {} : { suppressions: [suppression(suppressed)] }),
    properties: { cluster, fix, ...(causedBy === undefined ? {} : { causedBy }) },
  };
}

/**
 * Plain text. Braces stay single although placeholders are written with them: viewers fill in arguments, of which there are
 * none, but do not undo the doubling, and a patch that is copied out of the message has to work.
 */
function messageText({ message, evidence, fix }: Finding): string {
  const lines = [message, ...evidence.flatMap(linesOf), ...linesOf(fix.text === '' ? '' : `fix: ${fix.text}`)];
  return (
    lines
      .map((line) => visible(line))
      .join('\n')
      .trimEnd() || '-'
  ); // the schema wants some text
}

function location(finding: Finding): Location {
  const { cluster, object, line } = finding;
  const file = openableFile(finding);
  const parts = [cluster, object?.kind ?? '', pathOf(object)].filter((part) => part !== '');
  const name = visible(object?.name ?? cluster);
  return {
    ...(file === undefined
      ? {}
      : {
          physicalLocation: {
            artifactLocation: artifactLocation(file),
            ...(line === undefined ? {} : { region: { startLine: line } }),
          },
        }),
    logicalLocations: [
      {
        ...(name === '' ? {} : { name }),
        fullyQualifiedName: visible(parts.join('/')) || 'mcs',
        kind: object === undefined ? 'cluster' : 'resource',
      },
    ],
    ...(object === undefined ? {} : { message: { text: visible(`${objectText(object)} of ${cluster}`) } }),
  };
}

/** A path of the file system as a URI reference; a relative one is to be found from the root of the repository. */
export function artifactLocation(file: string): { readonly uri: string; readonly uriBaseId?: string } {
  const path = file
    .toWellFormed()
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/+)+/, '');
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return { uri: `file://${encoded}` };
  if (/^[A-Za-z]:\//.test(path)) return { uri: `file:///${encoded.replace('%3A', ':')}` };
  return { uri: encoded, uriBaseId: '%SRCROOT%' };
}

/** Annotations are in the source; flags and baselines are not. */
function suppression(reason: string): { kind: 'inSource' | 'external'; status: 'accepted'; justification: string } {
  const isExternal = reason === IN_BASELINE || reason.startsWith('--suppress ');
  return { kind: isExternal ? 'external' : 'inSource', status: 'accepted', justification: visible(reason) };
}
