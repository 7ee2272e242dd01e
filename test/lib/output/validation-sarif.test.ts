import Ajv from 'ajv';
import draft04 from 'ajv/lib/refs/json-schema-draft-04.json' with { type: 'json' };
import fc from 'fast-check';
import type { Log, Result } from 'sarif';
import { describe, expect, it } from 'vitest';
import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { artifactLocation, validationSarif } from '../../../src/lib/output/validation-sarif.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { NASTY, RULES, explainedBy, finding, live, report } from '../validate/findings.ts';

const ajv = new Ajv({ schemaId: 'id', meta: false, allErrors: true });
ajv.addMetaSchema(draft04);
const check = ajv.compile(schema);

/** The document; fails where the published schema does not take it. */
function sarif(findings: readonly Finding[], rules = RULES): Log {
  const log = JSON.parse(validationSarif(report(findings), rules, '0.1.0')) as Log; // the schema says so in the next line
  expect(check(log) === true ? [] : check.errors).toEqual([]);
  return log;
}
const results = (...findings: readonly Finding[]): readonly Result[] => sarif(findings).runs[0]?.results ?? [];

it('fails on what is not SARIF, so that the checks below mean something', () => {
  expect(check({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
  expect(check({ version: '2.0.0', runs: [] })).toBe(false);
  expect(
    check({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'x' } }, results: [{ message: { text: 'x' }, level: 'bad' }] }],
    }),
  ).toBe(false);
});

it('is a result at its place, by a rule that says how to mend it', () => {
  const [run] = sarif([finding()]).runs;
  expect(run?.tool.driver).toMatchObject({ name: 'mcs', version: '0.1.0' });
  const [result] = run?.results ?? [];
  expect(run?.tool.driver.rules?.[result?.ruleIndex ?? 0]).toMatchObject({
    id: 'MCS201',
    help: { text: expect.stringContaining('Give the Services the same ports.') },
    defaultConfiguration: { level: 'error' },
  });
  expect(result).toMatchObject({
    ruleId: 'MCS201',
    kind: 'fail',
    level: 'error',
    message: { text: expect.stringMatching(/^port http of shop\/cart[^]*\neast: http 80\/TCP\nfix: kubectl /) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: 'clusters/west/cart.yaml' }, region: { startLine: 14 } },
        logicalLocations: [{ fullyQualifiedName: 'west/ServiceExport/shop/cart' }],
      },
    ],
  });
  expect(result).not.toHaveProperty('suppressions');
});

it.each([
  ['error', 'fail', 'error'],
  ['warning', 'fail', 'warning'],
  ['info', 'fail', 'note'],
  ['unknown', 'open', 'none'],
] as const)('%s is of kind %s and level %s', (severity, kind, level) => {
  expect(results(finding({ severity }))).toMatchObject([{ kind, level }]);
});

it('marks what is suppressed, with the reason and whether that is in the source', () => {
  const suppressed = ['known', '--suppress MCS201', 'in the baseline'].map((reason, line) =>
    finding({ suppressed: reason, line: line + 1 }),
  );
  expect(results(...suppressed).map((result) => result.suppressions)).toEqual([
    [{ kind: 'inSource', status: 'accepted', justification: 'known' }],
    [{ kind: 'external', status: 'accepted', justification: '--suppress MCS201' }],
    [{ kind: 'external', status: 'accepted', justification: 'in the baseline' }],
  ]);
});

it('gives a fingerprint that stays when the line moves, and is another for another value', () => {
  const of = (fields: Partial<Finding>): unknown => results(finding(fields))[0]?.partialFingerprints;
  expect(of({ line: 99 })).toEqual(of({}));
  expect(of({ message: 'port http of shop/cart is 8081 here' })).not.toEqual(of({}));
});

it('says what explains a finding, and takes findings without file, object or known rule', () => {
  const cause = live({ code: 'MCS999' });
  const { object: _, ...nowhere } = live({ cluster: '', message: '' });
  expect(
    results(cause, explainedBy(cause), nowhere, finding({ file: '<stdin>' })).map(
      ({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation?.uri,
    ),
  ).toEqual([undefined, 'clusters/west/cart.yaml', undefined, undefined]);
  expect(sarif([], []).runs[0]?.results).toEqual([]);
});

describe('URIs', () => {
  it.each([
    ['clusters/a b/ü#1?.yaml', 'clusters/a%20b/%C3%BC%231%3F.yaml'],
    ['./clusters/x.yaml', 'clusters/x.yaml'],
    ['../x.yaml', '../x.yaml'],
    ['clusters\\west\\x.yaml', 'clusters/west/x.yaml'],
    ['50%/a:b.yaml', '50%25/a%3Ab.yaml'],
    ['/srv/x y.yaml', 'file:///srv/x%20y.yaml'],
    ['C:\\repo\\x.yaml', 'file:///C:/repo/x.yaml'],
    ['lone\ud800.yaml', 'lone%EF%BF%BD.yaml'],
  ])('%j is %s', (file, uri) => {
    expect(artifactLocation(file).uri).toBe(uri);
  });

  it('are read back as the path, and are relative where the path is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (names) => {
        const path = ['d', ...names.map((name) => `f${name.replaceAll(/[/\\]/g, '')}`)].join('/');
        const uri = new URL(artifactLocation(path).uri, 'file:///root/');
        expect(decodeURIComponent(uri.pathname)).toBe(`/root/${path}`);
        expect(uri.search + uri.hash).toBe('');
      }),
    );
  });
});

it('takes whatever text there is', () => {
  const odd = NASTY.map((text) =>
    finding({
      message: text,
      title: text,
      cluster: text,
      file: text,
      evidence: [text],
      object: { apiVersion: text, kind: text, namespace: text, name: text },
      fix: { kind: 'patch', text },
      suppressed: text,
    }),
  );
  expect(results(...odd)).toHaveLength(NASTY.length);
  const rules = NASTY.map((text, index) => ({
    code: `MCS9${index}`,
    title: text,
    severity: 'error' as const,
    summary: text,
    looksAt: text,
    why: text,
    mend: text,
    source: text,
  }));
  expect(sarif([], rules).runs[0]?.tool.driver.rules).toHaveLength(NASTY.length);
});
