import { expect, test } from 'vitest';
import { sameJSON } from '../../../src/lib/api/same-json.ts';

test.each([
  [
    { a: 1, b: [{ c: null }] },
    { b: [{ c: null }], a: 1 },
  ],
  [{ a: 1 }, { a: 1, b: undefined }],
  [{ a: 1, b: undefined }, { a: 1 }],
  [Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
])('%j is the same as %j', (a, b) => {
  expect(sameJSON(a, b)).toBe(true);
});

test.each([
  [{ a: 1 }, { a: '1' }],
  [{ a: null }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[], {}],
  [['a'], { 0: 'a' }],
  [{}, { constructor: Object }],
  [{ toString: undefined }, { toString: 'x' }],
])('%j is not the same as %j', (a, b) => {
  expect(sameJSON(a, b)).toBe(false);
  expect(sameJSON(b, a)).toBe(false);
});
