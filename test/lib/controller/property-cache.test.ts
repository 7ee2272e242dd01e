import { describe, expect, it } from 'vitest';
import type { ClusterProperty } from '../../../src/lib/api/objects.ts';
import { parseObject } from '../../../src/lib/api/parse.ts';
import type { Watcher } from '../../../src/lib/clusters/cluster.ts';
import { PropertyCache } from '../../../src/lib/controller/property-cache.ts';
import { TurnedClock, flushed } from './turned-clock.ts';

const NAME = 'clusterset.k8s.io';

function property(uid?: string, value = 'prod'): ClusterProperty {
  return parseObject('ClusterProperty', {
    apiVersion: 'about.k8s.io/v1beta1',
    kind: 'ClusterProperty',
    metadata: { name: NAME, uid },
    spec: { value },
  });
}

interface Made {
  readonly clock: TurnedClock;
  readonly watcher: Watcher<'ClusterProperty'>;
  readonly cache: PropertyCache;
  readonly values: () => readonly string[];
  changes: number;
  serves: boolean | undefined;
  readonly later: () => Promise<void>;
}

function made(): Made {
  const clock = new TurnedClock();
  const cache = new PropertyCache({ clock, servesAbout: () => Promise.resolve(result.serves) });
  const result: Made = {
    clock,
    cache,
    watcher: cache.watcher({
      changed: () => result.changes++,
      heard: () => undefined,
      failed: () => undefined,
    }),
    values: () => cache.all().map(({ spec }) => spec.value),
    changes: 0,
    serves: true,
    later: async () => {
      clock.turn(1500);
      await flushed();
    },
  };
  result.watcher.replace([property('a')], '1');
  return result;
}

describe('a property that was deleted', () => {
  it('is believed to be at the second look, and said then', async () => {
    const { watcher, clock, values, later, ...rest } = made();
    watcher.remove(property('a'));
    clock.turn(1499);
    await flushed();
    expect(values()).toEqual(['prod']);
    await later();
    expect(values()).toEqual([]);
    expect(rest.cache.all()).toEqual([]);
  });

  it('counts also when a list lacks it, and is told', async () => {
    const one = made();
    one.watcher.replace([], '2');
    const before = one.changes;
    expect(one.values()).toEqual(['prod']);
    await one.later();
    expect(one.values()).toEqual([]);
    expect(one.changes).toBe(before + 1);
  });

  it('stays when the About API went with it', async () => {
    const one = made();
    one.serves = false;
    one.watcher.remove(property('a'));
    await one.later();
    await one.later();
    expect(one.values()).toEqual(['prod']);
    expect(one.clock.pending).toBe(0);
  });

  it('is looked at again when there was no answer', async () => {
    const one = made();
    one.serves = undefined;
    one.watcher.remove(property('a'));
    await one.later();
    expect(one.values()).toEqual(['prod']);
    one.serves = true;
    await one.later();
    expect(one.values()).toEqual([]);
  });

  it.each([
    ['with another uid', 'b'],
    ['without a uid, as in a directory', undefined],
  ])('stays when it was made again meanwhile, %s', async (_how, uid) => {
    const one = made();
    one.watcher.replace([property(uid)], '1');
    await one.later();
    one.watcher.remove(property(uid));
    one.watcher.put(property(uid, 'test'));
    await one.later();
    expect(one.values()).toEqual(['test']);
  });

  it('leaves nothing behind at the end', async () => {
    const one = made();
    one.watcher.remove(property('a'));
    one.cache.stop();
    expect(one.clock.pending).toBe(0);
    one.watcher.remove(property('a'));
    one.serves = undefined;
    one.clock.turn(1500);
    one.cache.stop();
    await flushed();
    expect(one.clock.pending).toBe(0);
  });
});
