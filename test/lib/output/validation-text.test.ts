import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { PLAIN, colour } from '../../../src/lib/output/colour.ts';
import { validationText } from '../../../src/lib/output/validation-text.ts';
import type { Finding, ValidationReport } from '../../../src/lib/validate/finding.ts';
import { NASTY, cluster, explainedBy, finding, live, report } from '../validate/findings.ts';

const text = (shown: ValidationReport, verbose = false): string => validationText(shown, { verbose, colour: PLAIN });
const cause = finding();
const many = (count: number): readonly Finding[] =>
  Array.from({ length: count }, (_, index) => explainedBy(cause, { cluster: `c${String(index).padStart(3, '0')}` }));

it('shows causes, the worst first, with what they rest on, what mends them and what they explain, then the counts', () => {
  const findings = [
    explainedBy(cause, { severity: 'warning' }),
    live({
      code: 'MCS001',
      title: 'cluster-unreachable',
      severity: 'unknown',
      cluster: 'north',
      message: 'no answer',
      evidence: [],
    }),
    cause,
    finding({ code: 'MCS203', severity: 'warning', suppressed: 'known' }),
  ];
  expect(text(report(findings, { clusters: [cluster('east'), cluster('west'), cluster('north', 'unreachable')] })))
    .toBe(`\
error MCS201 port-conflict  west  ServiceExport shop/cart
  clusters/west/cart.yaml:14: port http of shop/cart is 8080 here; 80 of east is used
    east: http 80/TCP
  fix: kubectl --context west -n shop edit service cart
  thus: warning MCS404 east ServiceExport shop/cart: no import

unknown MCS001 cluster-unreachable  north  ServiceExport shop/cart
  no answer
  fix: kubectl --context west -n shop edit service cart

1 error, 1 warning, 1 unknown (2 causes), 1 suppressed · 2/3 clusters read · 12 services (-v lists what is suppressed)
`);
});

it('says in one line that there is nothing', () => {
  expect(text(report([]))).toBe('no findings · 2/2 clusters read · 12 services\n');
});

it('shows what is suppressed, and why, when more is asked for', () => {
  expect(text(report([finding({ suppressed: 'known since May' })]), true)).toBe(`\
suppressed MCS201 port-conflict  west  ServiceExport shop/cart
  clusters/west/cart.yaml:14: port http of shop/cart is 8080 here; 80 of east is used
  reason: known since May

no findings, 1 suppressed · 2/2 clusters read · 12 services
`);
});

it('names the cause of a finding whose cause is suppressed', () => {
  const known = finding({ suppressed: 'known' });
  expect(text(report([known, explainedBy(known)]))).toContain(
    '\n  because of MCS201 west ServiceExport shop/cart, which is suppressed\n',
  );
});

it('shows a fix of several lines as a block', () => {
  const shown = text(report([finding({ fix: { kind: 'patch', text: 'spec:\n  ports:\n  - port: 80\n' } })]));
  expect(shown).toContain('\n  fix:\n    spec:\n      ports:\n      - port: 80\n\n');
});

describe('long lists', () => {
  it('are cut to ten lines, and say how many more there are', () => {
    const shown = text(report([cause, ...many(50)]));
    expect(shown.split('\n').filter((line) => line.startsWith('  thus: '))).toHaveLength(9);
    expect(shown).toContain('\n  … and 41 more (-v shows all)\n');
    expect(shown).toContain('51 errors (1 cause)');
  });

  it('are whole with -v, and when they just fit', () => {
    expect(text(report([cause, ...many(50)]), true)).not.toContain('more (-v');
    expect(text(report([cause, ...many(10)]))).not.toContain('more (-v');
  });
});

it('keeps headlines below 100 columns with names of usual length', () => {
  const object = {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    namespace: 'checkout',
    name: 'gateway',
  };
  const [headline = ''] = text(
    report([finding({ title: 'session-affinity-config-conflict', code: 'MCS204', cluster: 'prod-eu-west-1', object })]),
  ).split('\n');
  expect(stringWidth(headline)).toBeLessThanOrEqual(100);
});

it.each(NASTY)('shows nothing that a terminal obeys: %j', (nasty) => {
  const findings = [
    finding({
      message: nasty,
      evidence: [nasty],
      title: nasty,
      cluster: nasty,
      file: nasty,
      fix: { kind: 'doc', text: nasty },
    }),
    finding({ suppressed: nasty }),
  ];
  const shown = text(report(findings), true);
  expect(shown).not.toMatch(/[\p{Cs}\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066]/u);
  expect(shown.split('\n').filter((line) => line.startsWith('error '))).toHaveLength(1);
});

it('says the same without colours', () => {
  const shown = report([cause, explainedBy(cause), finding({ severity: 'info' }), finding({ severity: 'unknown' })]);
  const coloured = validationText(shown, { verbose: true, colour: colour({ env: { FORCE_COLOR: '1' }, isTTY: true }) });
  expect(coloured).toContain('\u001b[');
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(text(shown, true));
});
