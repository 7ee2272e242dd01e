import { describe, expect, it } from 'vitest';
import { OPTIONAL_FIELDS } from '../../../src/lib/api/fields.ts';
import {
  EXPORTED_ANNOTATIONS_ANNOTATION,
  EXPORTED_LABELS_ANNOTATION,
  SOURCES_ANNOTATION,
} from '../../../src/lib/api/labels.ts';
import { derivedName } from '../../../src/lib/api/names.ts';
import type { Service, ServiceImport } from '../../../src/lib/api/objects.ts';
import {
  type ClusterWords,
  OPTIONS,
  type Pass,
  cluster,
  conditionsOf,
  lines,
  pass,
  passOver,
  plan,
} from './builders.ts';

const KEY = 'shop/cart';
const REF = { namespace: 'shop', name: 'cart' };
const DERIVED = derivedName('shop', 'cart');
const DAY = '2026-01-02T00:00:00Z';

const of = (id: string, all: readonly string[]): readonly string[] => all.filter((line) => line.startsWith(`${id} `));
const sources = (done: Pass, id: string): readonly string[] =>
  (done.import(id, KEY)?.status?.clusters ?? []).map((entry) => entry.cluster);

/** Changes what a cluster holds, as somebody else would. */
function meddle(done: Pass, id: string, change: (found: ServiceImport) => ServiceImport): void {
  const found = done.import(id, KEY);
  if (found === undefined) throw new Error(`${id} has no import`);
  done.members.find((member) => member.id === id)?.observed.put('ServiceImport', change(found));
}

