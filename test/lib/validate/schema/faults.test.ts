import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/lib/api/reader.ts';
import { faultsOf } from '../../../../src/lib/validate/schema/faults.ts';

const MCS = 'multicluster.x-k8s.io';

function said(apiVersion: string, kind: string, rest: Json, metadata: Json = {}): readonly string[] | undefined {
  const object = { apiVersion, kind, metadata: { name: 'cart', ...metadata }, ...rest };
  return faultsOf(apiVersion, kind, object)?.map(({ message }) => message);
}

const VERSION = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
const CRD = { group: 'test.example', scope: 'Cluster', names: { kind: 'Cart', plural: 'carts' }, versions: [VERSION] };

/** Good objects of each kind, with a fault over each. */
const KINDS: readonly (readonly [string, string, Json, Json, string])[] = [
  [
    `${MCS}/v1beta1`,
    'ServiceExport',
    { spec: { exportedLabels: { a: 'b' } } },
    { spec: { exportedLabel: {} } },
    'spec.exportedLabel is no field of ServiceExport: did you mean exportedLabels?',
  ],
  [
    `${MCS}/v1alpha1`,
    'ServiceExport',
    {},
    { exportedLabels: {} },
    'exportedLabels is no field of ServiceExport: did you mean spec.exportedLabels?',
  ],
  [
    `${MCS}/v1beta1`,
    'ServiceImport',
    { spec: { type: 'Headless', ports: [] } },
    { spec: { type: 'headless', ports: [] } },
    'spec.type: expected one of ClusterSetIP, Headless, got "headless"',
  ],
  [
    `${MCS}/v1alpha1`,
    'ServiceImport',
    { spec: { type: 'Headless', ports: [{ port: 80 }] } },
    { spec: { type: 'Headless', ports: [{ port: 80, targetPort: 80 }] } },
    'spec.ports[0].targetPort is no field of ServiceImport: did you mean port?',
  ],
  [
    'about.k8s.io/v1beta1',
    'ClusterProperty',
    { spec: { value: 'east' } },
    { spec: { value: '' } },
    'spec.value is empty',
  ],
  [
    'about.k8s.io/v1alpha1',
    'ClusterProperty',
    { spec: { value: '1' } },
    { spec: { value: 1 } },
    'spec.value: expected a string, so in quotes, got 1',
  ],
  [
    `${MCS}/v1alpha1`,
    'ClusterProfile',
    { spec: { displayName: 'a', clusterManager: { name: 'a' } } },
    { spec: { clusterManager: {} } },
    'spec.clusterManager.name is missing: ClusterProfile needs it',
  ],
  [
    `${MCS}/v1alpha1`,
    'Work',
    { spec: { workload: { manifests: [{ apiVersion: 'v1', kind: 'Namespace', x: 1 }] } } },
    { spec: { workload: { manifests: [{ apiVersion: 'v1' }] } } },
    'spec.workload.manifests[0].kind is missing: Work needs it',
  ],
  [
    `${MCS}/v1alpha1`,
    'AppliedWork',
    { spec: { workName: 'a', workNamespace: 'b' } },
    { spec: { workName: 'a' } },
    'spec.workNamespace is missing: AppliedWork needs it',
  ],
];

describe('each kind', () => {
  it.each(KINDS)('%s %s', (apiVersion, kind, good, bad, message) => {
    expect(said(apiVersion, kind, good)).toEqual([]);
    expect(said(apiVersion, kind, bad)).toEqual([message]);
  });

  it.each([
    ['another group', 'multicluster.k8s.io/v1alpha1', 'ServiceExport'],
    ['another version', `${MCS}/v1`, 'ServiceImport'],
    ['no group', 'v1', 'ServiceExport'],
    ['a kind of Kubernetes', 'v1', 'Service'],
    ['a kind of that group without a schema here', `${MCS}/v1alpha1`, 'PlacementDecision'],
    ['a name that every object has', `${MCS}/v1alpha1`, 'constructor'],
  ])('%s has no schema, which is not the same as no fault', (_, apiVersion, kind) => {
    expect(said(apiVersion, kind, { whatever: 1 })).toBeUndefined();
  });
});

