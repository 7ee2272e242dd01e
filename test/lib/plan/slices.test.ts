import { describe, expect, it } from 'vitest';
import { derivedName } from '../../../src/lib/api/names.ts';
import type { EndpointSlice } from '../../../src/lib/api/objects.ts';
import { type ClusterWords, type PortWords, cluster, lines, pass, plan } from './builders.ts';

const KEY = 'shop/cart';
const early = '2025-01-01T00:00:00Z';

/** `1.2.3.4, 1.2.3.5 http:TCP:80` of each slice that west imports from a source, in order. */
async function imported(source: ClusterWords, ...others: readonly ClusterWords[]): Promise<readonly string[]> {
  const done = await pass([source, ...others, cluster('importer').namespace('shop')]);
  return done
    .view('importer', KEY)
    .imported.filter((slice) => slice.metadata.labels?.['multicluster.kubernetes.io/source-cluster'] === source.id)
    .map(show)
    .sort();
}

function show(slice: EndpointSlice): string {
  const ports = (slice.ports ?? []).map(({ name = '', protocol = '', port = '' }) => `${name}:${protocol}:${port}`);
  return `${slice.endpoints.flatMap((endpoint) => endpoint.addresses).join(', ')} ${ports.join(', ')}`;
}

describe('rule 8: endpoints serve only the ports on which their source agrees', () => {
  const http: PortWords = { name: 'http', port: 80, target: 8080 };
  const admin: PortWords = { name: 'admin', port: 9000 };
  const addresses = ['10.0.0.1'];
  const oldest = (ports: readonly PortWords[]): ClusterWords =>
    cluster('oldest').exports(KEY, { created: early, ports, addresses: ['10.1.0.1'] });

  it.each<[string, readonly PortWords[], readonly PortWords[], readonly string[]]>([
    ['all', [http], [http], ['10.0.0.1 http:TCP:8080']],
    ['some', [http], [admin, http], ['10.0.0.1 http:TCP:8080, admin:TCP:9000']],
    ['one lost by its number', [http], [{ name: 'http', port: 81 }, admin], ['10.0.0.1 admin:TCP:9000']],
    ['one lost by its name', [http], [{ name: 'web', port: 80 }, admin], ['10.0.0.1 admin:TCP:9000']],
    ['one lost by its protocol', [http], [{ ...http, protocol: 'UDP' }, admin], ['10.0.0.1 admin:TCP:9000']],
    ['all lost: no slice, since no ports would mean all', [http], [{ name: 'http', port: 81 }], []],
    [
      'appProtocol is no disagreement about where to',
      [http],
      [{ ...http, appProtocol: 'h2c' }],
      ['10.0.0.1 http:TCP:8080'],
    ],
  ])('rule 8: %s', async (_, first, second, expected) => {
    const source = cluster('young').exports(KEY, { ports: second, addresses });
    expect(await imported(source, oldest(first))).toEqual(expected);
  });

  it('rule 8: a port that the source does not have is not served there', async () => {
    const source = cluster('young').exports(KEY, { ports: [admin], addresses });
    expect(await imported(source, oldest([http, admin]))).toEqual(['10.0.0.1 admin:TCP:9000']);
  });

  it('rule 8: a slice that does not name a port of its Service does not serve it', async () => {
    const source = cluster('east')
      .service(KEY, { ports: [http, admin] })
      .export(KEY);
    source.slice(KEY, { name: 'a', addresses: ['10.0.0.1'], ports: [http] });
    source.slice(KEY, { name: 'b', addresses: ['10.0.0.2'], ports: [http, admin] });
    source.slice(KEY, { name: 'c', addresses: ['10.0.0.3'], ports: [] });
    expect(await imported(source)).toEqual(['10.0.0.1 http:TCP:8080', '10.0.0.2 http:TCP:8080, admin:TCP:9000']);
  });

  it('rule 8: a slice without any port of its Service is reported', async () => {
    const source = cluster('east')
      .service(KEY, { ports: [http] })
      .export(KEY);
    source.slice(KEY, { name: 'stray', addresses, ports: [admin] });
    expect(await imported(source)).toEqual([]);
    expect(plan(KEY, [source]).problems).toMatchObject([
      { object: 'EndpointSlice shop/stray', message: 'has none of the ports of its Service', severity: 'warning' },
    ]);
  });

  it('rule 9: slices of a family that the service has not are not imported', async () => {
    const both = cluster('both').exports(KEY, { families: ['IPv6', 'IPv4'] });
    both.slice(KEY, { name: 'v4', addresses: ['10.0.0.1'], ports: [http] });
    both.slice(KEY, { name: 'v6', family: 'IPv6', addresses: ['fd00::1'], ports: [http] });
    expect(await imported(both)).toHaveLength(2);
    expect(await imported(both, cluster('four').exports(KEY, { families: ['IPv4'] }))).toEqual([
      '10.0.0.1 http:TCP:8080',
    ]);
  });

  it('rule 8: Headless Services without ports keep their endpoints', async () => {
    const source = cluster('east').exports(KEY, { headless: true, ports: [], addresses });
    expect(await imported(source)).toEqual(['10.0.0.1 ']);
  });

  it('rule 8: Headless Services with ports serve those', async () => {
    const source = cluster('east').exports(KEY, { headless: true, ports: [http], addresses });
    expect(await imported(source)).toEqual(['10.0.0.1 http:TCP:8080']);
  });
});

