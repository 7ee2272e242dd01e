import { describe, expect, it } from 'vitest';
import { conflictMessage } from '../../../src/lib/plan/conflicts.ts';
import { type ClusterWords, type ExportsWords, cluster, pass, plan } from './builders.ts';

const KEY = 'shop/cart';
const day = (number: number): string => `2026-01-0${number}T00:00:00Z`;

/** east is oldest, then north, then west. */
function three(east: ExportsWords, north: ExportsWords, west: ExportsWords): readonly ClusterWords[] {
  return [
    cluster('west').exports(KEY, { created: day(3), ...west }),
    cluster('north').exports(KEY, { created: day(2), ...north }),
    cluster('east').exports(KEY, { created: day(1), ...east }),
  ];
}

const merged = (clusters: readonly ClusterWords[]) => plan(KEY, clusters).merged;
const reasons = (clusters: readonly ClusterWords[]): readonly string[] =>
  (merged(clusters)?.conflicts ?? []).map((conflict) => conflict.reason);
const message = (clusters: readonly ClusterWords[]): string | undefined =>
  plan(KEY, clusters).changes.flatMap(({ kind, object }) =>
    kind === 'ServiceExport'
      ? (object.status?.conditions ?? []).flatMap((one) => (one.type === 'Conflict' ? [one.message] : []))
      : [],
  )[0];

describe('rule 7: the oldest export decides', () => {
  it.each<[string, string, ExportsWords, ExportsWords, unknown, string]>([
    ['type', 'type', { headless: true }, {}, 'Headless', 'TypeConflict'],
    ['sessionAffinity', 'sessionAffinity', { affinity: 'ClientIP' }, {}, 'ClientIP', 'SessionAffinityConflict'],
    [
      'sessionAffinityConfig',
      'sessionAffinityConfig',
      { affinity: 'ClientIP', timeout: 60 },
      { affinity: 'ClientIP' },
      { clientIP: { timeoutSeconds: 60 } },
      'SessionAffinityConfigConflict',
    ],
    [
      'internalTrafficPolicy',
      'internalTrafficPolicy',
      { policy: 'Local' },
      {},
      'Local',
      'InternalTrafficPolicyConflict',
    ],
    [
      'trafficDistribution',
      'trafficDistribution',
      { distribution: 'PreferSameNode' },
      {},
      'PreferSameNode',
      'TrafficDistributionConflict',
    ],
    [
      'exportedLabels',
      'labels',
      { exportedLabels: { a: '1' } },
      { exportedLabels: { a: '2' } },
      { a: '1' },
      'LabelsConflict',
    ],
    ['exportedAnnotations', 'annotations', { exportedAnnotations: { a: '1' } }, {}, { a: '1' }, 'AnnotationsConflict'],
  ])('rule 7: %s', (_, field, east, others, value, reason) => {
    const clusters = three(east, others, others);
    expect(merged(clusters)).toHaveProperty(field, value);
    expect(reasons(clusters)).toEqual([reason]);
  });

  it('rule 7: PreferClose is the old name of PreferSameZone and no conflict', () => {
    const clusters = three(
      { distribution: 'PreferClose' },
      { distribution: 'PreferSameZone' },
      { distribution: 'PreferClose' },
    );
    expect(merged(clusters)).toMatchObject({ trafficDistribution: 'PreferClose', conflicts: [] });
  });

  it('rule 7: equal creation times go by cluster id', () => {
    const words = { created: day(1) };
    expect(merged(three({ ...words, headless: true }, words, words))?.type).toBe('Headless');
    expect(merged(three(words, { ...words, headless: true }, words))?.type).toBe('ClusterSetIP');
  });

  it('rule 7: ids are compared by code units, not by locale', () => {
    const clusters = [cluster('a-b').exports(KEY, { headless: true }), cluster('ab').exports(KEY)];
    expect(merged(clusters)?.type).toBe('Headless');
  });

  it('rule 7: one unknown age makes precedence go by cluster id for all, and is said', () => {
    const clusters = three({ created: day(9) }, { created: '', headless: true }, { created: day(1), headless: true });
    expect(merged(clusters)).toMatchObject({ type: 'ClusterSetIP', agesKnown: false });
    expect(merged(three({ created: day(9) }, {}, { created: day(1), headless: true }))).toMatchObject({
      type: 'Headless',
      agesKnown: true,
    });
    const [conflict] = merged(clusters)?.conflicts ?? [];
    expect(conflict && conflictMessage(conflict)).toBe(
      'Conflicting type. Using "ClusterSetIP" from service export in "east", first by cluster id since ages are unknown. 2/3 clusters disagree.',
    );
  });
});