describe('rule 17: an object without our mark is never changed or deleted', () => {
  const exporter = (): ClusterWords => cluster('east').exports(KEY, { addresses: ['10.0.0.1'] });
  const foreignDerived = (words: ClusterWords): ClusterWords =>
    words
      .namespace('shop')
      .put('Service', { metadata: { namespace: 'shop', name: DERIVED }, spec: { ports: [{ port: 1 }] } });

  it('rule 17: a foreign import keeps its cluster out of this service, and is reported', () => {
    const { changes, problems } = plan(KEY, [exporter(), cluster('west').imports(KEY, { ours: false })]);
    expect(of('west', lines(changes))).toEqual([]);
    expect(of('east', lines(changes)).length).toBeGreaterThan(0);
    expect(problems).toEqual([
      expect.objectContaining({ cluster: 'west', object: 'ServiceImport shop/cart', severity: 'partial' }),
    ]);
  });

  it('rule 17: --adopt takes it over, keeping the labels of others', async () => {
    const west = cluster('west').imports(KEY, { ours: false, labels: { theirs: 'yes' }, ports: [] });
    const done = await pass([exporter(), west], { adopt: true });
    expect(done.import('west', KEY)?.metadata.labels).toEqual({ theirs: 'yes', 'app.kubernetes.io/managed-by': 'mcs' });
    expect(done.import('west', KEY)?.spec.ports).toHaveLength(1);
    expect(done.results.flatMap((result) => result.problems)).toEqual([]);
    expect((await done.again()).done).toEqual([]);
  });

  it('rule 17: a foreign derived Service stays: no IPs, no slices for kube-proxy, Pending', async () => {
    const done = await pass([exporter(), foreignDerived(cluster('west'))]);
    expect(of('west', lines(done.done)).filter((line) => line.includes(' Service '))).toEqual([]);
    const { import: found, imported } = done.view('west', KEY);
    expect(found?.spec.ips).toBeUndefined();
    expect(found?.status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'Pending' });
    expect(imported.map(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'])).toEqual([undefined]);
    expect(done.results.flatMap((result) => result.problems)).toEqual([
      expect.objectContaining({ cluster: 'west', object: `Service shop/${DERIVED}`, severity: 'partial' }),
    ]);
  });

  it('rule 17: --adopt takes a foreign derived Service over, whatever was in it', async () => {
    const done = await pass([exporter(), foreignDerived(cluster('west'))], { adopt: true });
    expect(done.view('west', KEY).derived?.spec.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 80 }]);
    expect(done.import('west', KEY)?.status?.conditions?.[0]).toMatchObject({ status: 'True' });
  });

  it('rule 17: a foreign slice of one of our names is left alone and reported; --adopt takes it over', async () => {
    const [mine] = (await pass([exporter()])).view('east', KEY).imported;
    const name = mine?.metadata.name ?? '';
    const clusters = [exporter(), cluster('west').namespace('shop').importedSlice(KEY, 'east', { name, ours: false })];
    const done = await pass(clusters);
    expect(of('west', lines(done.done)).filter((line) => line.includes('EndpointSlice'))).toEqual([]);
    expect(done.results.flatMap((result) => result.problems)).toEqual([
      expect.objectContaining({ cluster: 'west', object: `EndpointSlice shop/${name}`, severity: 'partial' }),
    ]);
    const adopted = await pass(clusters, { adopt: true });
    expect(adopted.view('west', KEY).imported[0]?.endpoints).toEqual([{ addresses: ['10.0.0.1'] }]);
  });

  it('rule 17: foreign slices and imports of others stay when a service goes, --adopt or not', async () => {
    const west = cluster('west').imports(KEY, { ours: false }).importedSlice(KEY, 'east', { ours: false });
    expect((await pass([west])).done).toEqual([]);
    expect((await pass([west], { adopt: true })).done).toEqual([]);
    expect((await pass([west.former()], { adopt: true })).done).toEqual([]);
  });

  it('rule 17: our mark wins over an exported label of that key, which is no conflict either', async () => {
    const words = (by: string): { exportedLabels: Record<string, string> } => ({
      exportedLabels: { 'app.kubernetes.io/managed-by': by, team: 'shop' },
    });
    const done = await pass([cluster('east').exports(KEY, words('helm')), cluster('west').exports(KEY, words('helm'))]);
    expect(done.import('west', KEY)?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'mcs', team: 'shop' });
    expect((await done.again()).done).toEqual([]);
  });

  it('rule 17: an exported annotation cannot take the place of our bookkeeping', async () => {
    const exportedAnnotations = {
      [EXPORTED_LABELS_ANNOTATION]: 'theirs',
      'multicluster.kubernetes.io/derived-service': 'kubernetes',
      note: 'hello',
    };
    const done = await pass([cluster('east').exports(KEY, { headless: true, exportedAnnotations })]);
    expect(done.import('east', KEY)?.metadata.annotations).toEqual({
      note: 'hello',
      [EXPORTED_ANNOTATIONS_ANNOTATION]: 'note',
      [SOURCES_ANNOTATION]: 'east',
    });
  });

  it.each<[string, (found: ServiceImport) => ServiceImport]>([
    ['in spec', (found) => ({ ...found, spec: { ...found.spec, ports: [{ protocol: 'TCP', port: 1 }] } })],
    ['an IP', (found) => ({ ...found, spec: { ...found.spec, ips: ['192.0.2.1'] } })],
    [
      'our label gone wrong',
      (found) => ({ ...found, metadata: { ...found.metadata, labels: { ...found.metadata.labels, team: 'x' } } }),
    ],
    [
      'a member in status.clusters',
      (found) => ({ ...found, status: { ...found.status, clusters: [{ cluster: 'east' }, { cluster: 'west' }] } }),
    ],
    [
      'a cluster nobody knows in status.clusters',
      (found) => ({ ...found, status: { ...found.status, clusters: [{ cluster: 'east' }, { cluster: 'mars' }] } }),
    ],
    ['nobody in status.clusters', (found) => ({ ...found, status: { ...found.status, clusters: [] } })],
    ['Ready', (found) => ({ ...found, status: { ...found.status, conditions: [] } })],
    ['endpointSliceObjects', (found) => ({ ...found, status: { ...found.status, endpointSliceObjects: 'Absent' } })],
  ])('rule 17: what carries our mark is put right: %s', async (_, change) => {
    const first = await pass([
      cluster('east').exports(KEY, { exportedLabels: { team: 'shop' } }),
      cluster('west').namespace('shop'),
    ]);
    const before = first.import('west', KEY);
    meddle(first, 'west', change);
    const second = await first.again();
    expect(second.done).not.toEqual([]);
    const after = second.import('west', KEY);
    expect([after?.spec, after?.metadata.labels, after?.status?.clusters, after?.status?.endpointSliceObjects]).toEqual(
      [before?.spec, before?.metadata.labels, before?.status?.clusters, before?.status?.endpointSliceObjects],
    );
    expect(after?.status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'True' });
    expect((await second.again()).done).toEqual([]);
  });

  it.each<[string, (found: Service) => Service]>([
    ['a selector', (found) => ({ ...found, spec: { ...found.spec, selector: { app: 'x' } } })],
    ['a type', (found) => ({ ...found, spec: { ...found.spec, type: 'LoadBalancer' } })],
    ['a port', (found) => ({ ...found, spec: { ...found.spec, ports: [] } })],
    ['its owner', (found) => ({ ...found, metadata: { ...found.metadata, ownerReferences: [] } })],
  ])('rule 17: a derived Service of ours is put right: %s', async (_, change) => {
    const first = await pass([cluster('east').exports(KEY)]);
    const derived = first.view('east', KEY).derived;
    if (derived === undefined) throw new Error('no derived Service');
    first.members[0]?.observed.put('Service', change(derived));
    const second = await first.again();
    expect(lines(second.done)).toEqual([`east update Service shop/${DERIVED}`]);
    expect(second.view('east', KEY).derived).toMatchObject({ spec: derived.spec });
    expect((await second.again()).done).toEqual([]);
  });
});

