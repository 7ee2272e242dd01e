import { expect, it } from 'vitest';
import { UsageError } from '../../../src/lib/errors.ts';
import { PLAIN } from '../../../src/lib/output/colour.ts';
import { ruleTable, ruleText } from '../../../src/lib/output/rule-text.ts';
import type { RuleInfo } from '../../../src/lib/validate/finding.ts';
import { ruleNamed } from '../../../src/lib/validate/rule-named.ts';
import { RULES } from '../validate/findings.ts';

const rule = ruleNamed(RULES, 'MCS201');

it('lists the rules as a table', () => {
  expect(ruleTable(RULES, { width: undefined })).toBe(`\
CODE     SEVERITY   TITLE                 SUMMARY
MCS001   unknown    cluster-unreachable   A cluster cannot be asked.
MCS201   error      port-conflict         Clusters export one service with different ports.
MCS404   warning    import-missing        A cluster lacks an import.
`);
});

it('explains a rule', () => {
  expect(ruleText(rule, { width: undefined, colour: PLAIN })).toBe(`\
MCS201 port-conflict (error)

Clusters export one service with different ports.

looks at: spec.ports of the Services that are exported.
why:      Only the ports of the oldest export are reachable by the name of the
          service.
mend:     Give the Services the same ports.
source:   KEP-1645, Conflict Resolution
`);
});

it('keeps the lines of a text, and a word that is longer than a line', () => {
  const odd: RuleInfo = { ...rule, mend: `first\n\n${'x'.repeat(200)} end` };
  expect(ruleText(odd, { width: 50, colour: PLAIN })).toContain(
    `mend:     first\n\n          ${'x'.repeat(200)}\n          end\n`,
  );
});

it.each(['MCS201', 'mcs201', '201', 'port-conflict', 'Port-Conflict'])('finds it as %s', (wanted) => {
  expect(ruleNamed(RULES, wanted)).toBe(rule);
});

it('says what is close to a code that is none', () => {
  expect(() => ruleNamed(RULES, 'MCS210')).toThrow(UsageError);
  expect(() => ruleNamed(RULES, 'port-conflicts')).toThrow(
    expect.objectContaining({ next: 'did you mean port-conflict?' }),
  );
  expect(() => ruleNamed(RULES, 'zzzzzzzzz')).toThrow(
    expect.objectContaining({ next: 'mcs validate --list shows all rules' }),
  );
});
