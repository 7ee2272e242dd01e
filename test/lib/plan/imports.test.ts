import { describe, expect, it } from 'vitest';
import { derivedName } from '../../../src/lib/api/names.ts';
import type { OptionalField } from '../../../src/lib/api/fields.ts';
import { OPTIONAL_FIELDS } from '../../../src/lib/api/fields.ts';
import { ASSIGNED } from '../../../src/lib/plan/simulate.ts';
import { type Pass, cluster, lines, pass } from './builders.ts';

const KEY = 'shop/cart';
const DERIVED = derivedName('shop', 'cart');

function ready(done: Pass, id: string, key = KEY): string {
  const [condition] = done.import(id, key)?.status?.conditions ?? [];
  return `${condition?.type ?? ''}=${condition?.status ?? ''} ${condition?.reason ?? ''}`;
}

describe('rule 12: where an import is', () => {
  it('rule 12: in every member that has the namespace, exporters included', async () => {
    const done = await pass([
      cluster('east').exports(KEY),
      cluster('west').namespace('shop'),
      cluster('bare'),
      cluster('other').namespace('other'),
    ]);
    const having = done.members.filter(({ id }) => done.import(id, KEY) !== undefined).map(({ id }) => id);
    expect(having).toEqual(['east', 'west']);
    expect(lines(done.done).some((line) => line.startsWith('bare') || line.startsWith('other'))).toBe(false);
  });

  it('rule 12: nothing is created, changed or removed in a terminating namespace', async () => {
    const west = cluster('west')
      .namespace('shop', 'terminating')
      .imports(KEY, { clusters: ['east', 'gone'] });
    west.importedSlice(KEY, 'east');
    expect(
      lines((await pass([cluster('east').exports(KEY), west])).done).filter((line) => line.startsWith('west')),
    ).toEqual([]);
    expect(lines((await pass([west], { gone: new Set(['east', 'gone']) })).done)).toEqual([]);
  });

  it('rule 12: exports in a terminating namespace count until they are deleted', async () => {
    const done = await pass([
      cluster('east').exports(KEY).namespace('shop', 'terminating'),
      cluster('west').namespace('shop'),
    ]);
    expect(done.import('west', KEY)?.status?.clusters).toEqual([{ cluster: 'east' }]);
    expect(done.import('east', KEY)).toBeUndefined();
  });

  it('rule 12: gone when the last valid export is gone, slices and Service first', async () => {
    const first = await pass([
      cluster('east').exports(KEY, { addresses: ['10.0.0.1'] }),
      cluster('north').exports(KEY),
      cluster('west').namespace('shop'),
    ]);
    const drop = (index: number): void =>
      first.members[index]?.observed.remove('ServiceExport', { namespace: 'shop', name: 'cart' });
    drop(0);
    const second = await first.again();
    expect(second.import('west', KEY)?.status?.clusters).toEqual([{ cluster: 'north' }]);
    expect(second.view('west', KEY).imported).toEqual([]);
    drop(1);
    const third = await second.again();
    expect(lines(third.done).filter((line) => line.startsWith('west'))).toEqual([
      `west delete Service shop/${DERIVED}`,
      'west delete ServiceImport shop/cart',
    ]);
    expect((await third.again()).done).toEqual([]);
  });
});

