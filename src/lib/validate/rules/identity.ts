import { CLUSTERSET_PROPERTY, CLUSTER_ID_PROPERTY } from '../../api/labels.ts';
import { isDNSLabel } from '../../api/names.ts';
import { type LeftOut, membershipOf } from '../../plan/membership.ts';
import { ref } from '../describe.ts';
import type { Cause, Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { Scene, SceneCluster } from '../scene.ts';
import { brokenFileOfNamed } from './broken-file.ts';
import { joinFix, rejoinFix } from './join-fix.ts';
import { property } from './property.ts';
import { mcs } from './reconcile-fix.ts';

const KEP = 'KEP-2149, "cluster.clusterset.k8s.io"';

/** 120 to 125: who the clusters say they are. */
export const IDENTITY_RULES: readonly Rule[] = [
  ...(
    [
      ['MCS120', 'id-missing', 'missing', 'A member has no cluster id.', 'It is left out: its exports count nowhere.'],
      [
        'MCS121',
        'id-invalid',
        'invalid',
        'A cluster id is no RFC 1123 label.',
        'It cannot be part of DNS names and labels, so the cluster is left out.',
      ],
      [
        'MCS122',
        'id-duplicate',
        'duplicate',
        'Two members have one cluster id.',
        'What one exports overwrites what the other exports; the CRD does not prevent it.',
      ],
    ] as const
  ).map(([code, title, wrong, summary, why]): Rule => ({
    code,
    title,
    severity: 'error',
    summary,
    looksAt: `ClusterProperty ${CLUSTER_ID_PROPERTY} of all members`,
    why,
    mend: 'Leave, and join again with another id: ids never change while a cluster is a member.',
    source: `${KEP}; users.md P1 to P6`,
    *check({ sets }) {
      for (const { clusterset, clusters } of sets) {
        if (clusterset === undefined) continue;
        const identities = clusters.map(({ identity, flag }) => ({ ...identity, flag }));
        for (const left of membershipOf(identities, clusterset).leftOut) {
          if (left.wrong === wrong) yield* unusableId(left, clusters);
        }
      }
    },
  })),
  {
    code: 'MCS123',
    title: 'id-dotted',
    severity: 'warning',
    summary: 'A cluster id has a dot.',
    looksAt: `ClusterProperty ${CLUSTER_ID_PROPERTY}`,
    why: 'CoreDNS cannot resolve the names of endpoints of that cluster.',
    mend: 'Join again with an id of one label, when the cluster can leave for a while.',
    source: 'design rule 2; coredns multicluster',
    *check({ clusters }) {
      for (const cluster of clusters) {
        const { id } = cluster.identity;
        if (id === undefined || isDNSLabel(id) || !id.split('.').every(isDNSLabel)) continue;
        yield {
          ...property(cluster, 'spec.value'),
          message: `id "${id}" of ${cluster.name} has a dot: CoreDNS cannot resolve names of its endpoints`,
          fix: rejoinFix(cluster, clusters),
        };
      }
    },
  },
  {
    code: 'MCS124',
    title: 'no-member',
    severity: 'warning',
    summary: 'A cluster with exports is a member of no clusterset while others are.',
    looksAt: `ClusterProperty ${CLUSTERSET_PROPERTY}`,
    why: 'Its exports count nowhere, and nothing is imported there.',
    mend: 'Join it, or remove its exports.',
    source: 'KEP-2149, "clusterset.k8s.io"',
    check: nonMembers,
  },
  {
    code: 'MCS125',
    title: 'two-clustersets',
    severity: 'warning',
    summary: 'The clusters are members of several clustersets.',
    looksAt: `ClusterProperty ${CLUSTERSET_PROPERTY}`,
    why: 'They are never mixed: what one exports, the other does not see.',
    mend: 'Name one: --clusterset NAME.',
    source: 'design rule 3',
    *check(scene) {
      const [first, ...others] = scene.sets;
      for (const { clusterset, clusters } of others) {
        const [cluster] = clusters;
        if (first === undefined || cluster === undefined || clusterset === undefined) continue;
        yield {
          cluster: cluster.name,
          object: ref('ClusterProperty', CLUSTERSET_PROPERTY),
          field: 'spec.value',
          message: `${named(clusters)} in clusterset "${clusterset}", ${named(first.clusters)} in "${first.clusterset ?? ''}": what one exports, the other does not import`,
          fix: mcs(scene, `mcs validate --clusterset ${clusterset}`),
        };
      }
    },
  },
];

function* unusableId({ identity, wrong, problem }: LeftOut, clusters: readonly SceneCluster[]): Generator<Draft> {
  const cluster = clusters.find(({ name }) => name === identity.cluster);
  if (cluster === undefined) return;
  const base = {
    ...property(cluster, 'spec.value'),
    message: `${cluster.name}: ${CLUSTER_ID_PROPERTY} ${problem.message}`,
    fix: wrong === 'missing' ? joinFix(cluster, clusters) : rejoinFix(cluster, clusters),
  };
  yield wrong === 'missing' ? { ...base, isAbsent: true, causes: unreadProperty(cluster, CLUSTER_ID_PROPERTY) } : base;
}

function* nonMembers({ clusters, sets }: Scene): Generator<Draft> {
  if (!sets.some(({ clusterset }) => clusterset !== undefined)) return;
  const [set] = sets;
  for (const cluster of clusters) {
    const { identity, failure, observed, name, flag } = cluster;
    if (failure !== undefined || identity.clusterset !== undefined) continue;
    const [exported] = observed.exports();
    if (exported === undefined) continue;
    const unknown = !isListed(cluster, 'ClusterProperty');
    yield {
      cluster: name,
      object: ref('ClusterProperty', CLUSTERSET_PROPERTY),
      isAbsent: true,
      ...(unknown ? { severity: 'unknown' as const } : {}),
      causes: unknown ? [{ code: 'MCS002', cluster: name }] : unreadProperty(cluster, CLUSTERSET_PROPERTY),
      message: `${name} has exports and is a member of no clusterset`,
      fix: { kind: 'command', text: `mcs join ${set?.clusterset ?? 'CLUSTERSET'} ${flag}` },
    };
  }
}

function named(clusters: readonly SceneCluster[]): string {
  return `${clusters.map(({ name }) => name).join(', ')} ${clusters.length === 1 ? 'is' : 'are'}`;
}

/** What makes a ClusterProperty seem absent that somebody has written. */
function unreadProperty(cluster: SceneCluster, name: string): readonly Cause[] {
  const wrong = ['MCS112', 'MCS115'].map((code) => ({ code, cluster: cluster.name, service: `default/${name}` }));
  return [...wrong, ...brokenFileOfNamed(cluster, ['cluster', 'clusterproperty', 'properties', 'about', name])];
}