describe('rule 22: from the present state alone', () => {
  it('rule 22: when the oldest export goes, the next oldest decides at once', async () => {
    const clusters = three({ headless: true }, { policy: 'Local' }, {});
    const first = await pass(clusters);
    expect(first.import('west', KEY)?.spec.type).toBe('Headless');
    first.members
      .find(({ id }) => id === 'east')
      ?.observed.remove('ServiceExport', { namespace: 'shop', name: 'cart' });
    const second = await first.again();
    expect(second.import('west', KEY)?.spec).toMatchObject({ type: 'ClusterSetIP', internalTrafficPolicy: 'Local' });
  });

  it('rule 22: a Service deleted and recreated takes its import with it', async () => {
    const first = await pass([cluster('east').exports(KEY), cluster('west').namespace('shop')]);
    expect(first.import('west', KEY)).toBeDefined();
    const east = first.members[0];
    const service = first.view('east', KEY).service;
    if (east === undefined || service === undefined) throw new Error('east has no Service');
    east.observed.remove('Service', service.metadata);
    const second = await first.again();
    expect(second.import('west', KEY)).toBeUndefined();
    expect(second.view('west', KEY).derived).toBeUndefined();
    east.observed.put('Service', service);
    const third = await second.again();
    expect(third.import('west', KEY)).toBeDefined();
  });
});

describe('rule 8: ports', () => {
  const http = { name: 'http', port: 80 };
  const web = { name: 'web', port: 80 };
  const admin = { name: 'admin', port: 9000 };
  const bare = { port: 80 };

  it.each<[string, NonNullable<ExportsWords['ports']>[], readonly string[]]>([
    ['the same', [[http], [http], [http]], ['http:TCP:80']],
    ['a union, the oldest first', [[admin], [http], [http]], ['admin:TCP:9000', 'http:TCP:80']],
    ['a taken name loses', [[http], [{ name: 'http', port: 81 }], []], ['http:TCP:80']],
    ['a taken number loses', [[http], [web], []], ['http:TCP:80']],
    [
      'the same number of another protocol joins',
      [[http], [{ ...web, protocol: 'UDP' }], []],
      ['http:TCP:80', 'web:UDP:80'],
    ],
    ['no name is a name too', [[bare], [{ port: 81 }], []], [':TCP:80']],
    ['the second oldest beats the third', [[], [http], [web]], ['http:TCP:80']],
    [
      'a port may lose to one that joined before it',
      [[http], [web, admin], [{ name: 'web', port: 81 }]],
      ['http:TCP:80', 'admin:TCP:9000', 'web:TCP:81'],
    ],
  ])('rule 8: union: %s', (_, [east = [], north = [], west = []], expected) => {
    const ports = merged(three({ ports: east }, { ports: north }, { ports: west }))?.ports ?? [];
    expect(ports.map(({ name = '', protocol, port }) => `${name}:${protocol}:${port}`)).toEqual(expected);
  });

  it.each<[string, NonNullable<ExportsWords['ports']>, NonNullable<ExportsWords['ports']>, boolean]>([
    ['order', [http, admin], [admin, http], false],
    ['an unset protocol is TCP', [http], [{ ...http, protocol: 'TCP' }], false],
    ['the number in the Pods', [{ ...http, target: 8080 }], [http], false],
    ['a name', [http], [web], true],
    ['a number', [http], [{ name: 'http', port: 81 }], true],
    ['a protocol', [http], [{ ...http, protocol: 'UDP' }], true],
    ['appProtocol', [http], [{ ...http, appProtocol: 'h2c' }], true],
    ['one more', [http], [http, admin], true],
  ])('rule 8: PortConflict: %s', (_, east, others, conflict) => {
    expect(reasons(three({ ports: east }, { ports: others }, { ports: east }))).toEqual(
      conflict ? ['PortConflict'] : [],
    );
  });

  it('rule 8: sessionAffinityConfig is compared only among those that say ClientIP', () => {
    const clusters = three({ affinity: 'ClientIP', timeout: 60 }, {}, { affinity: 'ClientIP', timeout: 60 });
    expect(reasons(clusters)).toEqual(['SessionAffinityConflict']);
    const differing = merged(three({ affinity: 'ClientIP', timeout: 60 }, {}, { affinity: 'ClientIP', timeout: 61 }));
    expect(differing?.conflicts[1]).toMatchObject({ clusters: 2, disagree: ['west'] });
  });
});

