import fc from 'fast-check';
import { ALL_FIELDS, OPTIONAL_FIELDS, type OptionalField, type ServedFields } from '../../../src/lib/api/fields.ts';
import { derivedName } from '../../../src/lib/api/names.ts';
import type { IPFamily } from '../../../src/lib/api/objects.ts';
import { type ClusterWords, type ExportsWords, type ImportWords, type PortWords, cluster } from './builders.ts';

/**
 * Clustersets of 2 to 5 clusters and 1 to 3 services: few values a field, so that clusters agree, disagree and collide
 * often. What is drawn is plain data, so that a failure shrinks to a readable one.
 */

const IDS = ['a', 'b', 'c', 'd', 'e'] as const;
export const SERVICES = ['shop/cart', 'shop/web', 'bank/cart'] as const;
type Service = (typeof SERVICES)[number];
const NAMESPACES = ['shop', 'bank'] as const;

const BY_RELEASE: readonly OptionalField[] = [
  'ServiceImport.spec.ports.appProtocol',
  'ServiceExport.spec.exportedLabels',
  'ServiceExport.spec.exportedAnnotations',
  'ServiceImport.status.conditions',
  'ServiceExport.status.conditions.observedGeneration',
  'ServiceImport.spec.ipFamilies',
  'ServiceImport.spec.internalTrafficPolicy',
  'ServiceImport.spec.trafficDistribution',
  'ServiceImport.status.endpointSliceObjects',
];

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const port: fc.Arbitrary<PortWords> = fc.record(
  {
    name: fc.constantFrom('http', 'web', 'tcp-80'),
    port: fc.constantFrom(80, 81, 8080),
    protocol: fc.constantFrom('TCP', 'UDP'),
    appProtocol: fc.constantFrom('h2c'),
    target: fc.constantFrom(8000, 8080),
  },
  { requiredKeys: ['port'] },
);

/** Ports as one Service can have them: no name and no protocol+number twice. */
const ports = fc
  .uniqueArray(port, { maxLength: 3, selector: ({ name = '' }) => name })
  .map((list) =>
    list.filter(
      (entry, index) =>
        list.findIndex(
          (other) => other.port === entry.port && (other.protocol ?? 'TCP') === (entry.protocol ?? 'TCP'),
        ) === index,
    ),
  );

const families = fc.constantFrom<IPFamily[][]>(['IPv4'], ['IPv6'], ['IPv4', 'IPv6'], ['IPv6', 'IPv4']);

const map = fc.dictionary(fc.constantFrom('team', 'tier', 'app.kubernetes.io/managed-by'), fc.constantFrom('1', '2'), {
  maxKeys: 2,
});

