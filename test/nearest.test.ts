import { expect, it } from 'vitest';
import { nearest } from '../src/nearest.ts';

const COMMANDS = ['clusters', 'export svc', 'join', 'leave', 'reconcile', 'status', 'version'];

it.each([
  ['statsu', ['status']],
  ['recon', ['reconcile']],
  ['jion', ['join']],
  ['cluster', ['clusters']],
  ['helm', []],
])('%s may mean %j', (word, expected) => {
  expect(nearest(word, COMMANDS)).toEqual(expected);
});