describe('rule 9: families', () => {
  it.each<[string, (readonly string[] | undefined)[], readonly string[] | undefined, string[]]>([
    ['the same', [['IPv4'], ['IPv4'], ['IPv4']], ['IPv4'], []],
    [
      'in the order of the oldest',
      [
        ['IPv6', 'IPv4'],
        ['IPv4', 'IPv6'],
        ['IPv4', 'IPv6'],
      ],
      ['IPv6', 'IPv4'],
      [],
    ],
    ['their intersection', [['IPv4', 'IPv6'], ['IPv6'], ['IPv6', 'IPv4']], ['IPv6'], []],
    ['empty: those of the oldest', [['IPv4'], ['IPv6'], ['IPv4']], ['IPv4'], ['IPFamilyConflict']],
    ['pairwise common, yet empty', [['IPv4', 'IPv6'], ['IPv4'], ['IPv6']], ['IPv4', 'IPv6'], ['IPFamilyConflict']],
    ['unset in some', [undefined, ['IPv6'], ['IPv6', 'IPv4']], ['IPv6'], []],
    ['unset in all stay unset', [undefined, undefined, undefined], undefined, []],
  ])('rule 9: %s', (_, [east, north, west], expected, conflicts) => {
    const of = (families: readonly string[] | undefined): ExportsWords => (families === undefined ? {} : { families });
    const clusters = three(of(east), of(north), of(west));
    expect(merged(clusters)?.ipFamilies).toEqual(expected);
    expect(reasons(clusters)).toEqual(conflicts);
  });
});

describe('rule 10: Headless', () => {
  it('rule 10: fields about the clusterset IP are neither used nor compared', () => {
    const clusters = three(
      { headless: true, affinity: 'ClientIP', policy: 'Local', distribution: 'PreferSameZone' },
      { headless: true },
      { headless: true },
    );
    expect(merged(clusters)).toMatchObject({ type: 'Headless', conflicts: [] });
    for (const field of ['sessionAffinity', 'sessionAffinityConfig', 'internalTrafficPolicy', 'trafficDistribution']) {
      expect(merged(clusters)).toHaveProperty(field, undefined);
    }
  });
});

describe('rule 11: conflicts', () => {
  it('rule 11: says field, value used, whose, and how many disagree', () => {
    const clusters = ['east', 'north', 'south', 'west', 'zulu'].map((id, index) =>
      cluster(id).exports(KEY, { created: day(index + 1), headless: id === 'south' || id === 'zulu' }),
    );
    expect(message(clusters)).toBe(
      'Conflicting type. Using "ClusterSetIP" from oldest service export in "east". 2/5 clusters disagree.',
    );
  });

  it('rule 11: says the union of ports and who has precedence', () => {
    const clusters = three({}, {}, { ports: [{ name: 'dns', protocol: 'UDP', port: 53 }] });
    expect(message(clusters)).toBe(
      'Conflicting ports. Using the union "http 80/TCP, dns 53/UDP" with precedence to oldest service export in "east". 1/3 clusters disagree.',
    );
  });

  it('rule 11: is set on all exports of the service, the winner included', async () => {
    const done = await pass(three({}, {}, { policy: 'Local' }));
    for (const id of ['east', 'north', 'west']) {
      expect(done.view(id, KEY).export?.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'Conflict', status: 'True', reason: 'InternalTrafficPolicyConflict' }),
      );
    }
  });

  it('rule 11: several reasons are joined with commas in a fixed order', () => {
    const east = { families: ['IPv4'] };
    const west = {
      families: ['IPv6'],
      affinity: 'ClientIP',
      policy: 'Local',
      distribution: 'PreferSameZone',
      exportedLabels: { a: '1' },
      exportedAnnotations: { a: '1' },
      ports: [{ port: 1 }],
    };
    expect(reasons(three(east, east, west)).join(',')).toBe(
      'PortConflict,SessionAffinityConflict,AnnotationsConflict,LabelsConflict,' +
        'InternalTrafficPolicyConflict,TrafficDistributionConflict,IPFamilyConflict',
    );
    expect(reasons(three({}, {}, { ports: [], headless: true }))).toEqual(['PortConflict', 'TypeConflict']);
  });

  it('rule 11: those who disagree are named in order, the winner never among them', () => {
    const [conflict] = merged(three({}, { headless: true }, { headless: true }))?.conflicts ?? [];
    expect(conflict).toMatchObject({ winner: 'east', disagree: ['north', 'west'], clusters: 3, by: 'age' });
  });
});
