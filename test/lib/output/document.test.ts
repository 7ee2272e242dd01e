import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { renderDocument } from '../../../src/lib/output/document.ts';

const shared = { cluster: 'east' };
const result = {
  services: [shared, shared],
  absent: undefined,
  text: 'a\u001b[2J\u202eb\u009bc',
  long: 'word '.repeat(60),
};
const document = {
  apiVersion: 'kubectl-mcs/v1',
  kind: 'StatusReport',
  services: [shared, shared],
  text: 'a\u001b[2J\u202eb\u009bc',
  long: 'word '.repeat(60),
};

it('is one JSON document with apiVersion and kind first', async () => {
  const json = await renderDocument('StatusReport', result, 'json');
  expect(json).toMatch(/^\{\n {2}"apiVersion": "kubectl-mcs\/v1",\n {2}"kind": "StatusReport",\n/);
  expect(JSON.parse(json)).toEqual(document);
});

it('is the same in YAML, without aliases or folded lines', async () => {
  const yaml = await renderDocument('StatusReport', result, 'yaml');
  expect(load(yaml)).toEqual(document);
  expect(yaml).not.toMatch(/[&*]ref/);
  expect(yaml).toContain('word '.repeat(59));
});

const hidden = '\u001b\u009b\u202e\u200d\ufeff\u{e0041}';

it.each(['json', 'yaml'] as const)('has no character in %s that a terminal obeys or hides', async (format) => {
  const texts = {
    value: `a${hidden}b`,
    lines: `a\n${hidden}\nb`,
    quoted: `'${hidden}": \\`,
    [`key${hidden}`]: [hidden],
  };
  const text = await renderDocument('X', texts, format);
  expect(text).not.toMatch(new RegExp(`[${hidden}]`, 'u'));
  expect(load(text)).toMatchObject(texts);
});
