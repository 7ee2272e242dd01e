import { describe, expect, it } from 'vitest';
import { Recovery } from '../../../../src/lib/clusters/kube/recovery.ts';

describe('pauses of the watches of one server', () => {
  const never = new AbortController().signal;

  it('end when one of them finds that it is back, but not again and again', async () => {
    let now = 0;
    const recovery = new Recovery(() => now);
    const first = recovery.pause(60_000, never);
    recovery.isBack();
    await first;
    let ended = false;
    const end = new AbortController();
    const second = recovery.pause(60_000, end.signal).then(() => (ended = true));
    now = 4999;
    recovery.isBack();
    await Promise.resolve();
    expect(ended).toBe(false);
    now = 5000;
    recovery.isBack();
    await second;
    expect(ended).toBe(true);
  });

  it('last as long as the server asked for, or until the watch ends', async () => {
    const recovery = new Recovery();
    const end = new AbortController();
    let ended = false;
    const pause = recovery.pause(60_000, end.signal, 30_000).then(() => (ended = true));
    recovery.isBack();
    await Promise.resolve();
    expect(ended).toBe(false);
    end.abort();
    await pause;
  });
});
