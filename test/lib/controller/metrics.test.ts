import { beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, noMetrics, type Exposition, type Metrics } from '../../../src/lib/controller/metrics.ts';
import { METRICS } from '../../../src/lib/controller/metrics-table.ts';
import { exercise } from './exercise-metrics.ts';

let now: number;
let metrics: Metrics & Exposition;

beforeEach(async () => {
  now = 5000;
  metrics = await createMetrics({ version: '1.2.3', now: () => now, listed: 3 });
});

/** The samples whose name begins so, as they are scraped. */
async function samples(prefix: string): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(prefix));
}

describe('what a scrape shows', () => {
  it('has a sample of every metric once all has happened', async () => {
    exercise(metrics);
    const text = await metrics.text();
    const absent = Object.values(METRICS).filter(({ name }) => !new RegExp(`^${name}(_bucket)?[{ ]`, 'm').test(text));
    expect(absent).toEqual([]);
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('tells the silence of a watch at the moment of the scrape, not at the last event', async () => {
    metrics.heard('east', 'Service');
    now += 1500;
    metrics.heard('east', 'Namespace');
    now += 500;
    expect(await samples('mcs_cache_silence')).toEqual([
      'mcs_cache_silence_seconds{cluster="east",kind="Service"} 2',
      'mcs_cache_silence_seconds{cluster="east",kind="Namespace"} 0.5',
    ]);
  });

  it('says since when a cluster is unreachable, and no longer once it is back', async () => {
    metrics.unreachableSince('east', 1_700_000_000);
    expect(await samples('mcs_cluster_unreachable')).toEqual([
      'mcs_cluster_unreachable_since_timestamp_seconds{cluster="east"} 1700000000',
    ]);
    metrics.unreachableSince('east', undefined);
    expect(await samples('mcs_cluster_unreachable')).toEqual([]);
  });

  it('adds up writes by cluster, verb and code', async () => {
    metrics.write('east', 'apply', 200);
    metrics.write('east', 'apply', 200);
    metrics.write('east', 'apply', 409);
    metrics.write('west', 'delete', 0);
    expect(await samples('mcs_writes_total')).toEqual([
      'mcs_writes_total{cluster="east",verb="apply",code="200"} 2',
      'mcs_writes_total{cluster="east",verb="apply",code="409"} 1',
      'mcs_writes_total{cluster="west",verb="delete",code="0"} 1',
    ]);
  });

  it('makes one series of all codes that are none', async () => {
    for (const code of [6, 700, 12_345, -1, Number.NaN]) metrics.write('east', 'apply', code);
    expect(await samples('mcs_writes_total')).toEqual(['mcs_writes_total{cluster="east",verb="apply",code="999"} 5']);
  });

  it('escapes names that a kubeconfig may have', async () => {
    metrics.synced('we"st\n\\', 'Service', true);
    expect(await samples('mcs_cache_synced')).toEqual(['mcs_cache_synced{cluster="we\\"st\\n\\\\",kind="Service"} 1']);
  });
});

describe('conflicts', () => {
  it('are told by service, and vanish when they end', async () => {
    metrics.conflict('shop', 'cart', 2);
    metrics.conflict('shop', 'cart', 1);
    expect(await samples('mcs_service_conflicting')).toEqual([
      'mcs_service_conflicting_fields{namespace="shop",name="cart"} 1',
    ]);
    expect(await samples('mcs_conflicted_services')).toContain('mcs_conflicted_services 1');
    metrics.conflict('shop', 'cart', 0);
    expect(await samples('mcs_service_conflicting')).toEqual([]);
    metrics.conflict('shop', 'other', 1);
    metrics.forgetConflicts();
    expect(await samples('mcs_service_conflicting')).toEqual([]);
    expect(await samples('mcs_conflicted_services')).toContain('mcs_conflicted_services 0');
  });

  it('beyond the bound are counted, and move up when one ends', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) metrics.conflict('shop', name, 1);
    expect(await samples('mcs_service_conflicting')).toHaveLength(3);
    expect(await samples('mcs_conflicted_services')).toEqual([
      'mcs_conflicted_services 5',
      'mcs_conflicted_services_unlisted 2',
    ]);
    metrics.conflict('shop', 'a', 0);
    expect((await samples('mcs_service_conflicting')).join()).toMatch(/"b".*"c".*"d"/);
    expect(await samples('mcs_conflicted_services_unlisted')).toEqual(['mcs_conflicted_services_unlisted 1']);
  });
});

describe('a cluster that left', () => {
  it('is told of no more; the others are, and it starts anew when it is back', async () => {
    exercise(metrics, 'east');
    exercise(metrics, 'west');
    const before = await samples('mcs_');
    const ofWest = before.filter((line) => line.includes('cluster="west"'));
    metrics.forgetCluster('east');
    const after = await samples('mcs_');
    expect(after.filter((line) => line.includes('"east"'))).toEqual([]);
    expect(after.filter((line) => line.includes('cluster="west"'))).toEqual(ofWest);
    metrics.write('east', 'apply', 200);
    expect(await samples('mcs_writes_total{cluster="east"')).toEqual([
      'mcs_writes_total{cluster="east",verb="apply",code="200"} 1',
    ]);
  });

  it('and was never known is no trouble', () => {
    expect(() => {
      metrics.forgetCluster('nowhere');
    }).not.toThrow();
  });
});

it('two registries do not share anything', async () => {
  const other = await createMetrics({ version: '1.2.3' });
  other.write('east', 'apply', 200);
  expect(await samples('mcs_writes_total')).toEqual([]);
});

it('without metrics the same calls do nothing', () => {
  expect(() => {
    exercise(noMetrics);
  }).not.toThrow();
});
