import type { Kind, ObjectOf } from '../api/kinds.ts';
import { SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL, isOurs } from '../api/labels.ts';
import type { Manifests } from '../api/manifests.ts';
import type { ClusterProperty, EndpointSlice } from '../api/objects.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { identityOf } from '../plan/membership.ts';
import { OBSERVED_KINDS, Observed, type ObservedKind } from '../plan/observed.ts';
import type { PlannedCluster } from '../validate/build-scene.ts';
import type { Generated, SceneCluster } from '../validate/scene.ts';
import { isWorkload } from '../validate/workload.ts';
import { clusterFlag } from './cluster-flag.ts';
import type { Scanned } from './scanned.ts';

/** Standard input among the layers of a directory, as the user gave it. */
const STDIN = /(^|, )-(?=$|, )/g;

/** What was read of a cluster as the rules see it. */
export function sceneCluster(cluster: Cluster, scanned: Scanned): PlannedCluster {
  const { facts, failure, unlisted, objects, crds, manifests, applied } = scanned;
  const type = applied === undefined ? cluster.type : 'overlay';
  const observed = new Observed();
  for (const kind of OBSERVED_KINDS)
    fill(observed, kind, (objects.get(kind) ?? []) as readonly ObjectOf[typeof kind][]); // each kind by itself
  const properties = (objects.get('ClusterProperty') ?? []) as readonly ClusterProperty[]; // of that kind only
  const found = generatedIn(objects, manifests);
  const generated = type === 'directory' ? found : { ...found, ...LIVE };
  observed.forgetUnexported();
  const seen: SceneCluster = {
    name: cluster.name,
    type,
    location: cluster.location.replace(STDIN, '$1<stdin>'),
    flag: clusterFlag(cluster),
    identity: identityOf(cluster.name, facts.uid, properties),
    ...(failure === undefined ? {} : { failure }),
    unlisted,
    facts,
    observed,
    properties,
    slices: (objects.get('EndpointSlice') ?? []) as readonly EndpointSlice[], // of that kind only
    crds,
    manifests,
    generated,
    ...(applied === undefined ? {} : { applied }),
  };
  return { cluster: seen, fields: facts.fields };
}

function fill<K extends ObservedKind>(observed: Observed, kind: K, objects: readonly ObjectOf[K][]): void {
  for (const object of objects) observed.put(kind, object);
}

const LIVE: Omit<Generated, 'conditions'> = {
  imports: true,
  slices: true,
  importedSlices: true,
  ips: true,
  workloads: false, // Pods are not read of live clusters: their EndpointSlices say enough
};

/** An import that somebody wrote has none of this, and says nothing of imports that are not there. */
function isGenerated(held: ObjectOf['ServiceImport']): boolean {
  const { metadata, spec, status } = held;
  return isOurs(held) || metadata.uid !== undefined || (spec.ips?.length ?? 0) > 0 || status !== undefined;
}

function generatedIn(objects: Scanned['objects'], manifests: Manifests | undefined): Generated {
  const of = <K extends Kind>(kind: K) => (objects.get(kind) ?? []) as readonly ObjectOf[K][]; // each kind by itself
  const isImported = ({ metadata: { labels } }: ObjectOf['EndpointSlice']): boolean =>
    labels?.[SERVICE_NAME_LABEL] !== undefined || labels?.[SOURCE_CLUSTER_LABEL] !== undefined;
  return {
    imports: of('ServiceImport').some(isGenerated),
    slices: of('EndpointSlice').some((slice) => !isImported(slice)),
    importedSlices: of('EndpointSlice').some(isImported),
    ips: of('ServiceImport').some(({ spec }) => (spec.ips?.length ?? 0) > 0),
    conditions: of('ServiceExport').some(({ status }) => (status?.conditions?.length ?? 0) > 0),
    workloads: manifests?.all.some(isWorkload) ?? false,
  };
}
