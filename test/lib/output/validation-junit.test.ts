import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { type JunitOptions, validationJunit } from '../../../src/lib/output/validation-junit.ts';
import type { ValidationReport } from '../../../src/lib/validate/finding.ts';
import { NASTY, cluster, explainedBy, finding, live, report } from '../validate/findings.ts';

/** Of Ant, by Windy Road: the one that others are derived from. */
const XSD = readFileSync(
  createRequire(import.meta.url).resolve('jest-junit-reporter/src/__tests__/fixtures/junit.xsd'),
  'utf8',
);
const OPTIONS: JunitOptions = { failOn: 'error', strict: false, time: new Date('2026-05-04T03:02:01.987Z') };

/** What the schema has against a document. */
async function faults(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'mcs.xml', contents: xml }], schema: [XSD] });
  return errors.map(({ message }) => message);
}

/** The document; fails where the published schema does not take it. */
async function junit(shown: ValidationReport, options: Partial<JunitOptions> = {}): Promise<string> {
  const xml = validationJunit(shown, { ...OPTIONS, ...options });
  expect(await faults(xml)).toEqual([]);
  return xml;
}

const COUNTS = /<testsuite name="([^"]*)".* tests="(\d+)" failures="(\d+)" errors="(\d+)"/g;
/** `name: tests, failures, errors` of each suite. */
const counts = (xml: string): readonly string[] =>
  [...xml.matchAll(COUNTS)].map(
    ([, name = '', tests = '', failures = '', errors = '']) => `${name}: ${tests}, ${failures}, ${errors}`,
  );

it('fails on what is not JUnit, so that the checks below mean something', async () => {
  expect(await faults('<testsuites><testsuite name="x"/></testsuites>')).not.toEqual([]);
  expect(await faults('<testsuites>')).not.toEqual([]);
});

it('is a suite a cluster and a test a rule and object', async () => {
  expect(await junit(report([finding()]))).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="east" package="mcs" id="0" timestamp="2026-05-04T03:02:01" hostname="localhost" tests="1" failures="0" errors="0" time="0">
<properties><property name="cluster" value="east"/><property name="type" value="directory"/><property name="location" value="clusters/east"/><property name="id" value="east"/><property name="clusterset" value="prod"/><property name="state" value="ok"/></properties>
<testcase name="cluster was read" classname="east" time="0"/>
<system-out></system-out>
<system-err></system-err>
</testsuite>
<testsuite name="west" package="mcs" id="1" timestamp="2026-05-04T03:02:01" hostname="localhost" tests="2" failures="1" errors="0" time="0">
<properties><property name="cluster" value="west"/><property name="type" value="directory"/><property name="location" value="clusters/west"/><property name="id" value="west"/><property name="clusterset" value="prod"/><property name="state" value="ok"/></properties>
<testcase name="cluster was read" classname="west" time="0"/>
<testcase name="MCS201 port-conflict ServiceExport shop/cart" classname="west" time="0"><failure message="port http of shop/cart is 8080 here; 80 of east is used" type="MCS201">clusters/west/cart.yaml:14: error MCS201: port http of shop/cart is 8080 here; 80 of east is used
  east: http 80/TCP
  fix: kubectl --context west -n shop edit service cart</failure></testcase>
<system-out></system-out>
<system-err></system-err>
</testsuite>
</testsuites>
`);
});

describe('a finding', () => {
  it.each([
    ['error', 'error', false, '2, 1, 0'],
    ['warning', 'error', false, '2, 0, 0'],
    ['warning', 'warning', false, '2, 1, 0'],
    ['info', 'info', false, '2, 1, 0'],
    ['unknown', 'error', false, '2, 0, 1'],
    ['unknown', 'error', true, '2, 0, 1'],
    ['unknown', 'never', false, '2, 0, 1'],
    ['error', 'never', false, '2, 0, 0'],
  ] as const)(
    '%s with --fail-on %s, strict %s: tests, failures, errors are %s',
    async (severity, failOn, strict, expected) => {
      const xml = await junit(report([finding({ severity })], { clusters: [cluster('west')] }), { failOn, strict });
      expect(counts(xml)).toEqual([`west: ${expected}`]);
    },
  );

  it('that does not fail, or is suppressed, is told in the output of its suite', async () => {
    const xml = await junit(
      report([finding({ severity: 'warning' }), finding({ code: 'MCS203', suppressed: 'known' })], {
        clusters: [cluster('west')],
      }),
    );
    expect(counts(xml)).toEqual(['west: 2, 0, 0']);
    expect(xml).toContain('<system-out>clusters/west/cart.yaml:14: warning MCS201: ');
    expect(xml).toContain(
      '\nsuppressed MCS203 port-conflict ServiceExport shop/cart: port http of shop/cart is 8080 here; 80 of east is used (known)</system-out>',
    );
  });

  it('shares the test of its rule and object, which fails when one of them does', async () => {
    const findings = [finding({ severity: 'unknown' }), finding({ line: 20 }), finding({ severity: 'info' })];
    const xml = await junit(report(findings, { clusters: [cluster('west')] }));
    expect(counts(xml)).toEqual(['west: 2, 1, 0']);
  });

  it('says what explains it', async () => {
    const cause = finding();
    expect(await junit(report([cause, explainedBy(cause)]))).toContain(
      '\n  because of MCS201 west ServiceExport shop/cart\n',
    );
  });

  it('about no cluster, or one that was not given, has a suite too', async () => {
    const { object: _, ...nowhere } = live({ code: 'MCS007', cluster: '' });
    const xml = await junit(report([nowhere, finding({ cluster: 'gone' })], { clusters: [] }));
    expect(counts(xml)).toEqual(['mcs: 1, 1, 0', 'gone: 1, 1, 0']);
    expect(xml).not.toContain('<properties></properties>'); // which Ant takes and Jenkins does not
  });
});

describe('a cluster that was not read', () => {
  const clusters = [cluster('west', 'unreachable')];

  it('is an error, never a test that passed', async () => {
    expect(counts(await junit(report([], { clusters })))).toEqual(['west: 1, 0, 1']);
  });

  it('is one error, when a finding says so already', async () => {
    const unknown = live({ code: 'MCS001', severity: 'unknown' });
    expect(counts(await junit(report([unknown], { clusters })))).toEqual(['west: 1, 0, 1']);
  });
});

it('takes whatever text there is', async () => {
  const odd = NASTY.flatMap((text) => {
    const object = { apiVersion: text, kind: text, namespace: text, name: text };
    const fields = {
      message: text,
      title: text,
      cluster: text,
      file: text,
      evidence: [text],
      object,
      fix: { kind: 'patch' as const, text },
    };
    return [finding(fields), finding({ ...fields, severity: 'info' }), finding({ ...fields, suppressed: text })];
  });
  const xml = await junit(
    report(odd, { clusters: NASTY.map((text) => ({ ...cluster(text), location: text, id: text })) }),
  );
  expect(xml).toContain('cdata ]]&gt; and &lt;b&gt;&amp;amp;&lt;/b&gt; &quot;quoted&quot;');
});
