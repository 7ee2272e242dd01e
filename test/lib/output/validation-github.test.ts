import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validationGithub } from '../../../src/lib/output/validation-github.ts';
import { visible } from '../../../src/lib/output/visible.ts';
import type { Severity } from '../../../src/lib/validate/finding.ts';
import { NASTY, explainedBy, finding, live, report } from '../validate/findings.ts';

/** What the runner makes of a line: the command, its properties, its message (actions/runner, `ActionCommand`). */
function read(line: string): { command: string; properties: Record<string, string>; message: string } | undefined {
  const [, command = '', properties = '', message = ''] = /^::(\w+) ([^]*?)::([^]*)$/.exec(line) ?? [];
  if (command === '') return undefined;
  const data = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const pairs = properties.split(',').map((pair) => {
    const [key = '', ...value] = pair.split('=');
    return [key, data(value.join('=').replaceAll('%3A', ':').replaceAll('%2C', ','))] as const;
  });
  return { command, properties: Object.fromEntries(pairs), message: data(message) };
}

it('is one command a finding at its file and line, and a summary for the log', () => {
  expect(validationGithub(report([finding()]))).toBe(
    '::error file=clusters/west/cart.yaml,line=14,title=MCS201 port-conflict::' +
      'west ServiceExport shop/cart: port http of shop/cart is 8080 here; 80 of east is used%0A' +
      'east: http 80/TCP%0Afix: kubectl --context west -n shop edit service cart\n' +
      '1 error (1 cause) · 2/2 clusters read · 12 services\n',
  );
});

it.each<[Severity, string]>([
  ['error', '::error '],
  ['warning', '::warning '],
  ['unknown', '::warning '],
  ['info', '::notice '],
])('%s is %s', (severity, command) => {
  expect(validationGithub(report([finding({ severity })]))).toMatch(new RegExp(`^${command}`));
});

it('puts causes before what they explain, since GitHub shows the first ten; leaves out what is suppressed', () => {
  const cause = finding({ severity: 'warning' });
  const findings = [explainedBy(cause), cause, finding({ suppressed: 'known' })];
  const lines = validationGithub(report(findings)).split('\n');
  expect(lines.map((line) => line.slice(0, 9))).toEqual(['::warning', '::error f', '1 error, ', '']);
  expect(lines[1]).toContain('%0Abecause of MCS201 west ServiceExport shop/cart%0A');
});

it('names no file where there is none to open', () => {
  expect(validationGithub(report([live()]))).toMatch(/^::error title=/);
  expect(validationGithub(report([finding({ file: '<stdin>' })]))).toMatch(/^::error title=/);
});

describe('escapes', () => {
  const shown = (text: string): ReturnType<typeof read> => {
    const [line = '', summary, ...rest] = validationGithub(
      report([finding({ message: text, title: text, file: `f${text}`, evidence: [text], fix: { kind: 'doc', text } })]),
    ).split('\n');
    expect([summary, rest]).toEqual([expect.stringContaining('1 error'), ['']]);
    return read(line);
  };

  it.each(NASTY)('%j', (text) => {
    expect(shown(text)?.properties).toEqual({
      file: visible(`f${text.replaceAll('\\', '/')}`),
      line: '14',
      title: visible(`MCS201 ${text}`),
    });
  });

  it('whatever the text, so that it is read back and no other command slips in', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('%:,=;\r\n\0\u2028A0D2B5ü🚢')) }), (text) => {
        const command = shown(text);
        expect(command?.command).toBe('error');
        expect(command?.properties.title).toBe(visible(`MCS201 ${text}`));
        expect(command?.message).toContain(visible(text));
      }),
    );
  });
});