describe('rule 13: IPs', () => {
  it.each([
    [['IPv4'], [ASSIGNED]],
    [['IPv6'], [`::${ASSIGNED}`]],
    [
      ['IPv6', 'IPv4'],
      [`::${ASSIGNED}`, ASSIGNED],
    ],
  ])('rule 13: those of the derived Service, in the order of %j', async (families, ips) => {
    const done = await pass([cluster('east').exports(KEY, { families })]);
    expect(done.import('east', KEY)?.spec).toMatchObject({ ips, ipFamilies: families });
    expect(ready(done, 'east')).toBe('Ready=True Ready');
  });

  it('rule 13: the order of the import is that of its families when the Service came with another', async () => {
    const east = cluster('east').exports(KEY, { families: ['IPv6', 'IPv4'] });
    east.put('Service', {
      metadata: { namespace: 'shop', name: DERIVED, labels: { 'app.kubernetes.io/managed-by': 'mcs' } },
      spec: { ipFamilies: ['IPv4', 'IPv6'], clusterIPs: ['10.96.0.9', 'fd00::9'], clusterIP: '10.96.0.9' },
    });
    const done = await pass([east]);
    expect(done.import('east', KEY)?.spec.ips).toEqual(['fd00::9', '10.96.0.9']);
    expect(done.view('east', KEY).derived?.spec).toMatchObject({
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIPs: ['10.96.0.9', 'fd00::9'],
    });
  });

  it('rule 13: a change of the service keeps the Service and its IPs', async () => {
    const first = await pass([
      cluster('east').exports(KEY),
      cluster('west').exports(KEY, { created: '2026-02-02T00:00:00Z' }),
    ]);
    const derived = first.view('west', KEY).derived;
    if (derived === undefined) throw new Error('no derived Service');
    const ip = { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] };
    first.members[1]?.observed.put('Service', { ...derived, spec: { ...derived.spec, ...ip } });
    const second = await first.again();
    expect(second.import('west', KEY)?.spec.ips).toEqual(['10.96.0.9']);
    const service = second.view('east', KEY).service;
    if (service === undefined) throw new Error('no Service');
    second.members[0]?.observed.put('Service', {
      ...service,
      spec: { ...service.spec, ports: [{ protocol: 'TCP', port: 81 }] },
    });
    const third = await second.again();
    expect(third.view('west', KEY).derived?.spec.ports).toContainEqual({ protocol: 'TCP', port: 81, name: 'tcp-81' });
    expect(lines(third.done).some((line) => /(create|delete) Service /.test(line))).toBe(false);
    expect(third.import('west', KEY)?.spec.ips).toEqual(['10.96.0.9']);
  });
});

describe('rule 10, 14: type', () => {
  it('rule 10: Headless has no IPs, no derived Service, no fields of a clusterset IP', async () => {
    const done = await pass([
      cluster('east').exports(KEY, { headless: true, affinity: 'ClientIP', addresses: ['10.0.0.1'] }),
    ]);
    const { import: found, derived, imported } = done.view('east', KEY);
    expect(found?.spec).toEqual({ type: 'Headless', ports: [{ name: 'http', protocol: 'TCP', port: 80 }] });
    expect(derived).toBeUndefined();
    expect(imported[0]?.metadata.labels).not.toHaveProperty('kubernetes.io/service-name');
    expect(ready(done, 'east')).toBe('Ready=True Ready');
  });

  it('rule 14: no ports, no derived Service', async () => {
    const done = await pass([cluster('east').exports(KEY, { ports: [], addresses: ['10.0.0.1'] })]);
    const { import: found, derived, imported } = done.view('east', KEY);
    expect(found?.spec.ips).toBeUndefined();
    expect([derived, imported]).toEqual([undefined, []]);
    expect(ready(done, 'east')).toBe('Ready=False Pending');
  });

  it('rule 14: a flip to Headless and back updates the import in place; Service, IPs and labels for kube-proxy follow', async () => {
    const first = await pass([
      cluster('east').exports(KEY, { addresses: ['10.0.0.1'] }),
      cluster('west').namespace('shop'),
    ]);
    const uid = first.import('west', KEY)?.metadata.uid;
    const flip = (headless: boolean): void => {
      const service = cluster('east').service(KEY, { headless }).member().observed.view('shop', 'cart').service;
      if (service !== undefined) first.members[0]?.observed.put('Service', service);
    };
    flip(true);
    const second = await first.again();
    const headless = second.view('west', KEY);
    expect(headless.import?.spec).toEqual({ type: 'Headless', ports: [{ name: 'http', protocol: 'TCP', port: 80 }] });
    expect(headless.import?.metadata.uid).toBe(uid);
    expect(headless.import?.metadata.annotations ?? {}).not.toHaveProperty([
      'multicluster.kubernetes.io/derived-service',
    ]);
    expect(headless.derived).toBeUndefined();
    expect(headless.imported[0]?.metadata.labels).not.toHaveProperty(['kubernetes.io/service-name']);
    expect(lines(second.done).some((line) => line.endsWith('delete ServiceImport shop/cart'))).toBe(false);
    flip(false);
    const third = await second.again();
    const again = third.view('west', KEY);
    expect(again.import).toMatchObject({ metadata: { uid }, spec: { type: 'ClusterSetIP', ips: [ASSIGNED] } });
    expect(again.imported[0]?.metadata.labels).toHaveProperty(['kubernetes.io/service-name'], DERIVED);
    expect((await third.again()).done).toEqual([]);
  });
});