describe('rule 14: imported slices', () => {
  const many = (count: number, offset = 0): readonly string[] =>
    Array.from({ length: count }, (_, index) => `10.${offset}.${Math.floor(index / 250)}.${(index % 250) + 1}`);

  it.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [1, 100]],
    [250, [50, 100, 100]],
  ])('rule 14: %i endpoints', async (count, sizes) => {
    const done = await pass([
      cluster('east').exports(KEY, { addresses: many(count) }),
      cluster('west').namespace('shop'),
    ]);
    const slices = done.view('west', KEY).imported;
    expect(slices.map((slice) => slice.endpoints.length).sort((a, b) => a - b)).toEqual(sizes);
    expect(slices.flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses)).sort()).toEqual(
      [...many(count)].sort(),
    );
  });

  it('rule 14: 250 ports make slices of at most 100', async () => {
    const ports = Array.from({ length: 250 }, (_, index) => ({ name: `p${index}`, port: index + 1 }));
    const done = await pass([cluster('east').exports(KEY, { ports, addresses: ['10.0.0.1'] })]);
    expect(done.view('east', KEY).imported.map((slice) => slice.ports?.length)).toEqual([100, 100, 50]);
  });

  it('rule 14: one source cluster each, with the labels that say whose and whence', async () => {
    const clusters = ['east', 'west'].map((id, index) => cluster(id).exports(KEY, { addresses: many(2, index) }));
    const done = await pass(clusters);
    const slices = done.view('west', KEY).imported;
    expect(slices).toHaveLength(2);
    for (const source of ['east', 'west']) {
      const [slice] = slices.filter(
        ({ metadata }) => metadata.labels?.['multicluster.kubernetes.io/source-cluster'] === source,
      );
      expect(slice?.metadata.labels).toEqual({
        'app.kubernetes.io/managed-by': 'mcs',
        'endpointslice.kubernetes.io/managed-by': 'mcs-reconciler',
        'kubernetes.io/service-name': derivedName('shop', 'cart'),
        'multicluster.kubernetes.io/service-name': 'cart',
        'multicluster.kubernetes.io/source-cluster': source,
      });
      expect(slice?.endpoints.map(({ addresses }) => addresses[0])).toEqual(many(2, source === 'east' ? 0 : 1));
    }
  });

  it('rule 14: one address type each', async () => {
    const source = cluster('east').exports(KEY, { families: ['IPv4', 'IPv6'] });
    source
      .slice(KEY, { name: 'four', addresses: ['10.0.0.1'] })
      .slice(KEY, { name: 'six', family: 'IPv6', addresses: ['fd00::1'] });
    const done = await pass([source]);
    const slices = done.view('east', KEY).imported;
    expect(
      slices.map(({ addressType, endpoints }) => `${addressType} ${String(endpoints[0]?.addresses)}`).sort(),
    ).toEqual(['IPv4 10.0.0.1', 'IPv6 fd00::1']);
  });

  it('rule 14: names are at most 63 characters, a function of where the content comes from', async () => {
    const name = 'a'.repeat(63);
    const clusters = (): ClusterWords[] =>
      ['east', 'west'].map((id) => cluster(id).exports(`shop/${name}`, { addresses: many(150) }));
    const names = async (...words: ClusterWords[]): Promise<string[]> =>
      (await pass(words))
        .view('east', `shop/${name}`)
        .imported.map(({ metadata }) => metadata.name)
        .sort();
    const first = await names(...clusters());
    expect(new Set(first).size).toBe(4);
    for (const one of first) expect(one).toMatch(/^[a-z0-9][-a-z0-9]{0,61}[a-z0-9]$/);
    expect(await names(...clusters().reverse())).toEqual(first);
  });

  it('rule 14: a changed endpoint changes one slice', async () => {
    const source = cluster('east')
      .service(KEY)
      .export(KEY)
      .slice(KEY, { name: 'a', addresses: ['10.0.0.1'] });
    const first = await pass([source.slice(KEY, { name: 'b', addresses: ['10.0.0.2'] })]);
    const slice = first.view('east', KEY).slices.find(({ metadata }) => metadata.name === 'b');
    if (slice === undefined) throw new Error('no slice b');
    first.members[0]?.observed.put('EndpointSlice', { ...slice, endpoints: [{ addresses: ['10.0.0.3'] }] });
    const second = await first.again();
    expect(second.done.map(({ kind, verb, fields }) => `${verb} ${kind} ${fields.join()}`)).toEqual([
      'update EndpointSlice endpoints',
    ]);
  });

  it('rule 14: endpoints keep conditions, hostname and zone; what means nothing elsewhere is left out', async () => {
    const endpoint = {
      addresses: ['10.0.0.1'],
      conditions: { ready: false, serving: true, terminating: true },
      hostname: 'cart-0',
      zone: 'a',
    };
    const local = { nodeName: 'n1', targetRef: { kind: 'Pod', name: 'cart-0' }, hints: { forZones: [{ name: 'a' }] } };
    const source = cluster('east')
      .service(KEY)
      .export(KEY)
      .slice(KEY, { endpoints: [{ ...endpoint, ...local }] });
    const done = await pass([source, cluster('west').namespace('shop')]);
    expect(done.view('west', KEY).imported[0]?.endpoints).toEqual([endpoint]);
  });

  it.each<[string, readonly PortWords[], readonly (string | undefined)[]]>([
    ['alone keeps no name', [{ port: 80 }], [undefined]],
    [
      'is called <protocol>-<port> among others',
      [{ port: 80 }, { name: 'dns', protocol: 'UDP', port: 53 }],
      ['tcp-80', 'dns'],
    ],
    ['gives way to one that is called so', [{ port: 80 }, { name: 'tcp-80', port: 81 }], ['tcp-80-2', 'tcp-80']],
  ])('rule 14: an unnamed port %s, in the derived Service and in the slices', async (_, ports, names) => {
    // Services of one cluster cannot mix named and unnamed ports; those of two can.
    const clusters = ports.map((port, index) =>
      cluster(`c${index}`).exports(KEY, {
        created: `2026-01-0${index + 1}T00:00:00Z`,
        ports: [port],
        addresses: [`10.0.0.${index + 1}`],
      }),
    );
    const done = await pass(clusters);
    const { derived, imported: slices, import: found } = done.view('c0', KEY);
    expect(found?.spec.ports.map(({ name }) => name)).toEqual(ports.map(({ name }) => name));
    expect(derived?.spec.ports.map(({ name }) => name)).toEqual(names);
    const bySource = slices.toSorted((a, b) => (show(a) < show(b) ? -1 : 1));
    expect(bySource.map((slice) => slice.ports?.[0]?.name)).toEqual(names);
  });
});

