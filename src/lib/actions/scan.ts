import { parseCRD } from '../api/crds.ts';
import type { OptionalField } from '../api/fields.ts';
import { KINDS, type Kind, type ObjectOf } from '../api/kinds.ts';
import { MalformedError } from '../api/reader.ts';
import type { Cluster, ClusterFacts } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import type { Failure, SceneCRD } from '../validate/scene.ts';
import type { Scanned } from './scanned.ts';

const NOTHING: ClusterFacts = {
  mcsVersions: [],
  aboutVersions: [],
  fields: new Set<OptionalField>(),
  ipFamilies: [],
  controllers: [],
  warnings: [],
};

/** Reads a cluster to validate it: whatever fails, all else is read. */
export async function scan(cluster: Cluster): Promise<Scanned> {
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

function failureOf(error: unknown): Failure {
  if (!(error instanceof ClusterError)) throw error;
  const { reason, message, next } = error;
  return { reason, message, ...(next === undefined ? {} : { next }) };
}
