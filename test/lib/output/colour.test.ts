import { expect, it } from 'vitest';
import { colour, PLAIN, wantsColour } from '../../../src/lib/output/colour.ts';

it.each([
  ['a terminal', { env: {}, isTTY: true }, true],
  ['a pipe', { env: {}, isTTY: false }, false],
  ['NO_COLOR', { env: { NO_COLOR: '1' }, isTTY: true }, false],
  ['an empty NO_COLOR', { env: { NO_COLOR: '' }, isTTY: true }, true],
  ['--no-color', { env: {}, isTTY: true, off: true }, false],
  ['TERM=dumb', { env: { TERM: 'dumb' }, isTTY: true }, false],
  ['FORCE_COLOR on a pipe', { env: { FORCE_COLOR: '1' }, isTTY: false }, true],
  ['FORCE_COLOR=0', { env: { FORCE_COLOR: '0' }, isTTY: true }, false],
  ['FORCE_COLOR against NO_COLOR', { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, isTTY: true }, false],
])('%s', (_, choice, expected) => {
  expect(wantsColour(choice)).toBe(expected);
});

it('leaves text alone when it is off, and colours it when it is on', () => {
  expect(PLAIN.bad('x')).toBe('x');
  expect(colour({ env: {}, isTTY: true }).bad('x')).toBe('\u001b[31mx\u001b[39m');
});
