import { beforeAll, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { faultsIn } from '../../src/lib/validate/schema/check.ts';
import { faultsOf } from '../../src/lib/validate/schema/faults.ts';
import type { Schema } from '../../src/lib/validate/schema/schema.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';

/** What an API server refuses, and a dry run of kubectl with it, is what validation finds; and nothing else. */

const MCS = 'multicluster.x-k8s.io';
const PORT = { name: 'http', port: 80 };
const IMPORT = { type: 'ClusterSetIP', ports: [PORT] };

/** One row an object: what is said of it over a good one. */
const EXPORTS: readonly (readonly [string, Json])[] = [
  ['nothing but a name', {}],
  ['an empty spec', { spec: {} }],
  ['a spec of null', { spec: null }],
  ['labels', { spec: { exportedLabels: { 'a.b/c': 'd' } } }],
  ['labels of null', { spec: { exportedLabels: null } }],
  ['a label that is a number', { spec: { exportedLabels: { a: 1 } } }],
  ['a label that is null', { spec: { exportedLabels: { a: null } } }],
  ['labels that are a list', { spec: { exportedLabels: ['a'] } }],
  ['a misspelt field', { spec: { exportedLabel: {} } }],
  ['an unknown field at the top', { exportedLabels: {} }],
  ['metadata with a misspelt field', { metadata: { label: {} } }],
  ['metadata with labels of null', { metadata: { labels: null } }],
  ['metadata with a time of null', { metadata: { creationTimestamp: null } }],
  ['metadata with a label of true', { metadata: { labels: { a: true } } }],
  ['metadata with a label of null', { metadata: { labels: { a: null } } }],
  ['metadata with a label of odd characters', { metadata: { labels: { a: 'b c' } } }],
  ['metadata with an odd label key', { metadata: { labels: { 'a b': 'c' } } }],
  ['metadata with an odd annotation key', { metadata: { annotations: { 'a/b/c': 'c' } } }],
  ['metadata with an annotation of any text', { metadata: { annotations: { a: 'b c' } } }],
  ['an upper case name', { metadata: { name: 'Cart' } }],
  ['a name with dots', { metadata: { name: 'a.b' } }],
  ['no name', { metadata: { name: undefined } }],
  ['an empty name', { metadata: { name: '' } }],
  ['a name to be generated', { metadata: { name: undefined, generateName: 'a-' } }],
  ['an owner without uid', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'a' }] } }],
  ['finalizers of numbers', { metadata: { finalizers: [1] } }],
];

const IMPORTS: readonly (readonly [string, Json])[] = [
  ['all that is needed', { spec: IMPORT }],
  ['no spec', {}],
  ['no type', { spec: { ports: [PORT] } }],
  ['a type of null', { spec: { ...IMPORT, type: null } }],
  ['another type', { spec: { ...IMPORT, type: 'ClusterIP' } }],
  ['no ports', { spec: { type: 'Headless' } }],
  ['an empty list of ports', { spec: { ...IMPORT, ports: [] } }],
  ['ports of null', { spec: { ...IMPORT, ports: null } }],
  ['a port that is a text', { spec: { ...IMPORT, ports: [{ port: '80' }] } }],
  ['a port with a fraction', { spec: { ...IMPORT, ports: [{ port: 80.5 }] } }],
  ['a port written with a fraction of zero', { spec: { ...IMPORT, ports: [{ port: 80.0 }] } }],
  ['a port larger than int32', { spec: { ...IMPORT, ports: [{ port: 2 ** 31 }] } }],
  ['a port below zero', { spec: { ...IMPORT, ports: [{ port: -1 }] } }],
  ['a port without number', { spec: { ...IMPORT, ports: [{ name: 'a' }] } }],
  ['the same port twice', { spec: { ...IMPORT, ports: [PORT, PORT] } }],
  ['a targetPort', { spec: { ...IMPORT, ports: [{ ...PORT, targetPort: 80 }] } }],
  ['a port that is a text alone', { spec: { ...IMPORT, ports: ['http'] } }],
  ['a port of null', { spec: { ...IMPORT, ports: [null] } }],
  ['two ips', { spec: { ...IMPORT, ips: ['10.0.0.1', 'fd00::1'] } }],
  ['three ips', { spec: { ...IMPORT, ips: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] } }],
  ['ips that are no list', { spec: { ...IMPORT, ips: '10.0.0.1' } }],
  ['a timeout', { spec: { ...IMPORT, sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } } }],
  ['a timeout that is true', { spec: { ...IMPORT, sessionAffinityConfig: { clientIP: { timeoutSeconds: true } } } }],
];

