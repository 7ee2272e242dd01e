import { compareFindings } from '../validate/causes.ts';
import type { Finding, ValidatedCluster, ValidationReport } from '../validate/finding.ts';
import { type FailOn, isAtLeast } from '../validate/summary.ts';
import { linesOf, objectText, placeText } from './validation-words.ts';
import { xmlAttributes, xmlLines } from './xml.ts';

export interface JunitOptions {
  readonly failOn: FailOn;
  readonly strict: boolean;
  /** When the run began. */
  readonly time: Date;
}

/** One test: what one rule says of one object. */
interface Test {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** `error`: it could not be found out. */
  readonly outcome: 'passed' | 'failure' | 'error';
}

/**
 * The findings as JUnit XML in the form of Ant, the strictest of its dialects, so that every reader takes it: one suite a
 * cluster, one test a rule and object. A finding at or above `failOn` is a failure, another a test that passed, and one that
 * says UNKNOWN an error, with or without `strict`: it is never OK. That a cluster was read is a test too, so that a clean
 * one has one. What does not fail, and what is suppressed, is in the output of the suite.
 */
export function validationJunit(report: ValidationReport, options: JunitOptions): string {
  const byCluster = Map.groupBy(report.findings.toSorted(compareFindings), ({ cluster }) => cluster);
  const known = new Map(report.clusters.map((cluster) => [cluster.cluster, cluster]));
  const names = [...new Set([...known.keys(), ...byCluster.keys()])];
  const suites = names.map((name, id) => suite(id, name, known.get(name), byCluster.get(name) ?? [], options));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function suite(
  id: number,
  name: string,
  cluster: ValidatedCluster | undefined,
  findings: readonly Finding[],
  options: JunitOptions,
): string {
  const shown = name.trim() === '' ? 'mcs' : name; // what is about no cluster: flags, the baseline
  const counted = findings.filter(({ suppressed }) => suppressed === undefined);
  const tests = testsOf(counted, options);
  if (cluster !== undefined) tests.unshift(...readTest(cluster, tests));
  const count = (outcome: Test['outcome']): number => tests.filter((test) => test.outcome === outcome).length;
  const attributes = xmlAttributes({
    name: shown,
    package: 'mcs',
    id,
    timestamp: options.time.toISOString().slice(0, 19),
    hostname: 'localhost',
    tests: tests.length,
    failures: count('failure'),
    errors: count('error'),
    time: 0,
  });
  const passed = tests.filter(({ outcome }) => outcome === 'passed').flatMap((test) => test.findings);
  const output = [
    ...passed.flatMap(linesAbout),
    ...findings.filter(({ suppressed }) => suppressed !== undefined).map(suppressedLine),
  ];
  return [
    `<testsuite${attributes}>`,
    propertiesOf(name, cluster),
    ...tests.map((test) => testcase(test, shown)),
    `<system-out>${xmlLines(output)}</system-out>`,
    '<system-err></system-err>',
    '</testsuite>\n',
  ].join('\n');
}

/** Never empty: Jenkins' dialect wants at least one. */
function propertiesOf(name: string, { type, location, id, clusterset, state }: Partial<ValidatedCluster> = {}): string {
  const properties = Object.entries({ cluster: name, type, location, id, clusterset, state }).flatMap(([key, value]) =>
    value === undefined ? [] : [`<property${xmlAttributes({ name: key, value })}/>`],
  );
  return `<properties>${properties.join('')}</properties>`;
}

/** Findings by rule and object: names that stay the same when lines move, so that a test has a history. */
function testsOf(findings: readonly Finding[], options: JunitOptions): Test[] {
  return [...Map.groupBy(findings, nameOf)].map(([name, list]) => ({
    name,
    findings: list,
    outcome: outcomeOf(list, options),
  }));
}

function nameOf({ code, title, object, file }: Finding): string {
  const about = object === undefined ? (file ?? '') : objectText(object);
  return [code, title, about].filter((part) => part !== '').join(' ');
}

function outcomeOf(findings: readonly Finding[], { failOn, strict }: JunitOptions): Test['outcome'] {
  const fails = (finding: Finding): boolean =>
    finding.severity !== 'unknown' && isAtLeast(finding.severity, failOn, strict);
  if (findings.some(fails)) return 'failure';
  return findings.some(({ severity }) => severity === 'unknown') ? 'error' : 'passed';
}

/** Nothing when the reason why it was not read is among the tests. */
function readTest({ state }: ValidatedCluster, others: readonly Test[]): readonly Test[] {
  if (state === 'ok') return [{ name: 'cluster was read', findings: [], outcome: 'passed' }];
  if (others.some(({ outcome }) => outcome === 'error')) return [];
  return [{ name: 'cluster was read', findings: [], outcome: 'error' }];
}

function testcase({ name, findings, outcome }: Test, classname: string): string {
  const attributes = xmlAttributes({ name, classname, time: 0 });
  if (outcome === 'passed') return `<testcase${attributes}/>`;
  const [first] = findings;
  const type = first === undefined ? 'MCS001' : first.code;
  const message = first === undefined ? 'the cluster could not be asked' : first.message;
  const content = xmlLines(findings.flatMap(linesAbout));
  return `<testcase${attributes}><${outcome}${xmlAttributes({ message, type })}>${content}</${outcome}></testcase>`;
}

function linesAbout(finding: Finding): readonly string[] {
  const { severity, code, message, evidence, fix, causedBy } = finding;
  const place = placeText(finding);
  const cause =
    causedBy === undefined ? '' : `${causedBy.code} ${causedBy.cluster} ${objectText(causedBy.object)}`.trim();
  return [
    `${place === '' ? '' : `${place}: `}${severity} ${code}: ${message}`,
    ...(cause === '' ? [] : [`  because of ${cause}`]),
    ...evidence.flatMap(linesOf).map((line) => `  ${line}`),
    ...linesOf(fix.text).map((line, index) => (index === 0 ? `  fix: ${line}` : `    ${line}`)),
  ];
}

function suppressedLine(finding: Finding): string {
  return `suppressed ${nameOf(finding)}: ${finding.message} (${finding.suppressed ?? ''})`;
}