const conditions = fc.constantFrom<ExportsWords['conditions'][]>(
  undefined,
  [
    {
      type: 'Conflict',
      status: 'True',
      reason: 'PortConflict',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
  [{ type: 'Theirs', status: 'True', reason: '', message: '' }],
);

const exporting = fc
  .record({
    service: fc.boolean(),
    created: fc.constantFrom('', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-02T00:00:00Z'),
    deleted: fc.constantFrom(false, false, false, true),
    type: fc.constantFrom('ClusterIP', 'ClusterIP', 'NodePort', 'ExternalName'),
    headless: fc.boolean(),
    ports,
    families: maybe(families),
    affinity: fc.constantFrom('None', 'ClientIP'),
    timeout: maybe(fc.constantFrom(60, 10_800)),
    policy: maybe(fc.constantFrom('Cluster', 'Local')),
    distribution: maybe(fc.constantFrom('PreferClose', 'PreferSameZone')),
    exportedLabels: maybe(map),
    exportedAnnotations: maybe(map),
    conditions,
    generation: maybe(fc.constantFrom(1, 2)),
    endpoints: fc.constantFrom(0, 1, 1, 2, 2, 101),
    badAddress: fc.boolean(),
  })
  .map(
    ({
      families: some,
      timeout,
      policy,
      distribution,
      exportedLabels,
      exportedAnnotations,
      conditions: list,
      generation,
      ...words
    }) => ({
      ...words,
      ...(some && { families: some }),
      ...(timeout !== undefined && { timeout }),
      ...(policy !== undefined && { policy }),
      ...(distribution !== undefined && { distribution }),
      ...(exportedLabels && { exportedLabels }),
      ...(exportedAnnotations && { exportedAnnotations }),
      ...(list && { conditions: list }),
      ...(generation !== undefined && { generation }),
    }),
  );

const importing = fc.record({
  ours: fc.boolean(),
  type: fc.constantFrom('ClusterSetIP', 'Headless'),
  ports,
  // `z` is nobody's: unreachable or long gone.
  clusters: fc.subarray([...IDS.slice(0, 3), 'z']),
  labels: map.map((labels) => Object.fromEntries(Object.entries(labels).filter(([key]) => !key.includes('/')))),
  annotations: fc.constantFrom({}, { 'kubectl-mcs/exported-labels': 'team' }),
}) satisfies fc.Arbitrary<ImportWords>;

const perService = fc.record({
  exporting: maybe(exporting),
  importing: maybe(importing),
  slices: fc.array(fc.record({ source: fc.constantFrom('a', 'b', 'z'), ours: fc.boolean() }), { maxLength: 2 }),
  derived: fc.constantFrom<('ours' | 'theirs' | undefined)[]>(undefined, undefined, 'ours', 'theirs'),
});

/** What the releases of mcs-api have: each has what the ones before it had. */
const RELEASES: readonly ServedFields[] = [0, 1, 2, 3, 5, 6, 9].map((count) => new Set(BY_RELEASE.slice(0, count)));
const fields = fc.constantFrom(...RELEASES, ALL_FIELDS, ALL_FIELDS);

const member = fc.record({
  role: fc.constantFrom('member', 'member', 'member', 'former'),
  namespaces: fc.record({
    shop: fc.constantFrom('active', 'active', 'terminating', 'absent'),
    bank: fc.constantFrom('active', 'terminating', 'absent'),
  }),
  families: fc.constantFrom<IPFamily[][]>([], ['IPv4'], ['IPv4', 'IPv6'], ['IPv6', 'IPv4']),
  fields,
  services: fc.dictionary(fc.constantFrom<Service>(...SERVICES), perService),
});

type Drawn = typeof member extends fc.Arbitrary<infer T> ? T : never;

/** A clusterset as drawn; `wordsOf` makes clusters of it, fresh each time. */
export const clustersets = fc.array(member, { minLength: 2, maxLength: 5 });
export const options = fc.record({ adopt: fc.boolean(), gone: fc.constantFrom<string[][]>([], [], ['z']) });

export function wordsOf(drawn: readonly Drawn[]): readonly ClusterWords[] {
  return drawn.map((one, index) => {
    const words = cluster(IDS[index] ?? 'x').families(...one.families);
    words.lacks(...OPTIONAL_FIELDS.filter((field) => !one.fields.has(field)));
    if (one.role === 'former') words.former();
    for (const name of NAMESPACES) words.namespace(name, one.namespaces[name]);
    for (const key of SERVICES) {
      const service = one.services[key];
      const state = one.namespaces[key.startsWith('shop') ? 'shop' : 'bank'];
      // Nothing is in a namespace that does not exist.
      if (service !== undefined && state !== 'absent') describe(words, key, service, index);
    }
    return words;
  });
}

type PerService = typeof perService extends fc.Arbitrary<infer T> ? T : never;

function describe(words: ClusterWords, key: Service, drawn: PerService, index: number): void {
  const [namespace = '', name = ''] = key.split('/');
  if (drawn.exporting !== undefined) {
    const { service, endpoints, badAddress, ...rest } = drawn.exporting;
    words.export(key, rest);
    if (service) words.service(key, rest);
    const addresses = Array.from({ length: endpoints }, (_, host) => `10.${index}.0.${host + 1}`);
    words.slice(key, { addresses: badAddress ? ['127.0.0.1', ...addresses] : addresses, ports: rest.ports });
    words.slice(key, { name: `${name}-6`, family: 'IPv6', addresses: ['fd00::1'], ports: rest.ports.slice(1) });
    words.slice(key, { name: `${name}-names`, family: 'FQDN', addresses: ['example.com'], ports: rest.ports });
  }
  if (drawn.importing !== undefined) words.imports(key, drawn.importing);
  for (const { source, ours } of drawn.slices)
    words.importedSlice(key, source, { ours, name: `${name}-${source}-${ours ? 'mcs' : 'theirs'}` });
  if (drawn.derived !== undefined) {
    const labels = drawn.derived === 'ours' ? { 'app.kubernetes.io/managed-by': 'mcs' } : {};
    const spec = { ports: [{ port: 7 }], ipFamilies: ['IPv4'], clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'] };
    const annotations = { 'kubectl-mcs/import': name };
    words.put('Service', { metadata: { namespace, name: derivedName(namespace, name), labels, annotations }, spec });
  }
}
