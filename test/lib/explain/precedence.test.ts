import { describe, expect, it } from 'vitest';
import { duration } from '../../../src/lib/explain/duration.ts';
import { fragilityCode, precedenceOf } from '../../../src/lib/explain/precedence.ts';
import { cluster, plan } from '../plan/builders.ts';

function precedence(east: string, west: string) {
  const { merged } = plan('shop/cart', [
    cluster('east').exports('shop/cart', { created: east }),
    cluster('west').exports('shop/cart', { created: west }),
  ]);
  return merged === undefined ? undefined : precedenceOf(merged.claims);
}

describe('who decides, and why', () => {
  it.each([
    ['2026-01-01T00:00:00Z', '2026-02-11T00:00:00Z', 'east', 'oldest by 41d', undefined],
    ['2026-01-01T00:01:00Z', '2026-01-01T00:00:00Z', 'west', 'oldest by 60s', undefined],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:05Z', 'east', 'oldest by 5s', 'MCS220'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:06Z', 'east', 'oldest by 6s', undefined],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'east', 'by cluster id, exports of the same second', 'MCS220'],
    ['', '2026-01-01T00:00:00Z', 'east', 'by cluster id, ages unknown', 'MCS221'],
  ])('of %s and %s: %s, %s', (east, west, winner, why, code) => {
    const found = precedence(east, west);
    expect(found).toMatchObject({ winner, why });
    expect(found && fragilityCode(found)).toBe(code);
  });

  it('counts in the largest unit of which there are two', () => {
    expect([0, 119, 120, 7199, 7200, 172_799, 172_800].map(duration)).toEqual([
      '0s',
      '119s',
      '2m',
      '119m',
      '2h',
      '47h',
      '2d',
    ]);
  });
});
