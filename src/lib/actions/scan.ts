import { parseCRD } from '../api/crds.ts';
import type { OptionalField } from '../api/fields.ts';
import { KINDS, type Kind, type ObjectOf } from '../api/kinds.ts';
import { SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from '../api/labels.ts';
import type { Manifests } from '../api/manifests.ts';
import type { ClusterProperty, EndpointSlice } from '../api/objects.ts';
import { MalformedError } from '../api/reader.ts';
import type { Cluster, ClusterFacts } from '../clusters/cluster.ts';
import type { Overlaid } from '../clusters/open.ts';
import { ClusterError } from '../errors.ts';
import { identityOf } from '../plan/membership.ts';
import { OBSERVED_KINDS, Observed, type ObservedKind } from '../plan/observed.ts';
import { isWorkload } from '../validate/workload.ts';
import type { Failure, Generated, SceneCRD, SceneCluster } from '../validate/scene.ts';
import type { PlannedCluster } from '../validate/build-scene.ts';
import { clusterFlag } from './cluster-flag.ts';

const NOTHING: ClusterFacts = {
  mcsVersions: [],
  aboutVersions: [],
  fields: new Set<OptionalField>(),
  ipFamilies: [],
  controllers: [],
  warnings: [],
};

/** What was read of one cluster; each part that failed is known to have failed. */
interface Scanned {
  readonly facts: ClusterFacts;
  readonly failure?: Failure;
  readonly unlisted: Map<string, Failure>;
  readonly objects: Map<Kind, readonly ObjectOf[Kind][]>;
  readonly crds: readonly SceneCRD[] | undefined;
  readonly manifests?: Manifests;
}

/** Reads a cluster to validate it: whatever fails, all else is read. */
export async function scan({ cluster, over }: Overlaid): Promise<PlannedCluster> {
  const below = over === undefined ? undefined : await scanOne(over);
  const top = await scanOne(cluster);
  const scanned = below === undefined ? top : laidOver(below, top);
  const type = over === undefined ? cluster.type : 'overlay';
  return { cluster: sceneCluster(cluster, type, scanned), fields: scanned.facts.fields };
}

async function scanOne(cluster: Cluster): Promise<Scanned> {
  return cluster.manifests === undefined ? scanLive(cluster) : scanFiles(cluster.manifests);
}

async function scanFiles(access: NonNullable<Cluster['manifests']>): Promise<Scanned> {
  const { manifests, facts } = await access.read();
  const objects = new Map(Object.keys(KINDS).map((kind) => [kind as Kind, manifests.objects[kind as Kind]])); // keys of KINDS
  const crds = manifests.all.flatMap((manifest): SceneCRD[] => {
    if (manifest.kind !== 'CustomResourceDefinition' || manifest.value === undefined) return [];
    try {
      return [{ crd: parseCRD(manifest.value), manifest, from: 'file' }];
    } catch (error) {
      if (error instanceof MalformedError) return []; // its schema fault is a finding of its own
      throw error;
    }
  });
  return { facts, unlisted: new Map(), objects, crds, manifests };
}

async function scanLive(cluster: Cluster): Promise<Scanned> {
  const unlisted = new Map<string, Failure>();
  const objects = new Map<Kind, readonly ObjectOf[Kind][]>();
  let facts: ClusterFacts;
  try {
    facts = await cluster.facts();
  } catch (error) {
    return { facts: NOTHING, failure: failureOf(error), unlisted, objects, crds: undefined };
  }
  const kinds = Object.keys(KINDS) as readonly Kind[]; // keys of KINDS
  const failures = await Promise.all(
    kinds.map(async (kind) => {
      try {
        objects.set(kind, await cluster.list(kind));
        return undefined;
      } catch (error) {
        const failure = failureOf(error);
        if (failure.reason !== 'not-served') unlisted.set(kind, failure);
        return failure;
      }
    }),
  );
  const crds = await cluster.crds?.list().catch((error: unknown) => {
    unlisted.set('CustomResourceDefinition', failureOf(error));
    return undefined;
  });
  // Who answers nothing at all, though it said who it is, is as good as unreachable.
  const [first] = failures;
  const gone = first !== undefined && failures.every((failure) => failure?.reason === 'unreachable');
  return {
    facts,
    ...(gone ? { failure: first } : {}),
    unlisted,
    objects,
    crds: crds?.map((crd) => ({ crd, from: 'live' })),
  };
}

/** A live cluster as it would be with these manifests applied. */
function laidOver(below: Scanned, top: Scanned): Scanned {
  const objects = new Map(below.objects);
  for (const [kind, list] of top.objects) {
    const byKey = new Map(
      (objects.get(kind) ?? []).map((object) => [`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]),
    );
    for (const object of list) {
      const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      const live = byKey.get(key);
      // What an API server adds stays: age, uid, status. A namespace that only stands in the files of others is there.
      byKey.set(key, live === undefined ? object : mergedOver(live, object));
    }
    objects.set(kind, [...byKey.values()]);
  }
  return {
    ...below,
    objects,
    crds: below.crds === undefined ? undefined : [...below.crds, ...(top.crds ?? [])],
    ...(top.manifests === undefined ? {} : { manifests: top.manifests }),
  };
}

function mergedOver<T extends ObjectOf[Kind]>(live: T, file: T): T {
  return { ...live, ...file, metadata: { ...live.metadata, ...file.metadata } };
}

function sceneCluster(cluster: Cluster, type: SceneCluster['type'], scanned: Scanned): SceneCluster {
  const { facts, failure, unlisted, objects, crds, manifests } = scanned;
  const observed = new Observed();
  for (const kind of OBSERVED_KINDS)
    fill(observed, kind, (objects.get(kind) ?? []) as readonly ObjectOf[typeof kind][]); // each kind by itself
  const properties = (objects.get('ClusterProperty') ?? []) as readonly ClusterProperty[]; // of that kind only
  const found = generatedIn(objects, manifests);
  const generated = type === 'directory' ? found : { ...found, ...LIVE };
  observed.forgetUnexported();
  return {
    name: cluster.name,
    type,
    location: cluster.location,
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
  };
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

function generatedIn(objects: Scanned['objects'], manifests: Manifests | undefined): Generated {
  const of = <K extends Kind>(kind: K) => (objects.get(kind) ?? []) as readonly ObjectOf[K][]; // each kind by itself
  const isImported = ({ metadata: { labels } }: ObjectOf['EndpointSlice']): boolean =>
    labels?.[SERVICE_NAME_LABEL] !== undefined || labels?.[SOURCE_CLUSTER_LABEL] !== undefined;
  return {
    imports: of('ServiceImport').length > 0,
    slices: of('EndpointSlice').some((slice) => !isImported(slice)),
    importedSlices: of('EndpointSlice').some(isImported),
    ips: of('ServiceImport').some(({ spec }) => (spec.ips?.length ?? 0) > 0),
    conditions: of('ServiceExport').some(({ status }) => (status?.conditions?.length ?? 0) > 0),
    workloads: manifests?.all.some(isWorkload) ?? false,
  };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ClusterError)) throw error;
  const { reason, message, next } = error;
  return { reason, message, ...(next === undefined ? {} : { next }) };
}
