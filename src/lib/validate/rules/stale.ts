import { SOURCE_CLUSTER_LABEL } from '../../api/labels.ts';
import type { EndpointSlice, KubeObject } from '../../api/objects.ts';
import { shellWord } from '../../api/shell-word.ts';
import { ref } from '../describe.ts';
import type { Fix } from '../finding.ts';
import type { Cause, Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { Scene, SceneCluster, SceneService, SceneSet } from '../scene.ts';
import { brokenFileOf } from './broken-file.ts';
import { ciliumNameOf } from './cilium-name.ts';
import { mcs, reconcileFix } from './reconcile-fix.ts';

/** 601 to 603: what is there of sources that give no more. */
export const STALE_RULES: readonly Rule[] = [
  {
    code: 'MCS601',
    title: 'slices-of-gone-cluster',
    severity: 'warning',
    summary: 'Imported EndpointSlices name a source cluster that is not here.',
    looksAt: `label ${SOURCE_CLUSTER_LABEL} of imported EndpointSlices, ids of all clusters, ClusterProfiles`,
    why: 'Connections go to Pods of a cluster that may be gone for good.',
    mend: 'If it is gone: mcs reconcile --gone ID. If not: give it to mcs too.',
    source: 'KEP-1645, "Cluster registration"; users.md P53 to P58',
    *check(scene) {
      for (const set of scene.sets) yield* goneSources(set, scene);
    },
  },
  {
    code: 'MCS602',
    title: 'status-of-gone-cluster',
    severity: 'warning',
    summary: 'The status of a ServiceImport names a cluster that is not here.',
    looksAt: 'status.clusters of the ServiceImports, ids of all clusters',
    why: 'Who reads it counts on a source that may be gone.',
    mend: 'If it is gone: mcs reconcile --gone ID.',
    source: 'KEP-1645, "ServiceImport status"; users.md P63',
    *check(scene) {
      for (const set of scene.sets) yield* goneInStatus(set, scene);
    },
  },
  {
    code: 'MCS603',
    title: 'slices-of-unexported',
    severity: 'warning',
    summary: 'Imported EndpointSlices are of a member that does not export the service any more.',
    looksAt: 'imported EndpointSlices, ServiceExports of their sources',
    why: 'Connections go to a cluster that has taken the service back.',
    mend: 'Where mcs reconciles: mcs reconcile; else look at the controller.',
    source: 'users.md P63; lighthouse#1416, cilium#37231',
    *check(scene) {
      for (const { services } of scene.sets) {
        for (const service of services) {
          const sources = new Map(service.at.map(({ member, cluster, view }) => [member.id, { cluster, view }]));
          for (const { cluster, view } of service.at) {
            const [slice] = view.imported.filter(({ metadata: { labels } }) => {
              const source = sources.get(labels?.[SOURCE_CLUSTER_LABEL] ?? '');
              return (
                source !== undefined && source.view.export === undefined && isListed(source.cluster, 'ServiceExport')
              );
            });
            if (slice === undefined) continue;
            const id = slice.metadata.labels?.[SOURCE_CLUSTER_LABEL] ?? '';
            yield {
              cluster: cluster.name,
              service: service.key,
              object: ref('EndpointSlice', slice.metadata.name, slice.metadata.namespace),
              message: `${service.key} in ${cluster.name} has endpoints of ${id}, which does not export it`,
              fix: reconcileFix(scene, cluster, slice),
              causes: [
                ...brokenIn(sources.get(id)?.cluster, service),
                { code: 'MCS112', service: service.key },
                { code: 'MCS304', service: service.key },
                { code: 'MCS402', service: service.key },
              ],
            };
          }
        }
      }
    },
  },
];

function brokenIn(cluster: SceneCluster | undefined, service: SceneService): readonly Cause[] {
  return cluster === undefined ? [] : brokenFileOf(cluster, service);
}

/** Ids, and names of ClusterProfiles: whoever is named so is not gone. */
function knownIds(set: SceneSet, { clusters }: Scene): ReadonlySet<string> {
  const profiles = clusters.flatMap(({ manifests }) =>
    (manifests?.all ?? []).flatMap(({ kind, name, apiVersion }) =>
      kind === 'ClusterProfile' && apiVersion.startsWith('multicluster.x-k8s.io/') ? [name] : [],
    ),
  );
  const left = clusters.filter(({ identity, failure }) => failure === undefined && identity.clusterset === undefined);
  const named = clusters.flatMap((cluster) => {
    const hasLeft = set.clusterset !== undefined && left.includes(cluster);
    return hasLeft ? [] : [cluster.identity.id ?? cluster.name];
  });
  return new Set([...profiles, ...named]);
}

/** Whether somebody who is not here may still be somewhere. */
function isUnsure({ clusters, isPartial }: Scene): boolean {
  return (
    isPartial || clusters.some(({ failure, unlisted }) => failure !== undefined || unlisted.has('ClusterProperty'))
  );
}

function* goneSources(set: SceneSet, scene: Scene): Generator<Draft> {
  const known = knownIds(set, scene);
  const gone = new Map<
    string,
    { cluster: SceneCluster; slice: EndpointSlice; key: string; count: Map<string, number> }
  >();
  for (const { at, key } of set.services) {
    for (const { cluster, view } of at) {
      for (const slice of view.imported) {
        const id = slice.metadata.labels?.[SOURCE_CLUSTER_LABEL];
        if (id === undefined || known.has(id)) continue;
        const found = gone.get(id) ?? {
          cluster,
          slice,
          key,
          count: new Map<string, number>(),
        };
        gone.set(id, found);
        found.count.set(cluster.name, (found.count.get(cluster.name) ?? 0) + 1);
      }
    }
  }
  for (const [id, { cluster, slice, key, count }] of gone) {
    yield {
      cluster: cluster.name,
      service: key,
      about: id,
      object: ref('EndpointSlice', slice.metadata.name, slice.metadata.namespace),
      field: `metadata.labels["${SOURCE_CLUSTER_LABEL}"]`,
      ...unsure(scene),
      message: `imported slices are of "${id}", which is no cluster here`,
      evidence: [...count].map(([where, number]) => `${where}: ${number} EndpointSlice${number === 1 ? '' : 's'}`),
      fix: goneFix(scene, cluster, slice, id),
      causes: [...calledSo(scene, id), ...unusableIds(scene)],
    };
  }
}

function* goneInStatus(set: SceneSet, scene: Scene): Generator<Draft> {
  const known = knownIds(set, scene);
  const told = new Set<string>();
  for (const { at, key, name, namespace } of set.services) {
    for (const { cluster, view } of at) {
      for (const [index, { cluster: id }] of (view.import?.status?.clusters ?? []).entries()) {
        if (known.has(id) || told.has(id)) continue;
        told.add(id);
        yield {
          cluster: cluster.name,
          service: key,
          about: id,
          object: ref('ServiceImport', name, namespace),
          field: `status.clusters[${index}]`,
          ...unsure(scene),
          message: `status.clusters of ${key} in ${cluster.name} names "${id}", which is no cluster here`,
          fix: goneFix(scene, cluster, view.import, id),
          causes: [{ code: 'MCS601', about: id }, ...calledSo(scene, id), ...unusableIds(scene)],
        };
      }
    }
  }
}

function unsure(scene: Scene): Pick<Draft, 'severity'> {
  return isUnsure(scene) ? { severity: 'unknown' } : {};
}

/** An implementation that calls a cluster of ours so explains slices that seem to be of a stranger. */
function calledSo({ clusters }: Scene, id: string): NonNullable<Draft['causes']> {
  return clusters.flatMap((cluster) =>
    ciliumNameOf(cluster)?.called === id ? [{ code: 'MCS126', cluster: cluster.name }] : [],
  );
}

/** Ids that cannot be used, or are not known, make everything named by them look like that of strangers. */
function unusableIds({ clusters }: Scene): readonly Cause[] {
  const unread = clusters.filter(({ unlisted }) => unlisted.has('ClusterProperty'));
  return [
    { code: 'MCS001' },
    ...unread.map(({ name }) => ({ code: 'MCS002', cluster: name })),
    { code: 'MCS120' },
    { code: 'MCS121' },
  ];
}

/** What a cluster gave that is gone for good: mcs takes away what it made itself. */
function goneFix(scene: Scene, cluster: SceneCluster, held: KubeObject | undefined, id: string): Fix {
  const fix = reconcileFix(scene, cluster, held);
  return fix.kind === 'command'
    ? mcs(scene, `mcs reconcile --gone ${shellWord(id)} --dry-run`)
    : { ...fix, text: `${fix.text}; if ${id} is gone for good, what it left has to go too` };
}
