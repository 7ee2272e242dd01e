import fc from 'fast-check';
import { expect, it } from 'vitest';
import { visible } from '../../../src/lib/output/visible.ts';

it.each([
  ['\u001b[31mred', '\\x1b[31mred'],
  ['a\nb\tc\r', 'a\\x0ab\\x09c\\x0d'],
  ['\u009b2J', '\\x9b2J'],
  ['abc\u202edef', 'abc\\u{202e}def'],
  ['zero\u200bwidth', 'zero\\u{200b}width'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['lone \ud800', 'lone \\u{d800}'],
  ['Größe 北京 🚢 "quoted"', 'Größe 北京 🚢 "quoted"'],
])('shows %j as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

it('leaves nothing that a terminal obeys, and says the same when it is applied twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = visible(text);
      expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      expect(visible(shown)).toBe(shown);
    }),
  );
});