const PROPERTIES: readonly (readonly [string, Json])[] = [
  ['a value', { spec: { value: 'a' } }],
  ['an empty value', { spec: { value: '' } }],
  ['no value', { spec: {} }],
  ['no spec', {}],
  ['a value that is a number', { spec: { value: 1 } }],
];

const KEYWORDS: Schema = {
  type: 'object',
  properties: {
    text: { type: 'string', minLength: 2, maxLength: 3 },
    pattern: { type: 'string', pattern: '^a' },
    count: { type: 'integer', minimum: 1, maximum: 3 },
    long: { type: 'integer', format: 'int64' },
    number: { type: 'number', minimum: 0.5 },
    flag: { type: 'boolean' },
    nullable: { type: 'string', nullable: true },
    either: { 'x-kubernetes-int-or-string': true },
    list: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    map: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    closed: { type: 'object' },
  },
};

const SPECS: readonly Json[] = [
  ...['', 'a', 'ab', 'abc', 'abcd', '\u{1F600}', '\u{1F600}\u{1F600}\u{1F600}', 1].map((text) => ({ text })),
  ...['a', 'ba'].map((pattern) => ({ pattern })),
  ...[0, 1, 3, 4, 1.5, '1'].map((count) => ({ count })),
  ...[2 ** 52, -(2 ** 52)].map((long) => ({ long })),
  ...[0.5, 0.4, '1'].map((number) => ({ number })),
  ...[true, 'true'].map((flag) => ({ flag })),
  ...[null, 'a', 1].map((nullable) => ({ nullable })),
  ...[1, '1', 1.5, true, null].map((either) => ({ either })),
  ...[[], ['a'], ['a', 'b'], ['a', 'b', 'c'], [1], 'a', null].map((list) => ({ list })),
  ...[
    ['a', 'b'],
    ['a', 'a'],
  ].map((set) => ({ set })),
  ...[[{ name: 'a' }, { name: 'b' }], [{ name: 'a' }, { name: 'a' }], [{}]].map((map) => ({ map })),
  ...[{ a: 1 }, [], 'a'].map((open) => ({ open })),
  ...[{}, { a: 1 }].map((closed) => ({ closed })),
];

