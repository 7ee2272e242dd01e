import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../../src/lib/actions/reconcile.ts';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { exported, live, member } from '../live.ts';
import { short } from '../validated.ts';
import { liveFindings } from '../live-findings.ts';
import { LIVE_SCENES } from './live-scenes.ts';

async function findingsOf(clusters: readonly Cluster[], isPartial = false): Promise<readonly string[]> {
  return (await liveFindings(clusters, isPartial)).map(short);
}

describe('clusters with API servers', () => {
  it.each(Object.entries(LIVE_SCENES))('%s', async (_, { clusters, isPartial, expected }) => {
    expect([...(await findingsOf(clusters(), isPartial))].sort()).toEqual(expected);
  });
});

describe('what mcs itself has made', () => {
  const options = {
    gone: [],
    adopt: false,
    allowedNamespaces: [],
    dryRun: 'none',
    now: '2026-01-02T00:00:00Z',
    concurrency: 4,
  } as const;

  it('is in order, and is not when the exporter has changed since', async () => {
    const east = live('east', member('east') + exported('cart', '10.1.0.1'));
    const clusters = [east, live('west', member('west'))];
    await reconcile(clusters, options);
    await reconcile(clusters, options);
    expect(await findingsOf(clusters)).toEqual([]);

    east.put('Service', {
      metadata: { name: 'cart', namespace: 'shop' },
      spec: { ports: [{ name: 'http', port: 81 }] },
    });
    const differs = (await liveFindings(clusters)).filter(({ code }) => code === 'MCS414');
    expect(differs.map(short)).toEqual([
      'MCS414 warning east ServiceImport shop/cart',
      'MCS414 warning west ServiceImport shop/cart',
    ]);
    expect(differs[1]?.evidence[0]).toBe('spec.ports of ServiceImport cart: http 80/TCP, by the exports http 81/TCP');
  });

  it('has slices of an earlier time when Pods have moved', async () => {
    const east = live('east', member('east') + exported('cart', '10.1.0.1'));
    const clusters = [east, live('west', member('west'))];
    await reconcile(clusters, options);
    await reconcile(clusters, options);
    east.put('EndpointSlice', {
      metadata: { name: 'cart-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'cart' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [{ addresses: ['10.1.0.2'] }],
    });
    const found = await findingsOf(clusters);
    expect(found.map((line) => line.replace(/shop\/\S+/, 'shop/…'))).toEqual([
      'MCS412 warning east EndpointSlice shop/…',
      'MCS412 warning west EndpointSlice shop/…',
    ]);
  });
});
