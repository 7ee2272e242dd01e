import { describe, expect, it } from 'vitest';
import type { Writable } from '../../../src/lib/actions/write.ts';
import { AdaptiveLimit } from '../../../src/lib/controller/adaptive-limit.ts';
import { gated } from '../../../src/lib/controller/gated.ts';
import { ClusterError } from '../../../src/lib/errors.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as const;
const LOST = new ClusterError('east', 'failed', 'not written: the lease is not ours');

const newLimit = (): AdaptiveLimit => new AdaptiveLimit({ least: 1, most: 1 }, () => 0);

/** A cluster that sends each write twice, as a server that is busy makes it, and counts what it sent. */
function busy() {
  const sent: string[] = [];
  const twice = (verb: string, permit: (() => void) | undefined): void => {
    for (const time of ['first', 'again']) {
      permit?.();
      sent.push(`${verb} ${time}`);
    }
  };
  const at: Writable = {
    apply: (_kind, object, options) => Promise.resolve().then(() => (twice('apply', options?.permit), object)),
    patch: (_kind, _ref, _patch, options) =>
      Promise.resolve().then(() => (twice('patch', options?.permit), NAMESPACE as never)),
    delete: (_kind, _ref, options) => Promise.resolve().then(() => (twice('delete', options?.permit), 'deleted')),
  };
  return { at, sent };
}

describe('a gated cluster', () => {
  const writes: readonly [string, (at: Writable) => Promise<unknown>][] = [
    ['apply', (at) => at.apply('Namespace', NAMESPACE)],
    ['patch', (at) => at.patch('Namespace', { name: 'shop' }, {})],
    ['delete', (at) => at.delete('Namespace', { name: 'shop' })],
  ];

  it.each(writes)('does not %s a second time once that is for others to do', async (verb, write) => {
    const { at, sent } = busy();
    const permit = (): void => {
      if (sent.length > 0) throw LOST;
    };
    await expect(write(gated(at, newLimit(), permit, new AbortController().signal))).rejects.toBe(LOST);
    expect(sent).toEqual([`${verb} first`]);
  });

  it('keeps back what waited for room until others were responsible, or the end', async () => {
    const { at, sent } = busy();
    const limit = newLimit();
    let lost = false;
    const ending = new AbortController();
    const permit = (): void => {
      if (lost) throw LOST;
    };
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const before = limit.run(() => promise);
    const late = gated(at, limit, permit, new AbortController().signal).apply('Namespace', NAMESPACE);
    const atEnd = gated(at, limit, () => undefined, ending.signal).apply('Namespace', NAMESPACE);
    lost = true;
    ending.abort();
    resolve(undefined);
    await before;
    await expect(late).rejects.toBe(LOST);
    await expect(atEnd).rejects.toThrow(/abort/i);
    expect(sent).toEqual([]);
  });
});