describe('rule 14: the derived Service', () => {
  it('rule 14: has no selector, our mark and no exported label', async () => {
    const done = await pass([cluster('east').exports(KEY, { exportedLabels: { team: 'shop' }, policy: 'Local' })]);
    expect(done.view('east', KEY).derived).toMatchObject({
      metadata: { name: DERIVED, labels: { 'app.kubernetes.io/managed-by': 'mcs' } },
      spec: { type: 'ClusterIP', ports: [{ name: 'http', protocol: 'TCP', port: 80 }], internalTrafficPolicy: 'Local' },
    });
    expect(done.view('east', KEY).derived?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'mcs' });
    expect(done.view('east', KEY).derived?.spec.selector).toBeUndefined();
  });

  it('rule 17: is owned by the import, and so are the slices; in a directory nobody is', async () => {
    const words = { addresses: ['10.0.0.1'] };
    const done = await pass([cluster('east').exports(KEY, words), cluster('west').directory().namespace('shop')]);
    const { derived, imported, import: found } = done.view('east', KEY);
    for (const object of [derived, ...imported]) {
      expect(object?.metadata.ownerReferences).toEqual([
        { apiVersion: found?.apiVersion, kind: 'ServiceImport', name: 'cart', uid: found?.metadata.uid },
      ]);
    }
    for (const object of done.view('west', KEY).imported) expect(object.metadata.ownerReferences).toBeUndefined();
  });
});

describe('rule 16: status of an import', () => {
  it('rule 16: names all sources in order, and that slices are there', async () => {
    const done = await pass([
      cluster('west').exports(KEY),
      cluster('east').exports(KEY),
      cluster('south').namespace('shop'),
    ]);
    expect(done.import('south', KEY)?.status).toMatchObject({
      clusters: [{ cluster: 'east' }, { cluster: 'west' }],
      endpointSliceObjects: 'Present',
    });
  });

  it('rule 16: IPFamilyNotSupported where the cluster has none of the families', async () => {
    const done = await pass([
      cluster('east').exports(KEY, { families: ['IPv6'] }),
      cluster('west').families('IPv4').namespace('shop'),
    ]);
    expect(ready(done, 'west')).toBe('Ready=False IPFamilyNotSupported');
    expect(done.view('west', KEY).derived).toBeUndefined();
    expect(ready(done, 'east')).toBe('Ready=True Ready');
  });

  it('rule 13, 16: ips and families are those the cluster has', async () => {
    const done = await pass([
      cluster('east').exports(KEY, { families: ['IPv4', 'IPv6'] }),
      cluster('west').families('IPv6').namespace('shop'),
    ]);
    expect(done.import('west', KEY)?.spec).toMatchObject({ ips: [`::${ASSIGNED}`], ipFamilies: ['IPv6'] });
    expect(ready(done, 'west')).toBe('Ready=True Ready');
  });

  it('rule 16: a directory gives no IPs: Pending, and says why', async () => {
    const done = await pass([cluster('east').directory().exports(KEY)]);
    expect(ready(done, 'east')).toBe('Ready=False Pending');
    expect(done.import('east', KEY)?.status?.conditions?.[0]?.message).toContain('no API server');
  });
});

describe('rule 4: fields that the served schema lacks are not sent', () => {
  const words = {
    policy: 'Local',
    distribution: 'PreferSameZone',
    families: ['IPv4', 'IPv6'],
    ports: [{ name: 'http', port: 80, appProtocol: 'h2c' }],
  };

  it.each(OPTIONAL_FIELDS.filter((field) => field.startsWith('ServiceImport.')))('rule 4: %s', async (field) => {
    const without = await pass([cluster('east').exports(KEY, words).lacks(field)]);
    const path = field.slice('ServiceImport.'.length).replace('spec.ports.', 'spec.ports.0.');
    expect(without.import('east', KEY)).not.toHaveProperty(path);
    expect((await pass([cluster('east').exports(KEY, words)])).import('east', KEY)).toHaveProperty(path);
    expect((await without.again()).done).toEqual([]);
  });

  it('rule 4: an import of CRD v0.1 has one IP at most', async () => {
    const all: readonly OptionalField[] = OPTIONAL_FIELDS;
    const done = await pass([
      cluster('east').exports(KEY, words),
      cluster('west')
        .namespace('shop')
        .lacks(...all),
    ]);
    expect(done.import('west', KEY)?.spec).toEqual({
      type: 'ClusterSetIP',
      ips: [ASSIGNED],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
      sessionAffinity: 'None',
    });
    expect(done.import('west', KEY)?.status).toEqual({ clusters: [{ cluster: 'east' }] });
    expect(done.import('east', KEY)?.spec.ips).toHaveLength(2);
    expect((await done.again()).done).toEqual([]);
  });
});
