import { describe, expect, it } from 'vitest';
import { groupByCause } from '../../../src/lib/validate/causes.ts';
import type { Severity } from '../../../src/lib/validate/finding.ts';
import { type FailOn, failsAt, summaryOf } from '../../../src/lib/validate/summary.ts';
import { explainedBy, finding } from './findings.ts';

const cause = finding();

describe('the summary', () => {
  it('counts by severity, what is suppressed as that alone, and causes apart from what they explain', () => {
    const findings = [
      cause,
      explainedBy(cause, { severity: 'warning' }),
      explainedBy(cause, { severity: 'unknown', cluster: 'north' }),
      finding({ code: 'MCS705', severity: 'info' }),
      finding({ code: 'MCS203', severity: 'warning', suppressed: 'known' }),
    ];
    expect(summaryOf(findings)).toEqual({ errors: 1, warnings: 1, infos: 1, unknowns: 1, suppressed: 1, causes: 2 });
  });

  it('counts no finding as a cause that another explains, whether that is suppressed or not there', () => {
    const suppressed = finding({ suppressed: 'known' });
    expect(summaryOf([suppressed, explainedBy(suppressed)])).toMatchObject({ errors: 1, suppressed: 1, causes: 0 });
    expect(summaryOf([explainedBy(cause)])).toMatchObject({ errors: 1, causes: 0 });
  });
});

describe('groups', () => {
  it('puts errors before warnings before unknowns before infos, then goes by cluster, file and line', () => {
    const findings = [
      finding({ severity: 'info' }),
      finding({ severity: 'unknown' }),
      finding({ severity: 'warning' }),
      finding({ line: 20 }),
      finding({ line: 3 }),
      finding({ cluster: 'east', file: 'z.yaml' }),
    ];
    const order = groupByCause(findings).map(
      (group) => `${group.cause.severity} ${group.cause.cluster} ${group.cause.line}`,
    );
    expect(order).toEqual([
      'error east 14',
      'error west 3',
      'error west 20',
      'warning west 14',
      'unknown west 14',
      'info west 14',
    ]);
  });

  it('tells apart causes that differ in nothing but the file', () => {
    const other = finding({ file: 'clusters/west/other.yaml' });
    const groups = groupByCause([cause, other, explainedBy(other)]);
    expect(groups.map(({ cause: { file }, symptoms }) => [file, symptoms.length])).toEqual([
      ['clusters/west/cart.yaml', 0],
      ['clusters/west/other.yaml', 1],
    ]);
  });
});

describe('--fail-on', () => {
  it.each<[Severity, FailOn, boolean, boolean]>([
    ['error', 'error', false, true],
    ['warning', 'error', false, false],
    ['info', 'error', false, false],
    ['unknown', 'error', false, false],
    ['unknown', 'error', true, true],
    ['warning', 'error', true, false],
    ['error', 'warning', false, true],
    ['warning', 'warning', false, true],
    ['info', 'warning', false, false],
    ['unknown', 'warning', false, false],
    ['unknown', 'warning', true, true],
    ['info', 'info', false, true],
    ['unknown', 'info', false, false],
    ['unknown', 'info', true, true],
    ['error', 'never', false, false],
    ['unknown', 'never', true, false],
  ])('%s with %s, strict %s: %s', (severity, failOn, strict, fails) => {
    expect(failsAt({ findings: [finding({ severity })] }, failOn, strict)).toBe(fails);
    expect(failsAt({ findings: [finding({ severity, suppressed: 'known' })] }, failOn, strict)).toBe(false);
  });
});