describeWithServers('schema validation beside an API server', () => {
  const namespace = uniqueNamespace('schemas');
  let east: Handle;

  beforeAll(async () => {
    ({ east } = await clusters());
    await east.reset({ crds: true });
    expect(await east.kubectl(['apply', '-f', 'crds'])).toMatchObject({ code: 0 });
    await east.apply([crd({ type: 'object', properties: { spec: KEYWORDS } })]);
    expect(await east.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s'])).toMatchObject({
      code: 0,
    });
    await east.kubectl(['create', 'namespace', namespace]);
  });

  /** What the server says of an object; '' when it would take it. */
  const refusal = async (path: string, body: Json): Promise<string> => {
    const { status, body: answer } = await east.request('POST', `${path}?dryRun=All&fieldValidation=Strict`, { body });
    if (status < 300) return '';
    return isRecord(answer) ? String(answer.message) : `HTTP ${status}`;
  };

  const compare = async (path: string, object: Json, faults: readonly { message: string }[]): Promise<void> => {
    const said = await refusal(path, object);
    const found = faults.map(({ message }) => message);
    expect({ refused: said !== '', said, found }).toEqual({ refused: found.length > 0, said, found });
  };

  it.each(EXPORTS)('ServiceExport with %s', (_, words) => compareKind('ServiceExport', 'serviceexports', words));
  it.each(IMPORTS)('ServiceImport with %s', (_, words) => compareKind('ServiceImport', 'serviceimports', words));

  async function compareKind(kind: string, plural: string, words: Json): Promise<void> {
    for (const version of ['v1alpha1', 'v1beta1']) {
      const apiVersion = `${MCS}/${version}`;
      const metadata = { name: 'cart', namespace, ...(isRecord(words.metadata) ? words.metadata : {}) };
      const object = { apiVersion, kind, ...words, metadata };
      const path = `/apis/${apiVersion}/namespaces/${namespace}/${plural}`;
      await compare(path, object, faultsOf(apiVersion, kind, object) ?? []);
    }
  }

  it.each(PROPERTIES)('ClusterProperty with %s', async (_, words) => {
    const apiVersion = 'about.k8s.io/v1beta1';
    const object = { apiVersion, kind: 'ClusterProperty', metadata: { name: 'a.b' }, ...words };
    await compare(`/apis/${apiVersion}/clusterproperties`, object, faultsOf(apiVersion, object.kind, object) ?? []);
  });

  it.each(SPECS.map((spec) => [JSON.stringify(spec), spec] as const))('every keyword: %s', async (_, spec) => {
    const object = { apiVersion: 'test.example/v1', kind: 'Probe', metadata: { name: 'a' }, spec };
    await compare('/apis/test.example/v1/probes', object, faultsIn(KEYWORDS, spec, 'Probe'));
  });

  it.each<readonly [string, (good: CRDManifest) => object]>([
    ['all that is needed', (good) => good],
    ['another name', (good) => ({ ...good, metadata: { name: 'others.test.example' } })],
    ['no names', ({ spec: { names: _, ...spec }, ...good }) => ({ ...good, spec })],
    ['no group', ({ spec: { group: _, ...spec }, ...good }) => ({ ...good, spec })],
    ['another scope', ({ spec, ...good }) => ({ ...good, spec: { ...spec, scope: 'Namespace' } })],
    ['no versions', ({ spec, ...good }) => ({ ...good, spec: { ...spec, versions: [] } })],
    ['an unknown field', ({ spec, ...good }) => ({ ...good, spec: { ...spec, version: 'v1' } })],
    ['nothing stored', ({ spec, ...good }) => ({ ...good, spec: { ...spec, versions: [version('v1', false)] } })],
    [
      'two versions stored',
      ({ spec, ...good }) => ({ ...good, spec: { ...spec, versions: [version('v1', true), version('v2', true)] } }),
    ],
    [
      'one version twice',
      ({ spec, ...good }) => ({ ...good, spec: { ...spec, versions: [version('v1', true), version('v1', false)] } }),
    ],
    [
      'a version without schema',
      ({ spec, ...good }) => ({
        ...good,
        spec: { ...spec, versions: [{ name: 'v1', served: true, storage: true }] },
      }),
    ],
  ])('CustomResourceDefinition with %s', async (_, change) => {
    const good = crd({ type: 'object' }, 'trials');
    const object = { ...change(good) } as Json;
    const apiVersion = 'apiextensions.k8s.io/v1';
    const faults = faultsOf(apiVersion, 'CustomResourceDefinition', object) ?? [];
    await compare(`/apis/${apiVersion}/customresourcedefinitions`, object, faults);
  });
});

function version(name: string, storage: boolean, schema: object = { type: 'object' }) {
  return { name, served: true, storage, schema: { openAPIV3Schema: schema } };
}

function crd(schema: object, plural = 'probes') {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.test.example` },
    spec: {
      group: 'test.example',
      scope: 'Cluster',
      names: { plural, kind: plural === 'probes' ? 'Probe' : 'Trial' },
      versions: [version('v1', true, schema)],
    },
  };
}

type CRDManifest = ReturnType<typeof crd>;