describe('rule 18: never a write without a difference', () => {
  it('rule 18: labels and annotations of others on our objects are none of our business', async () => {
    const first = await pass([cluster('east').exports(KEY, { exportedLabels: { team: 'shop' } })]);
    meddle(first, 'east', (found) => ({
      ...found,
      metadata: {
        ...found.metadata,
        labels: { ...found.metadata.labels, theirs: 'yes' },
        annotations: { ...found.metadata.annotations, theirs: 'yes' },
      },
    }));
    expect((await first.again()).done).toEqual([]);
  });

  it('rule 18: a key that is no longer exported goes, a key of others stays', async () => {
    const words = { exportedLabels: { team: 'shop', tier: '1' }, exportedAnnotations: { note: 'a', more: 'b' } };
    const first = await pass([cluster('east').exports(KEY, words)]);
    meddle(first, 'east', (found) => ({
      ...found,
      metadata: {
        ...found.metadata,
        labels: { ...found.metadata.labels, theirs: 'yes' },
        annotations: { ...found.metadata.annotations, theirs: 'yes' },
      },
    }));
    const next = cluster('east')
      .exports(KEY, { exportedLabels: { tier: '2' } })
      .member()
      .observed.view('shop', 'cart').export;
    if (next === undefined) throw new Error('no export');
    first.members[0]?.observed.put('ServiceExport', next);
    const second = await first.again();
    // Metadata does not count as a generation, so nothing else follows from it.
    expect(lines(second.done)).toEqual([
      'east update ServiceImport shop/cart',
      'east update ServiceExport shop/cart status',
    ]);
    expect(second.import('east', KEY)?.metadata.labels).toEqual({
      tier: '2',
      theirs: 'yes',
      'app.kubernetes.io/managed-by': 'mcs',
    });
    expect(second.import('east', KEY)?.metadata.annotations).toEqual({
      theirs: 'yes',
      [SOURCES_ANNOTATION]: 'east',
      'multicluster.kubernetes.io/derived-service': DERIVED,
      [EXPORTED_LABELS_ANNOTATION]: 'tier',
    });
    expect((await second.again()).done).toEqual([]);
  });
});

