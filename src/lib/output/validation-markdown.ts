import { type CauseGroup, groupByCause } from '../validate/causes.ts';
import type { Finding, ValidationReport } from '../validate/finding.ts';
import { markdownBlock, markdownCode, markdownText } from './markdown.ts';
import { short } from './short.ts';
import { countsText, linesOf, objectText, placeText, plural, summaryText } from './validation-words.ts';

/** GitHub takes comments of 65,536 characters. */
const LONGEST = 60_000;
/** Of evidence and symptoms of one cause. */
const MOST_LINES = 20;

/**
 * Findings for the comment of a pull request: a table of the causes, and below it, folded, what they rest on and what
 * mends them. What does not fit into a comment is counted.
 */
export function validationMarkdown(report: ValidationReport): string {
  const groups = groupByCause(report.findings);
  const suppressed = report.findings.filter((finding) => finding.suppressed !== undefined);
  const head = `### mcs validate: ${countsText(report)}\n\n${summaryText(report)}\n`;
  // A third for the table: it says what is wrong, the details how to mend it.
  const rows = fitting(
    groups.map(({ cause }) => tableRow(cause)),
    LONGEST / 3,
  );
  const details = fitting(groups.map(causeDetails), LONGEST / 2);
  const known = fitting(suppressed.map(suppressedLine), LONGEST / 10);
  const parts = [head];
  if (groups.length > 0) parts.push(`${TABLE_HEAD}${rows.texts.join('')}${omitted(rows.left)}`);
  if (groups.length > 0) parts.push(folded('Details and fixes', `${details.texts.join('\n')}${omitted(details.left)}`));
  if (suppressed.length > 0)
    parts.push(folded(`${suppressed.length} suppressed`, `${known.texts.join('')}${omitted(known.left)}`));
  return parts.join('\n');
}

const TABLE_HEAD = '| | Code | Cluster | Object | Place | Finding |\n| --- | --- | --- | --- | --- | --- |\n';

function tableRow(finding: Finding): string {
  const { severity, code, cluster, object, message } = finding;
  const cells = [
    severity,
    markdownText(code),
    markdownText(short(cluster)),
    markdownCode(short(objectText(object))),
    markdownCode(short(placeText(finding))),
    markdownText(short(message)),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

function causeDetails({ cause, symptoms }: CauseGroup): string {
  const { code, title, cluster, object, message, evidence, fix } = cause;
  const where = [cluster, objectText(object)].filter((part) => part !== '').join(' ');
  const items = [
    ...evidence.flatMap(linesOf).map((line) => markdownText(short(line))),
    ...symptoms.map((symptom) => `thus ${symptom.severity} ${symptomText(symptom)}`),
  ];
  const more = items.length - MOST_LINES;
  const list = items.slice(0, MOST_LINES).map((item) => `- ${item}\n`);
  return [
    `**${markdownText(`${code} ${title}`)}** ${markdownText(short(where))}: ${markdownText(short(message))}\n`,
    ...(list.length === 0 ? [] : [`${list.join('')}${more > 0 ? `- and ${more} more\n` : ''}`]),
    ...(fix.text === '' ? [] : [`${markdownBlock(linesOf(fix.text).map((line) => short(line, 1000)))}\n`]),
  ].join('\n');
}

function symptomText({ code, cluster, object, message }: Finding): string {
  return markdownText(
    short(`${[code, cluster, objectText(object)].filter((part) => part !== '').join(' ')}: ${message}`),
  );
}

function suppressedLine({ code, cluster, object, suppressed = '' }: Finding): string {
  const what = [code, cluster, objectText(object)].filter((part) => part !== '').join(' ');
  return `- ${markdownText(short(what))}: ${markdownText(short(suppressed))}\n`;
}

function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n</details>\n`;
}

function omitted(left: number): string {
  return left === 0 ? '' : `\n${plural(left, 'finding')} more: see the output of \`mcs validate\`.\n`;
}

/** As many texts as a number of characters holds, and how many are left. */
function fitting(texts: readonly string[], most: number): { readonly texts: readonly string[]; readonly left: number } {
  let length = 0;
  const count = texts.findIndex((text) => (length += text.length) > most);
  return count < 0 ? { texts, left: 0 } : { texts: texts.slice(0, count), left: texts.length - count };
}
