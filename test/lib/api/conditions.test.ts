import { describe, expect, it } from 'vitest';
import { type NextCondition, findCondition, setCondition } from '../../../src/lib/api/conditions.ts';
import type { Condition } from '../../../src/lib/api/objects.ts';

const THEN = '2026-01-01T00:00:00Z';
const NOW = '2026-02-01T00:00:00Z';
const next: NextCondition = { type: 'Valid', status: 'True', reason: 'Valid', message: 'ok', observedGeneration: 1 };
const before: Condition = { ...next, lastTransitionTime: THEN };
const other: Condition = { type: 'Other', status: 'False', reason: '', message: '' };

describe('rule 23: setCondition', () => {
  it('rule 23: the same list when nothing changed', () => {
    const list = [other, before];
    expect(setCondition(list, next, NOW)).toBe(list);
  });

  it.each<[string, Partial<NextCondition>, string]>([
    ['reason', { reason: 'Other' }, THEN],
    ['message', { message: 'other' }, THEN],
    ['observedGeneration', { observedGeneration: 2 }, THEN],
    ['status', { status: 'False' }, NOW],
    ['status Unknown', { status: 'Unknown' }, NOW],
  ])('rule 23: a changed %s: lastTransitionTime', (_, change, time) => {
    const list = setCondition([other, before], { ...next, ...change }, NOW);
    expect(list).toEqual([other, { ...next, ...change, lastTransitionTime: time }]);
  });

  it('rule 23: a new condition goes last, a missing time is filled in', () => {
    expect(setCondition([other], next, NOW)).toEqual([other, { ...next, lastTransitionTime: NOW }]);
    expect(setCondition([{ ...next }], next, NOW)).toEqual([{ ...next, lastTransitionTime: NOW }]);
  });

  it('rule 23: times are cut to seconds, as metav1.Time is', () => {
    expect(setCondition([], next, '2026-02-01T00:00:00.123Z')[0]?.lastTransitionTime).toBe(NOW);
    expect(setCondition([], next, '2026-02-01T02:00:00.5+02:00')[0]?.lastTransitionTime).toBe(
      '2026-02-01T02:00:00+02:00',
    );
  });

  it('rule 23: a message is cut to what the CRDs take, and then stays the same', () => {
    const long = { ...next, message: 'x'.repeat(40_000) };
    const list = setCondition([], long, THEN);
    expect(list[0]?.message).toHaveLength(32_768);
    expect(setCondition(list, long, NOW)).toBe(list);
  });

  it('finds a condition by type, in a list that may be missing', () => {
    expect(findCondition([other, before], 'Valid')).toBe(before);
    expect(findCondition(undefined, 'Valid')).toBeUndefined();
  });
});