describe('rule 19: unreachable is not unexported', () => {
  const north = (): ClusterWords =>
    cluster('north').exports(KEY, {
      created: DAY,
      policy: 'Local',
      exportedLabels: { team: 'shop' },
      addresses: ['10.2.0.1'],
    });
  const east = (): ClusterWords =>
    cluster('east').exports(KEY, {
      created: '2026-01-09T00:00:00Z',
      policy: 'Local',
      exportedLabels: { team: 'shop' },
      addresses: ['10.1.0.1'],
    });
  const west = (): ClusterWords => cluster('west').namespace('shop');

  /** A pass with all, then one in which some are missing. */
  async function without(
    missing: readonly string[],
    clusters: readonly ClusterWords[],
    gone: readonly string[] = [],
  ): Promise<Pass> {
    const first = await pass(clusters);
    const present = first.members.filter(({ id }) => !missing.includes(id));
    return passOver(present, { ...OPTIONS, gone: new Set(gone) });
  }

  it('rule 19: a pass without the oldest changes nothing', async () => {
    const done = await without(['north'], [north(), east(), west()]);
    expect(done.done).toEqual([]);
    expect(sources(done, 'west')).toEqual(['east', 'north']);
    expect(done.results[0]?.plan.absent).toEqual(['north']);
  });

  it('rule 19: a pass without any exporter changes nothing', async () => {
    expect((await without(['north', 'east'], [north(), east(), west()])).done).toEqual([]);
  });

  it('rule 19: a mark among the exported labels makes no conflict with the import that stands in', async () => {
    const marked = (id: string): ClusterWords =>
      cluster(id).exports(KEY, { exportedLabels: { 'app.kubernetes.io/managed-by': 'helm' } });
    expect((await without(['north'], [marked('north'), marked('east'), west()])).done).toEqual([]);
  });

  it('rule 19: an import of an old CRD says less, so another stands in', async () => {
    const old = cluster('a')
      .namespace('shop')
      .lacks('ServiceImport.spec.internalTrafficPolicy', 'ServiceImport.spec.ports.appProtocol');
    const words = { policy: 'Local', ports: [{ port: 80, appProtocol: 'h2c' }] };
    const clusters = [old, cluster('east').exports(KEY, words), cluster('north').exports(KEY, words)];
    expect((await without(['north'], clusters)).done).toEqual([]);
  });

  it.each([
    ['and one exporter is away', ['north']],
    ['and all exporters are away', ['east', 'north']],
  ])(
    'rule 19: where all CRDs are old %s, the derived Services keep what the imports cannot say',
    async (_, missing) => {
      const words = { policy: 'Local', distribution: 'PreferSameZone', ports: [{ port: 80, appProtocol: 'h2c' }] };
      const lacks = (one: ClusterWords): ClusterWords => one.lacks(...OPTIONAL_FIELDS);
      const clusters = [
        lacks(cluster('east').exports(KEY, words)),
        lacks(cluster('north').exports(KEY, words)),
        lacks(cluster('west').namespace('shop')),
      ];
      expect((await without(missing, clusters)).done).toEqual([]);
    },
  );

  it('rule 19: an import that does not know the absent cluster does not stand in for it', () => {
    const stale = cluster('a').imports(KEY, { type: 'Headless', ports: [], clusters: ['east'] });
    const fresh = cluster('b').imports(KEY, { clusters: ['east', 'north'] });
    const { merged } = plan(KEY, [stale, fresh, cluster('east').exports(KEY)]);
    expect(merged).toMatchObject({ type: 'ClusterSetIP', conflicts: [] });
  });

  it('rule 19: the existing import stands in as the oldest constituent, and the message says so', async () => {
    const first = await pass([north(), west()]);
    const late = cluster('late').exports(KEY, {
      created: '2020-01-01T00:00:00Z',
      headless: true,
      exportedLabels: { team: 'shop' },
    });
    const done = await passOver([...first.members.slice(1), late.member()], OPTIONS);
    expect(done.import('west', KEY)?.spec.type).toBe('ClusterSetIP');
    expect(conditionsOf(done, 'late', KEY).Conflict?.message).toContain(
      'Conflicting type. Using "ClusterSetIP" from the existing import, which stands in for unreachable "north". 1/2 clusters disagree.',
    );
  });

  it('rule 19: a port that joins while a source is away is written once, and then nothing', async () => {
    const first = await pass([north(), east(), west()]);
    const service = first.view('east', KEY).service;
    if (service === undefined) throw new Error('no Service');
    const ports = [...service.spec.ports, { name: 'admin', protocol: 'TCP', port: 9000 }];
    first.members[1]?.observed.put('Service', { ...service, spec: { ...service.spec, ports } });
    const second = await passOver(first.members.slice(1), OPTIONS);
    expect(second.import('west', KEY)?.spec.ports).toHaveLength(2);
    expect(second.results.flatMap((result) => result.problems)).toEqual([]);
    expect((await second.again()).done).toEqual([]);
  });

  it('rule 19: those at hand still conflict with each other beside an import that stands in', async () => {
    const first = await pass([north(), east(), west()]);
    const lost = cluster('south').exports(KEY, {
      created: DAY,
      policy: 'Local',
      exportedLabels: { team: 'shop' },
      ports: [{ name: 'http', port: 81 }],
    });
    const second = await passOver([...first.members.slice(1), lost.member()], OPTIONS);
    expect(conditionsOf(second, 'east', KEY).Conflict?.message).toBe(
      'Conflicting ports. Using the union "http 80/TCP" with precedence to the existing import, which stands in for unreachable "north". 1/3 clusters disagree.',
    );
    expect((await second.again()).done).toEqual([]);
  });

  it('rule 19: it stands in as the oldest when no age is known either', () => {
    const words = { created: '', headless: true };
    const { merged } = plan(KEY, [
      cluster('a').exports(KEY, words),
      cluster('b').imports(KEY, { clusters: ['a', 'z'] }),
    ]);
    expect(merged).toMatchObject({
      type: 'ClusterSetIP',
      conflicts: [{ winner: 'z', by: 'stand-in', disagree: ['a'] }],
    });
  });

  it.each([
    ['said to be gone', ['north']],
    ['and others that were never there', ['north', 'never']],
  ])('rule 19: %s: what it gave goes, the rest stays', async (_, gone) => {
    const done = await without(['north'], [north(), east(), west()], gone);
    expect(sources(done, 'west')).toEqual(['east']);
    expect(
      done.view('west', KEY).imported.flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses)),
    ).toEqual(['10.1.0.1']);
  });

  it('rule 19: the last one gone takes the import with it', async () => {
    const done = await without(['north'], [north(), west()], ['north']);
    expect(done.import('west', KEY)).toBeUndefined();
  });

  it('rule 19: a member at hand cannot be said to be gone', async () => {
    const done = await pass([east(), west()], { gone: new Set(['east']) });
    expect(sources(done, 'west')).toEqual(['east']);
  });

  it('rule 19: slices of an absent source stay even when somebody deleted the import', async () => {
    const orphan = cluster('west').namespace('shop').importedSlice(KEY, 'north');
    expect((await pass([orphan])).done).toEqual([]);
    expect(lines((await pass([orphan], { gone: new Set(['north']) })).done)).toEqual([
      'west delete EndpointSlice shop/cart-from-north',
    ]);
    // A source at hand that gives nothing is no reason to keep its slices.
    expect(lines((await pass([orphan, cluster('north')])).done)).toEqual([
      'west delete EndpointSlice shop/cart-from-north',
    ]);
  });

  it('rule 19: an unexport is seen while another source is away', async () => {
    const first = await pass([north(), east(), west()]);
    first.members[1]?.observed.remove('ServiceExport', REF);
    const done = await passOver(first.members.slice(1), OPTIONS);
    expect(sources(done, 'west')).toEqual(['north']);
    expect(
      done
        .view('west', KEY)
        .imported.map(({ metadata }) => metadata.labels?.['multicluster.kubernetes.io/source-cluster']),
    ).toEqual(['north']);
  });

  it('rule 19: in a cluster of no clusterset what we made goes, never exports or what others made', async () => {
    const former = cluster('former')
      .exports(KEY)
      .imports(KEY, { clusters: ['east'] })
      .importedSlice(KEY, 'east');
    former.importedSlice(KEY, 'east', { name: 'theirs', ours: false });
    former.put('Service', {
      metadata: { namespace: 'shop', name: DERIVED, labels: { 'app.kubernetes.io/managed-by': 'mcs' } },
    });
    const done = await pass([east(), former.former()]);
    expect(of('former', lines(done.done))).toEqual([
      'former delete EndpointSlice shop/cart-from-east',
      `former delete Service shop/${DERIVED}`,
      'former delete ServiceImport shop/cart',
    ]);
    expect(sources(done, 'east')).toEqual(['east']);
  });

  it('rule 19: a derived Service of ours is found without its import', async () => {
    const first = await pass([east()]);
    first.members[0]?.observed.remove('ServiceImport', REF);
    first.members[0]?.observed.remove('ServiceExport', REF);
    for (const { metadata } of first.view('east', KEY).imported)
      first.members[0]?.observed.remove('EndpointSlice', metadata);
    expect(lines((await first.again()).done)).toEqual([`east delete Service shop/${DERIVED}`]);
  });

  it('rule 19: a cluster of no clusterset is no source, nor does its import stand in', async () => {
    const former = cluster('north').exports(KEY, { created: DAY, headless: true }).former();
    const done = await pass([former, east()]);
    expect(done.import('east', KEY)?.spec.type).toBe('ClusterSetIP');
    expect(sources(done, 'east')).toEqual(['east']);
  });
});
