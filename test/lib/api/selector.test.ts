import { describe, expect, test } from 'vitest';
import { MalformedError } from '../../../src/lib/api/reader.ts';
import { parseSelector } from '../../../src/lib/api/selector.ts';

describe('parseSelector', () => {
  const labels = { app: 'web', tier: 'front', 'example.com/x': '', n: '1' };

  test.each([
    ['', true],
    [' ', true],
    ['app=web', true],
    ['app == web', true],
    ['app=db', false],
    ['app!=web', false],
    ['app!=db', true],
    ['missing!=x', true],
    ['missing=', false],
    ['example.com/x=', true],
    ['app', true],
    ['!app', false],
    ['! missing', true],
    ['missing', false],
    ['app in (web)', true],
    ['app in (db, web)', true],
    ['app in (db,cache)', false],
    ['app notin (db,cache)', true],
    ['app notin (web)', false],
    ['missing in (a)', false],
    ['missing notin (a)', true],
    ['example.com/x in ()', true],
    ['app=web,tier=front', true],
    ['app=web,tier=back', false],
    ['app in (web,db),tier notin (back,mid),!missing,n=1', true],
    ['toString', false],
    ['constructor!=x', true],
    ['in in (in)', false],
  ])('%j is %s', (text, expected) => {
    expect(parseSelector(text)(labels)).toBe(expected);
  });

  test.each([
    ',',
    'a=b,',
    'a=b c',
    'a in b',
    'a in (b',
    'a in (b))',
    '=b',
    'a=b=c',
    'a!b',
    'a=(b)',
    '-a',
    'a>1',
    'a in (b c)',
  ])('%j is malformed', (text) => {
    expect(() => parseSelector(text)).toThrow(MalformedError);
  });

  test('an object without labels', () => {
    expect(parseSelector('!a')(undefined)).toBe(true);
    expect(parseSelector('a')(undefined)).toBe(false);
  });
});
