import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/lib/errors.ts';
import { type StatusOptions, status } from '../../../src/lib/actions/status.ts';
import { type Folders, folders, namespace, slice } from './folders.ts';
import { exportOf, member, serviceOf } from './manifests.ts';

/** east exports web, cart and gone, which has no Service; west web alone, with other ports. */
function shop(): Folders {
  const set = folders();
  member(
    set,
    'east',
    serviceOf('shop/cart', {}, { tier: 'edge' }),
    exportOf('shop/cart', '2026-01-03T00:00:00Z'),
    slice('cart', '10.1.0.1'),
    serviceOf('api/web', {}, { tier: 'core' }),
    exportOf('api/web', '2026-01-02T00:00:00Z'),
    exportOf('shop/gone', '2026-01-01T00:00:00Z', { labels: { tier: 'edge' } }),
  );
  member(
    set,
    'west',
    namespace('shop'),
    serviceOf('api/web', { ports: [{ name: 'http', port: 81 }] }, { tier: 'west' }),
    exportOf('api/web', '2026-01-04T00:00:00Z'),
  );
  return set;
}

async function shown(options: Partial<StatusOptions>): Promise<readonly string[]> {
  const { services } = await status(await shop().open('east', 'west'), { names: [], concurrency: 4, ...options });
  return services.map((service) => `${service.namespace}/${service.name}`);
}

describe('which services a status shows', () => {
  it.each<[string, readonly string[]]>([
    ['tier=edge', ['shop/cart', 'shop/gone']], // of the Service; of the export, where there is no Service
    ['tier=west', ['api/web']], // the labels in one of the clusters
    ['tier in (core,edge)', ['api/web', 'shop/cart', 'shop/gone']],
    ['!tier', []],
  ])('those that selector %s matches', async (selector, expected) => {
    expect(await shown({ selector })).toEqual(expected);
  });

  it('refuses a selector that is none', async () => {
    await expect(shown({ selector: 'tier in (edge' })).rejects.toThrow(UsageError);
  });

  it('those in the states asked for', async () => {
    expect(await shown({ states: ['CONFLICT', 'NOT EXPORTED'] })).toEqual(['api/web', 'shop/gone']);
  });

  it.each<[NonNullable<StatusOptions['sortBy']>, readonly string[]]>([
    ['namespace', ['api/web', 'shop/cart', 'shop/gone']],
    ['name', ['shop/cart', 'shop/gone', 'api/web']],
    ['state', ['shop/gone', 'api/web', 'shop/cart']],
    ['age', ['shop/gone', 'api/web', 'shop/cart']],
    ['endpoints', ['api/web', 'shop/gone', 'shop/cart']],
  ])('in the order of %s', async (sortBy, expected) => {
    expect(await shown({ sortBy })).toEqual(expected);
  });

  it('with the age of every export', async () => {
    const { services } = await status(await shop().open('east', 'west'), { names: ['web'], concurrency: 4 });
    expect(services[0]?.exports).toEqual([
      { cluster: 'east', created: '2026-01-02T00:00:00Z' },
      { cluster: 'west', created: '2026-01-04T00:00:00Z' },
    ]);
  });
});
