import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/lib/errors.ts';
import { baselineOf } from '../../../src/lib/validate/baseline.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { type IgnoreAnnotation, parseIgnores } from '../../../src/lib/validate/ignore-annotation.ts';
import { parseSuppress } from '../../../src/lib/validate/suppress-flag.ts';
import { type Suppressions, applySuppressions } from '../../../src/lib/validate/suppression.ts';
import { EXPORT, finding, live } from './findings.ts';

const NONE: Suppressions = { annotations: [], flags: [], read: ['east', 'west'] };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };

const annotated = (text: string, fields: Partial<IgnoreAnnotation> = {}): IgnoreAnnotation => ({
  cluster: 'west',
  object: EXPORT,
  text,
  file: 'clusters/west/cart.yaml',
  line: 6,
  ...fields,
});
const apply = (findings: readonly Finding[], sources: Partial<Suppressions>): readonly Finding[] =>
  applySuppressions(findings, { ...NONE, ...sources });
/** `code severity reason` of each. */
const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ code, severity, suppressed }) => `${code} ${severity} ${suppressed ?? '-'}`);

describe('the annotation', () => {
  it.each([
    ['MCS203 known since May', [{ codes: ['MCS203'], reason: 'known since May' }]],
    ['mcs203: known', [{ codes: ['MCS203'], reason: 'known' }]],
    [
      'MCS203 a;MCS205 b',
      [
        { codes: ['MCS203'], reason: 'a' },
        { codes: ['MCS205'], reason: 'b' },
      ],
    ],
    ['MCS203 a; not code; MCS205', [{ codes: ['MCS203'], reason: 'a; not code' }, { codes: ['MCS205'] }]],
    ['MCS203, MCS205 both', [{ codes: ['MCS203', 'MCS205'], reason: 'both' }]],
    [' ; MCS203 a ; ', [{ codes: ['MCS203'], reason: 'a' }]],
    ['MCS203 two\nlines', [{ codes: ['MCS203'], reason: 'two\nlines' }]],
    ['because', [{ codes: [] }]],
    ['MCS2034 too long', [{ codes: [] }]],
    ['', []],
  ])('%j', (text, expected) => {
    expect(parseIgnores(text).map(({ codes, reason }) => ({ codes, ...(reason !== undefined && { reason }) }))).toEqual(
      expected,
    );
  });

  it('suppresses what its object has, with its reason', () => {
    expect(told(apply([finding()], { annotations: [annotated('MCS201 shipped on Friday')] }))).toEqual([
      'MCS201 error shipped on Friday',
    ]);
  });

  it('speaks for the Service, the export and the import of one name, since a rule may point at any', () => {
    const object = { ...EXPORT, apiVersion: 'v1', kind: 'Service' };
    expect(told(apply([finding()], { annotations: [annotated('MCS201 known', { object })] }))).toEqual([
      'MCS201 error known',
    ]);
  });

  it.each<[string, Partial<IgnoreAnnotation>]>([
    ['of another cluster', { cluster: 'east' }],
    ['of another name', { object: { ...EXPORT, name: 'web' } }],
    ['of another namespace', { object: { ...EXPORT, namespace: 'other' } }],
    ['of another kind', { object: { ...EXPORT, kind: 'EndpointSlice', apiVersion: 'discovery.k8s.io/v1' } }],
    ['of another code', { text: 'MCS202 known' }],
  ])('%s hits nothing, which is MCS007', (_, fields) => {
    expect(told(apply([finding()], { annotations: [annotated('MCS201 known', fields)] })).toSorted()).toEqual([
      'MCS007 info -',
      'MCS201 error -',
    ]);
  });

  it('without a reason suppresses all the same, and is MCS006 at its own line', () => {
    const findings = apply([finding()], { annotations: [annotated('MCS201')] });
    expect(told(findings)).toEqual(['MCS006 warning -', 'MCS201 error no reason given']);
    expect(findings[0]).toMatchObject({ file: 'clusters/west/cart.yaml', line: 6, cluster: 'west', object: EXPORT });
  });

  it('that names no code is MCS007 and says so', () => {
    const [useless] = apply([], { annotations: [annotated('we like it so')] });
    expect(useless).toMatchObject({ code: 'MCS007', message: expect.stringContaining('"we like it so"') });
  });

  it('may accept that it gives no reason', () => {
    const annotations = [annotated('MCS201; MCS006 they are all so')];
    expect(told(apply([finding()], { annotations }))).toEqual([
      'MCS006 warning they are all so',
      'MCS201 error no reason given',
    ]);
  });
});