it('does not judge a status', () => {
  const status = { conditions: 'odd', clusters: [{ name: 1 }], more: true };
  for (const [apiVersion, kind, good] of KINDS) expect(said(apiVersion, kind, { ...good, status })).toEqual([]);
  expect(
    said('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: CRD, status }, { name: 'carts.test.example' }),
  ).toEqual([]);
});

describe('metadata', () => {
  const of = (metadata: Json): unknown => said(`${MCS}/v1beta1`, 'ServiceExport', {}, metadata);

  it('may be all that API servers and tools write', () => {
    expect(
      of({
        namespace: 'shop',
        labels: { 'app.kubernetes.io/name': 'cart', empty: '' },
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"any": "text"}\n' },
        creationTimestamp: null,
        deletionTimestamp: '2026-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 0,
        finalizers: ['a/b'],
        generation: 3,
        managedFields: [{ manager: 'a' }],
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'a', uid: 'b', controller: true }],
        resourceVersion: '1',
        selfLink: '/a',
        uid: 'c',
      }),
    ).toEqual([]);
    expect(of({ name: undefined, generateName: 'cart-' })).toEqual([]);
    expect(of({ name: 'cart.v2' })).toEqual([]);
  });

  it.each<readonly [Json, string]>([
    [{ name: 'Cart' }, 'metadata.name: expected an RFC 1123 subdomain, got "Cart"'],
    [{ name: 7 }, 'metadata.name: expected a string, so in quotes, got 7'],
    [{ name: undefined }, 'metadata.name is missing'],
    [{ namespace: 'a.b' }, 'metadata.namespace: expected an RFC 1123 label, got "a.b"'],
    [{ lables: {} }, 'metadata.lables is no field of ServiceExport: did you mean labels?'],
    [{ labels: ['a'] }, 'metadata.labels: expected a mapping, got a list'],
    [{ labels: { 'a.b': true } }, 'metadata.labels["a.b"]: expected a string, so in quotes, got true'],
    [
      { labels: { a: 'b c' } },
      'metadata.labels["a"]: expected at most 63 letters, digits, "-", "_" and ".", got "b c"',
    ],
    [
      { labels: { 'a b': 'c' } },
      'metadata.labels["a b"]: expected a key of letters, digits, "-", "_" and ".", got "a b"',
    ],
    [{ annotations: { a: 1 } }, 'metadata.annotations["a"]: expected a string, so in quotes, got 1'],
    [
      { annotations: { 'a/b/c': '' } },
      'metadata.annotations["a/b/c"]: expected a key of letters, digits, "-", "_" and ".", got "a/b/c"',
    ],
  ])('%j is a fault', (metadata, message) => {
    expect(of(metadata)).toEqual([message]);
  });

  it('is needed', () => {
    const faults = faultsOf(`${MCS}/v1beta1`, 'ServiceExport', { apiVersion: `${MCS}/v1beta1`, kind: 'ServiceExport' });
    expect(faults).toEqual([{ field: 'metadata.name', message: 'metadata.name is missing' }]);
  });
});

describe('a CustomResourceDefinition', () => {
  const of = (spec: Json, name = 'carts.test.example'): unknown =>
    said('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { ...CRD, ...spec } }, { name });

  it('has one name, one scope, and exactly one stored version', () => {
    expect(of({})).toEqual([]);
    expect(of({}, 'cart.test.example')).toEqual(['metadata.name is not <plural>.<group>: write carts.test.example']);
    expect(of({ scope: 'Namespace' })).toEqual(['spec.scope: expected one of Namespaced, Cluster, got "Namespace"']);
    expect(of({ versions: [{ ...VERSION, storage: false }] })).toEqual([
      'spec.versions: exactly one has storage: true, but here none',
    ]);
    expect(of({ versions: [VERSION, { ...VERSION, name: 'v2' }] })).toEqual([
      'spec.versions: exactly one has storage: true, but here v1 and v2',
    ]);
    expect(of({ versions: [VERSION, { ...VERSION, storage: false }] })).toEqual([
      'spec.versions[1] has the same name as spec.versions[0]: "v1"',
    ]);
    expect(of({ versions: [{ name: 'v1', storage: true, schema: {} }] })).toEqual([
      'spec.versions[0].served is missing: CustomResourceDefinition needs it',
    ]);
    expect(of({ version: 'v1' })).toEqual([
      'spec.version is no field of CustomResourceDefinition: did you mean versions?',
    ]);
  });
});