describe('rule 15: addresses that mean something else in another cluster', () => {
  it.each([
    ['IPv4', '10.0.0.1', true],
    ['IPv4', '192.0.2.7', true],
    ['IPv4', '169.253.255.255', true],
    ['IPv4', '0.0.0.0', false],
    ['IPv4', '127.0.0.1', false],
    ['IPv4', '127.255.255.254', false],
    ['IPv4', '169.254.169.254', false],
    ['IPv4', '224.0.0.1', false],
    ['IPv4', '239.255.255.255', false],
    ['IPv4', '255.255.255.255', false],
    ['IPv4', '10.0.0', false],
    ['IPv4', '0x7f.1', false],
    ['IPv4', 'localhost', false],
    ['IPv4', 'fd00::1', false],
    ['IPv6', 'fd00::1', true],
    ['IPv6', '2001:db8::1', true],
    ['IPv6', 'fec0::1', true],
    ['IPv6', '::ffff:10.0.0.1', true],
    ['IPv6', '::', false],
    ['IPv6', '0:0:0:0:0:0:0:0', false],
    ['IPv6', '::1', false],
    ['IPv6', '0::0:1', false],
    ['IPv6', 'fe80::1', false],
    ['IPv6', 'FEBF::1', false],
    ['IPv6', 'fe80::1%eth0', false],
    ['IPv6', 'ff02::1', false],
    ['IPv6', '::ffff:127.0.0.1', false],
    ['IPv6', '::ffff:7f00:1', false],
    ['IPv6', '::FFFF:169.254.169.254', false],
    ['IPv6', '::ffff:224.0.0.1', false],
    ['IPv6', '::ffff:0.0.0.0', false],
    ['IPv6', '10.0.0.1', false],
  ])('rule 15: %s %s: usable %s', async (family, address, usable) => {
    const good = family === 'IPv4' ? '10.7.7.7' : 'fd00::7';
    const source = cluster('east')
      .service(KEY)
      .export(KEY)
      .slice(KEY, { family, addresses: [address, good] });
    expect(await imported(source)).toEqual([`${usable ? `${address}, ` : ''}${good} http:TCP:80`]);
    const { problems } = plan(KEY, [source]);
    expect(problems.map(({ message, severity }) => `${severity} ${message}`)).toEqual(
      usable ? [] : [`warning unusable in another cluster: ${address}`],
    );
  });

  it('rule 15: an endpoint without a usable address is dropped, others of the slice are not', async () => {
    const source = cluster('east')
      .service(KEY)
      .export(KEY)
      .slice(KEY, { addresses: ['127.0.0.1'] });
    expect(await imported(source)).toEqual([]);
  });

  it('rule 15: FQDN slices are dropped and reported', async () => {
    const source = cluster('east').service(KEY).export(KEY);
    source
      .slice(KEY, { name: 'names', family: 'FQDN', addresses: ['example.com'] })
      .slice(KEY, { name: 'ips', addresses: ['10.0.0.1'] });
    expect(await imported(source)).toEqual(['10.0.0.1 http:TCP:80']);
    expect(plan(KEY, [source]).problems).toEqual([
      {
        cluster: 'east',
        object: 'EndpointSlice shop/names',
        message: 'address type FQDN is not imported',
        severity: 'warning',
      },
    ]);
  });
});

describe('rule 14: order of changes', () => {
  it('rule 14: new slices come before old ones go', async () => {
    const first = await pass([cluster('east').exports(KEY, { addresses: ['10.0.0.1'] })]);
    const observed = first.members[0]?.observed;
    observed?.remove('EndpointSlice', { namespace: 'shop', name: 'cart-1' });
    const [old] = first.view('east', KEY).imported;
    const moved = cluster('east')
      .slice(KEY, { name: 'cart-2', addresses: ['10.0.0.1'] })
      .member()
      .observed.view('shop', 'cart').slices[0];
    if (moved === undefined || old === undefined) throw new Error('no slices');
    observed?.put('EndpointSlice', moved);
    const { done } = await first.again();
    expect(lines(done).map((line) => line.split(' ')[1])).toEqual(['create', 'delete']);
    expect(lines(done)[1]).toContain(old.metadata.name);
  });
});
