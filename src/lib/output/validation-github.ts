import { groupByCause } from '../validate/causes.ts';
import type { Finding, Severity, ValidationReport } from '../validate/finding.ts';
import { linesOf, objectText, openableFile, summaryText } from './validation-words.ts';
import { visible } from './visible.ts';

/** UNKNOWN is never OK, so it is not a mere notice. */
const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  unknown: 'warning',
  info: 'notice',
};

/**
 * Workflow commands of GitHub Actions, one a finding, which it shows at the lines of a pull request. A step shows the first
 * ten of a kind, so causes come before what they explain. The last line is no command, but the summary for the log.
 */
export function validationGithub(report: ValidationReport): string {
  const groups = groupByCause(report.findings);
  const causes = groups.map(({ cause }) => cause);
  const symptoms = groups.flatMap((group) => group.symptoms);
  return [...[...causes, ...symptoms].map(command), visible(summaryText(report))].map((line) => `${line}\n`).join('');
}

function command(finding: Finding): string {
  const { code, title, severity, line } = finding;
  const file = openableFile(finding)?.replaceAll('\\', '/');
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(file === undefined || line === undefined ? [] : [`line=${line}`]),
    `title=${property(`${code} ${title}${severity === 'unknown' ? ' (unknown)' : ''}`)}`,
  ];
  return `::${COMMANDS[severity]} ${properties.join(',')}::${data(textOf(finding))}`;
}

function textOf({ cluster, object, message, evidence, fix, causedBy }: Finding): string {
  const where = [cluster, objectText(object)].filter((part) => part !== '').join(' ');
  const cause = [causedBy?.code, causedBy?.cluster, objectText(causedBy?.object)].filter((part) => part !== undefined);
  const lines = [
    where === '' ? message : `${where}: ${message}`,
    ...(causedBy === undefined ? [] : [`because of ${cause.join(' ').trim()}`]),
    ...evidence.flatMap(linesOf),
    ...linesOf(fix.text === '' ? '' : `fix: ${fix.text}`),
  ];
  return lines
    .map((line) => visible(line))
    .join('\n')
    .trimEnd();
}

/** As `@actions/core` escapes what comes behind the second `::`. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** As `@actions/core` escapes the value of a property. */
function property(text: string): string {
  return data(visible(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
