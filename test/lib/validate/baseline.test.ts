import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/lib/errors.ts';
import { renderDocument } from '../../../src/lib/output/document.ts';
import { BASELINE_KIND, IN_BASELINE, baselineOf, parseBaseline } from '../../../src/lib/validate/baseline.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { fingerprintOf } from '../../../src/lib/validate/fingerprint.ts';
import { EXPORT, NASTY, finding, live } from './findings.ts';

const READ = ['east', 'west'];

describe('the fingerprint', () => {
  it.each<[string, Partial<Finding>]>([
    ['line', { line: 99 }],
    ['evidence', { evidence: [] }],
    ['fix', { fix: { kind: 'doc', text: 'other' } }],
    ['severity', { severity: 'info' }],
    ['version of the object', { object: { ...EXPORT, apiVersion: 'multicluster.x-k8s.io/v1alpha1' } }],
    ['way the file is written', { file: '.\\clusters\\west\\cart.yaml' }],
    ['reason why it does not count', { suppressed: IN_BASELINE }],
  ])('stays when the %s changes', (_, fields) => {
    expect(fingerprintOf(finding(fields))).toBe(fingerprintOf(finding()));
  });

  it.each<[string, Partial<Finding>]>([
    ['code', { code: 'MCS202' }],
    ['cluster', { cluster: 'east' }],
    ['name', { object: { ...EXPORT, name: 'web' } }],
    ['namespace', { object: { ...EXPORT, namespace: 'web' } }],
    ['kind', { object: { ...EXPORT, kind: 'Service' } }],
    ['group', { object: { ...EXPORT, apiVersion: 'net.gke.io/v1' } }],
    ['file', { file: 'clusters/west/other.yaml' }],
    ['message', { message: 'port http of shop/cart is 8081 here; 80 of east is used' }],
    ['knowledge', { severity: 'unknown' }],
  ])('is another when the %s is', (_, fields) => {
    expect(fingerprintOf(finding(fields))).not.toBe(fingerprintOf(finding()));
  });

  it('does not see lines within a message, but ports', () => {
    const of = (message: string): string => fingerprintOf(finding({ message }));
    expect(of('also in a/b.yaml:12 and c.json:3')).toBe(of('also in a/b.yaml:14 and c.json:4'));
    expect(of('http:80')).not.toBe(of('http:81'));
  });
});

describe('the file', () => {
  it('is the same whatever the order of the findings, and says for people what it holds', async () => {
    const findings = [
      finding({ cluster: 'east' }),
      live(),
      finding({ code: 'MCS101', object: { apiVersion: 'v1', kind: 'Namespace', name: 'a' } }),
    ];
    const text = await renderDocument(BASELINE_KIND, baselineOf(findings, READ), 'json');
    expect(await renderDocument(BASELINE_KIND, baselineOf(findings.toReversed(), READ), 'json')).toBe(text);
    expect(JSON.parse(text)).toMatchObject({
      apiVersion: 'kubectl-mcs/v1',
      kind: 'ValidationBaseline',
      findings: [
        { cluster: 'east', code: 'MCS201', object: EXPORT },
        { cluster: 'west', code: 'MCS101' },
        { code: 'MCS201' },
      ],
    });
  });

  it('is read back as it was, whatever is in it', async () => {
    const baseline = baselineOf(
      NASTY.map((text) => finding({ message: text, file: text, cluster: text })),
      [],
    );
    const text = await renderDocument(BASELINE_KIND, baseline, 'json');
    expect(parseBaseline(text, 'b.json')).toEqual({ file: 'b.json', ...baseline });
  });

  it('keeps neither what is suppressed otherwise nor what suppresses nothing, but what the last one held', () => {
    const findings = [
      finding({ suppressed: 'known' }),
      finding({ code: 'MCS007', severity: 'info' }),
      finding({ code: 'MCS205', suppressed: IN_BASELINE }),
      finding({ code: 'MCS205', suppressed: IN_BASELINE, line: 99 }),
    ];
    expect(baselineOf(findings, READ).findings.map(({ code }) => code)).toEqual(['MCS205']);
  });

  it('keeps the entries of clusters that were not read this time', () => {
    const previous = baselineOf([finding({ cluster: 'north' }), finding({ cluster: 'east' })], ['north', 'east']);
    expect(baselineOf([], READ, previous).findings.map(({ cluster }) => cluster)).toEqual(['north']);
  });

  it.each([
    ['', /^b\.json is no baseline: not JSON/],
    ['{"a": 1,}', /^b\.json is no baseline: not JSON: .*line 1/],
    ['[]', /^b\.json is no baseline: the document: expected a mapping, got a list$/],
    ['{}', /apiVersion: expected kubectl-mcs\/v1, got nothing$/],
    ['{"apiVersion":"kubectl-mcs/v1","kind":"StatusReport"}', /kind: expected ValidationBaseline, got "StatusReport"$/],
    ['{"apiVersion":"kubectl-mcs/v1","kind":"ValidationBaseline"}', /findings: expected a list, got nothing$/],
    [
      '{"apiVersion":"kubectl-mcs/v1","kind":"ValidationBaseline","findings":[{"code":"MCS201","cluster":"x"}]}',
      /findings\[0\]\.fingerprint: expected a string, got nothing$/,
    ],
    [
      '{"apiVersion":"kubectl-mcs/v1","kind":"ValidationBaseline","findings":[{"code":"MCS201","cluster":"x","object":3}]}',
      /findings\[0\]\.object: expected a mapping, got 3$/,
    ],
  ])('%j is refused with what is wrong', (text, message) => {
    expect(() => parseBaseline(text, 'b.json')).toThrow(ConfigError);
    expect(() => parseBaseline(text, 'b.json')).toThrow(message);
  });
});