describe('--suppress', () => {
  const inNamespace = finding();
  const clusterScoped = finding({ object: NAMESPACE });
  const without = ((): Finding => {
    const { object: _, ...rest } = finding();
    return rest;
  })();

  it.each<[string, Finding, boolean]>([
    ['MCS201=shop/cart', inNamespace, true],
    ['mcs201=shop/cart', inNamespace, true],
    ['MCS201=shop/*', inNamespace, true],
    ['MCS201=*/c*t', inNamespace, true],
    ['MCS201', inNamespace, true],
    ['MCS201', without, true],
    ['MCS201=*', without, false],
    ['MCS201=shop/car', inNamespace, false],
    ['MCS201=shop/c.rt', inNamespace, false],
    ['MCS201=cart', inNamespace, false],
    ['MCS202=shop/cart', inNamespace, false],
    ['MCS201=shop', clusterScoped, true],
    ['MCS201=x/shop', clusterScoped, false],
    ['MCS201=*/shop', clusterScoped, false],
  ])('%s', (flag, given, hits) => {
    const findings = apply([given], { flags: [parseSuppress(flag)] });
    if (hits) expect(told(findings)).toEqual([`MCS201 error --suppress ${flag}`]);
    else expect(told(findings).toSorted()).toEqual(['MCS007 info -', 'MCS201 error -']);
  });

  it('reaches what is said of suppressions', () => {
    const flags = [parseSuppress('MCS006'), parseSuppress('MCS007')];
    const annotations = [annotated('MCS201'), annotated('MCS205 gone')];
    expect(told(apply([finding()], { annotations, flags }))).toEqual([
      'MCS006 warning --suppress MCS006',
      'MCS007 info --suppress MCS007',
      'MCS201 error no reason given',
    ]);
  });

  it.each(['', 'MCS2', '203', 'MCS203=', 'MCS203=/x', 'MCS203=x/', 'MCS203=a/b/c', '=shop/cart'])(
    '%j is refused',
    (text) => {
      expect(() => parseSuppress(text)).toThrow(UsageError);
    },
  );
});

describe('the baseline', () => {
  const baseline = { file: 'baseline.json', ...baselineOf([finding()], ['west']) };

  it('suppresses what was there, wherever its line is now', () => {
    expect(told(apply([finding({ line: 99, evidence: [] })], { baseline }))).toEqual(['MCS201 error in the baseline']);
  });

  it('does not suppress the same conflict over another value; its own entry is then stale', () => {
    expect(told(apply([finding({ message: 'port http of shop/cart is 8081 here' })], { baseline }))).toEqual([
      'MCS007 info -',
      'MCS201 error -',
    ]);
  });

  it('is not stale for a cluster that was not read', () => {
    expect(apply([], { baseline, read: ['east'] })).toEqual([]);
    expect(told(apply([], { baseline }))).toEqual(['MCS007 info -']);
  });

  it('gives way to a reason that somebody wrote down, and is not stale then', () => {
    expect(told(apply([finding()], { baseline, annotations: [annotated('MCS201 known')] }))).toEqual([
      'MCS201 error known',
    ]);
  });
});

it('leaves findings as they are when there is nothing that suppresses, in the order of clusters, files and lines', () => {
  const findings = [live({ cluster: 'east' }), finding({ line: 2 }), finding({ line: 10 })];
  expect(apply(findings.toReversed(), {})).toEqual(findings);
});
