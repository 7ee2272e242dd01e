import type { CRD } from '../../../src/lib/api/crds.ts';
import { KINDS, type Kind, type ObjectOf } from '../../../src/lib/api/kinds.ts';
import type { ClusterFacts, CRDAccess } from '../../../src/lib/clusters/cluster.ts';
import { readDocuments } from '../../../src/lib/clusters/directory/documents.ts';
import { ClusterError } from '../../../src/lib/errors.ts';
import { FakeCluster } from '../controller/fake-cluster.ts';

export interface LiveOptions {
  readonly served?: Partial<ClusterFacts>;
  /** Kinds that the user may not list. */
  readonly forbidden?: readonly Kind[];
  readonly crds?: readonly CRD[];
  readonly down?: boolean;
}

/** A cluster with an API server, in memory: it may refuse to list a kind, and has CRDs. */
class LiveCluster extends FakeCluster {
  readonly crds: CRDAccess;
  readonly #forbidden: ReadonlySet<Kind>;

  constructor(name: string, { served = {}, forbidden = [], crds = [], down = false }: LiveOptions) {
    super(name);
    this.served = served;
    this.#forbidden = new Set(forbidden);
    this.crds = { list: () => Promise.resolve(crds), apply: () => Promise.resolve() };
    if (down) this.error = new ClusterError(name, 'unreachable', `${name} does not answer`);
  }

  override list<K extends Kind>(kind: K): Promise<readonly ObjectOf[K][]> {
    return this.#forbidden.has(kind)
      ? Promise.reject(new ClusterError(this.name, 'forbidden', `list ${kind} is forbidden`))
      : super.list(kind);
  }
}

/** A member of clusterset prod with these objects in YAML; without any, of no clusterset. */
export function live(name: string, yaml = '', options: LiveOptions = {}): FakeCluster {
  const cluster = new LiveCluster(name, options);
  for (const { value } of readDocuments(yaml).documents) {
    if (value === null || value === undefined) continue; // after the last ---
    const manifest = value as Parameters<FakeCluster['put']>[1] & { readonly kind: string }; // written below
    const kind = Object.keys(KINDS).find((each) => each === manifest.kind) as Kind | undefined; // a key of KINDS
    if (kind === undefined) throw new Error(`no kind of ours: ${manifest.kind}`);
    cluster.put(kind, manifest);
  }
  return cluster;
}

export function member(id: string, clusterset = 'prod'): string {
  return `{kind: ClusterProperty, metadata: {name: cluster.clusterset.k8s.io}, spec: {value: ${id}}}
---
{kind: ClusterProperty, metadata: {name: clusterset.k8s.io}, spec: {value: ${clusterset}}}
---
{kind: Namespace, metadata: {name: shop}}
---
`;
}

/** A Service with its export and a slice. */
export function exported(name: string, address: string, port = 80): string {
  return `{kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {ports: [{name: http, port: ${port}}]}}
---
{kind: ServiceExport, metadata: {name: ${name}, namespace: shop, creationTimestamp: '2026-01-01T00:00:00Z'}}
---
kind: EndpointSlice
metadata: {name: ${name}-1, namespace: shop, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [${address}]}]
---
`;
}

/** What some controller imported. */
export function imported(name: string, source?: string): string {
  const slice = `kind: EndpointSlice
metadata:
  name: ${name}-${source ?? ''}
  namespace: shop
  labels: {multicluster.kubernetes.io/service-name: ${name}, multicluster.kubernetes.io/source-cluster: ${source ?? ''}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.9.0.1]}]
---
`;
  return `kind: ServiceImport
metadata: {name: ${name}, namespace: shop}
spec: {type: ClusterSetIP, ips: [10.97.0.1], ports: [{name: http, port: 80, protocol: TCP}]}
${source === undefined ? '' : `status: {clusters: [{cluster: ${source}}]}\n`}---
${source === undefined ? '' : slice}`;
}

export function crd(release: string, versions: readonly string[], stored = versions): CRD {
  return {
    name: 'serviceexports.multicluster.x-k8s.io',
    labels: { 'multicluster.x-k8s.io/release-version': release },
    versions: versions.map((name, index) => ({ name, served: true, storage: index === 0 })),
    storedVersions: stored,
    established: true,
  };
}
