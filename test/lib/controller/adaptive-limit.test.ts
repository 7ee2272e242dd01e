import { describe, expect, it } from 'vitest';
import { AdaptiveLimit } from '../../../src/lib/controller/adaptive-limit.ts';
import { flushed } from './turned-clock.ts';

function made(most = 16, least = 2): { limit: AdaptiveLimit; at: (milliseconds: number) => void } {
  let now = 0;
  const limit = new AdaptiveLimit({ least, most }, () => now);
  return { limit, at: (milliseconds) => void (now = milliseconds) };
}

describe('writes at a time', () => {
  it.each([
    ['too many', 429],
    ['a failure', 500],
    ['no answer', 0],
  ])('halves by %s, once a second and never below the least', (_what, status) => {
    const { limit, at } = made();
    limit.answered(status, 10);
    limit.answered(status, 10);
    expect(limit.limit).toBe(8);
    at(999);
    limit.answered(status, 10);
    expect(limit.limit).toBe(8);
    for (let second = 1; second < 10; second++) {
      at(second * 1000);
      limit.answered(status, 10);
    }
    expect(limit.limit).toBe(2);
  });

  it('halves when answers take ever longer, not by a refusal of one object', () => {
    const { limit } = made();
    for (const status of [200, 403, 404, 409, 422]) limit.answered(status, 400);
    limit.answered(200, 1599);
    expect(limit.limit).toBe(16);
    limit.answered(200, 2000);
    expect(limit.limit).toBe(8);
  });

  it('grows by one a round, up to the most', () => {
    const { limit } = made();
    limit.answered(429, 10);
    expect(limit.limit).toBe(8);
    for (let answer = 0; answer < 9; answer++) limit.answered(200, 10);
    expect(limit.limit).toBe(9);
    for (let answer = 0; answer < 1000; answer++) limit.answered(200, 10);
    expect(limit.limit).toBe(16);
  });

  it('gets used to a cluster that is slower for good, even if one answer took no time', () => {
    const { limit, at } = made();
    limit.answered(200, 0);
    for (let answer = 1; answer < 1000; answer++) {
      at(answer * 1000);
      limit.answered(200, 1100);
    }
    expect(limit.limit).toBe(16);
  });

  it('lets no more begin than it says, and wakes who waits', async () => {
    const { limit } = made(2, 1);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const runs = [0, 1, 2, 3].map((number) =>
      limit.run(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
      }),
    );
    await flushed();
    expect(begun).toEqual([0, 1]);
    ends.shift()?.();
    await flushed();
    expect(begun).toEqual([0, 1, 2]);
    limit.answered(503, 10);
    ends.shift()?.();
    await flushed();
    expect(begun).toEqual([0, 1, 2]);
    ends.shift()?.();
    await flushed();
    expect(begun).toEqual([0, 1, 2, 3]);
    ends.shift()?.();
    await Promise.all(runs);
  });

  it('gives back the room of what failed', async () => {
    const { limit } = made(1, 1);
    await expect(limit.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const throwing = (): Promise<never> => {
      throw new Error('at once');
    };
    await expect(limit.run(throwing)).rejects.toThrow('at once');
    expect(await limit.run(() => Promise.resolve('yes'))).toBe('yes');
  });

  it('wakes as many as it has grown by', async () => {
    const { limit } = made(2, 1);
    limit.answered(429, 10);
    const begun: number[] = [];
    for (const number of [0, 1]) {
      void limit.run(() => {
        begun.push(number);
        return new Promise(() => undefined);
      });
    }
    await flushed();
    expect(begun).toEqual([0]);
    limit.answered(200, 10);
    await flushed();
    expect(begun).toEqual([0, 1]);
  });
});
