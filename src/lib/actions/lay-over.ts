import { ABOUT_GROUP, KINDS, type Kind, MCS_GROUP, type ObjectOf } from '../api/kinds.ts';
import { type ObjectMeta, type Service, type ServiceSpec, keyOf } from '../api/objects.ts';
import { compact } from '../api/reader.ts';
import { sameJSON } from '../api/same-json.ts';
import type { ClusterFacts } from '../clusters/cluster.ts';
import { IGNORE_ANNOTATION } from '../validate/ignore-annotation.ts';
import type { Applied, SceneCRD } from '../validate/scene.ts';
import type { Scanned } from './scanned.ts';

/**
 * A live cluster as it would be with these manifests applied: what only stands live stays, and so does what the API
 * server gave (ages, uids, addresses, status). What only stands in the files would be the youngest there is, for
 * precedence among exports goes by age.
 * @param now RFC 3339: when they would be applied
 */
export function laidOver(below: Scanned, top: Scanned, now: string): Scanned {
  const objects = new Map(below.objects);
  const changed = new Set<string>();
  const created = new Set<string>();
  for (const [kind, list] of top.objects) {
    const byKey = new Map((objects.get(kind) ?? []).map((object) => [keyOf(object.metadata), object]));
    for (const file of list) {
      const key = keyOf(file.metadata);
      const live = byKey.get(key);
      // A namespace that only stands in the files of others would have to be there already.
      if (kind === 'Namespace' && top.manifests?.manifestOf(kind, key) === undefined) continue;
      const object = asApplied(live, file, now);
      byKey.set(key, object);
      if (kind !== 'Service' && kind !== 'ServiceExport') continue;
      if (live === undefined) created.add(key);
      if (live === undefined || !sameJSON(wordOf(live), wordOf(object))) changed.add(key);
    }
    objects.set(kind, [...byKey.values()]);
  }
  const crds = below.crds === undefined ? undefined : [...below.crds, ...(top.crds ?? [])];
  const applied: Applied = { changed, created };
  return {
    ...below,
    facts: { ...below.facts, ...versionsWith(below.facts, top.crds ?? []) },
    objects,
    crds,
    applied,
    ...(top.manifests === undefined ? {} : { manifests: top.manifests }),
  };
}

/** What an API server would have after an apply: of fields that it keeps to itself, its own. */
function asApplied(live: ObjectOf[Kind] | undefined, file: ObjectOf[Kind], now: string): ObjectOf[Kind] {
  const metadata = metadataOf(live?.metadata, file.metadata, now);
  switch (file.kind) {
    case 'Service': {
      const spec = live?.kind === 'Service' ? { ...givenOnce(live), ...file.spec } : file.spec;
      return { ...file, metadata, spec };
    }
    case 'ServiceExport': {
      const { status, ...rest } = file;
      return { ...rest, metadata, ...(live?.kind === 'ServiceExport' ? statusOf(live) : {}) };
    }
    case 'ServiceImport': {
      const { status, ...rest } = file;
      if (live?.kind !== 'ServiceImport') return { ...rest, metadata };
      return { ...rest, metadata, spec: { ...live.spec, ...file.spec }, ...statusOf(live) };
    }
    case 'Namespace': {
      const { status, ...rest } = file;
      return { ...rest, metadata, ...(live?.kind === 'Namespace' ? statusOf(live) : {}) };
    }
    case 'EndpointSlice':
    case 'ClusterProperty':
      return { ...file, metadata };
  }
}

/**
 * Which labels and annotations somebody took out of the file is not to be seen: those that are live stay. What is not to
 * be reported is said in the file that is being looked at, or a review would not see what it takes away.
 */
function metadataOf(live: ObjectMeta | undefined, file: ObjectMeta, now: string): ObjectMeta {
  const { uid, resourceVersion, generation, creationTimestamp, deletionTimestamp, ...said } = file;
  if (live === undefined) return { ...said, creationTimestamp: now };
  const labels = { ...live.labels, ...file.labels };
  const { [IGNORE_ANNOTATION]: ignored, ...kept } = live.annotations ?? {};
  const annotations = { ...kept, ...file.annotations };
  return { ...live, labels, annotations };
}

function statusOf<S>({ status }: { readonly status?: S }): { readonly status?: S } {
  return status === undefined ? {} : { status };
}

/** Addresses and families are given once; who applies a Service without them leaves them as they are. */
function givenOnce({ spec }: Service): Partial<ServiceSpec> {
  const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = spec;
  return compact({ clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy });
}

/** What a cluster says a service is; other kinds say nothing of it. */
function wordOf(object: ObjectOf[Kind]): unknown {
  return object.kind === 'Service' || object.kind === 'ServiceExport' ? (object.spec ?? {}) : undefined;
}

/** The versions served once the CRDs among the files are applied too. */
function versionsWith(
  { mcsVersions, aboutVersions }: ClusterFacts,
  crds: readonly SceneCRD[],
): Pick<ClusterFacts, 'mcsVersions' | 'aboutVersions'> {
  const of = (name: string, live: readonly string[]): readonly string[] =>
    crds
      .findLast(({ crd }) => crd.name === name)
      ?.crd.versions.flatMap(({ served, name: version }) => (served ? [version] : [])) ?? live;
  const imports = of(`${KINDS.ServiceImport.plural}.${MCS_GROUP}`, mcsVersions);
  const exports = of(`${KINDS.ServiceExport.plural}.${MCS_GROUP}`, mcsVersions);
  return {
    mcsVersions: KINDS.ServiceExport.versions.filter((each) => exports.includes(each) && imports.includes(each)),
    aboutVersions: of(`${KINDS.ClusterProperty.plural}.${ABOUT_GROUP}`, aboutVersions),
  };
}
