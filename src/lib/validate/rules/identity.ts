import {
  CLUSTERSET_PROPERTY,
  CLUSTER_ID_PROPERTY,
  SLICE_MANAGED_BY_LABEL,
  SOURCE_CLUSTER_LABEL,
} from '../../api/labels.ts';
import { isDNSLabel } from '../../api/names.ts';
import { type LeftOut, membershipOf } from '../../plan/membership.ts';
import { ref } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { Scene, SceneCluster } from '../scene.ts';

const KEP = 'KEP-2149, "cluster.clusterset.k8s.io"';

/** 120 to 127: who the clusters say they are. */
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
          fix: { kind: 'command', text: `mcs leave ${cluster.flag} --forget-id, then join with another id` },
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
    *check({ sets }) {
      const [first, ...others] = sets;
      for (const { clusterset, clusters } of others) {
        const [cluster] = clusters;
        if (first === undefined || cluster === undefined || clusterset === undefined) continue;
        yield {
          cluster: cluster.name,
          object: ref('ClusterProperty', CLUSTERSET_PROPERTY),
          field: 'spec.value',
          message: `${clusters.map(({ name }) => name).join(', ')}: clusterset "${clusterset}"; ${first.clusters.map(({ name }) => name).join(', ')}: "${first.clusterset ?? ''}"`,
          fix: { kind: 'command', text: `mcs validate --clusterset ${clusterset}` },
        };
      }
    },
  },
  {
    code: 'MCS126',
    title: 'id-differs-from-implementation',
    severity: 'warning',
    summary: 'The implementation in a cluster calls it by another name than its ClusterProperty.',
    looksAt: `${SOURCE_CLUSTER_LABEL} of the slices that Cilium makes of local exports`,
    why: 'Endpoints are filed under an id that no member has; DNS names by the declared id do not resolve.',
    mend: 'Give both the same name.',
    source: 'implementations.md §1.1; antrea PR#4795, users.md P11',
    *check({ clusters }) {
      for (const cluster of clusters) {
        const { id } = cluster.identity;
        if (id === undefined) continue;
        for (const { metadata } of cluster.slices) {
          const manager = metadata.labels?.[SLICE_MANAGED_BY_LABEL];
          const called = metadata.labels?.[SOURCE_CLUSTER_LABEL];
          if (manager !== 'endpointslice-local-mcsapi-controller.cilium.io' || called === undefined || called === id)
            continue;
          yield {
            ...property(cluster, 'spec.value'),
            message: `Cilium calls ${cluster.name} "${called}", its ClusterProperty says "${id}"`,
            evidence: [`EndpointSlice ${metadata.namespace ?? ''}/${metadata.name}`],
            fix: { kind: 'doc', text: `set cluster.name of Cilium and ${CLUSTER_ID_PROPERTY} to the same id` },
          };
          break;
        }
      }
    },
  },
  {
    code: 'MCS127',
    title: 'id-refused-by-implementation',
    severity: 'warning',
    summary: 'A cluster id is legal, but not to the implementation in that cluster.',
    looksAt: `ClusterProperty ${CLUSTER_ID_PROPERTY} where Cilium is at work`,
    why: 'Cilium takes at most 32 lower-case characters, and never "default".',
    mend: 'Choose an id that both take.',
    source: 'cilium PR#32641, #32819; users.md P7',
    *check({ clusters }) {
      for (const cluster of clusters) {
        const { id } = cluster.identity;
        const hasCilium = cluster.facts.controllers.some(({ name }) => name === 'Cilium');
        if (!hasCilium || id === undefined || (id.length <= 32 && id !== 'default' && isDNSLabel(id))) continue;
        yield {
          ...property(cluster, 'spec.value'),
          message: `id "${id}" of ${cluster.name} is refused by Cilium: at most 32 characters, and not "default"`,
          fix: { kind: 'doc', text: 'choose an id that Cilium takes as cluster.name' },
        };
      }
    },
  },
  {
    code: 'MCS130',
    title: 'other-controller',
    severity: 'info',
    summary: 'Another MCS implementation is at work in a cluster.',
    looksAt: 'workloads and EndpointSlices of the known implementations',
    why: 'mcs does not reconcile that cluster; conditions and conflicts follow the rules of that implementation.',
    mend: 'Nothing, if it is meant to be so.',
    source: 'design rule 21; implementations.md §1, §3',
    *check({ clusters }) {
      for (const { name, facts } of clusters) {
        for (const { name: controller, evidence, hazard } of facts.controllers) {
          yield {
            cluster: name,
            message: `${controller} is at work in ${name}: mcs does not reconcile it`,
            evidence: [evidence],
            fix: { kind: 'doc', text: hazard },
          };
        }
      }
    },
  },
];

function property(cluster: SceneCluster, field: string): Pick<Draft, 'cluster' | 'object' | 'field'> {
  return { cluster: cluster.name, object: ref('ClusterProperty', CLUSTER_ID_PROPERTY), field };
}

function* unusableId({ identity, wrong, problem }: LeftOut, clusters: readonly SceneCluster[]): Generator<Draft> {
  const cluster = clusters.find(({ name }) => name === identity.cluster);
  if (cluster === undefined) return;
  const base = {
    ...property(cluster, 'spec.value'),
    message: `${cluster.name}: ${CLUSTER_ID_PROPERTY} ${problem.message}`,
    fix: {
      kind: 'command' as const,
      text: problem.next ?? `mcs join ${identity.clusterset ?? 'CLUSTERSET'} ${cluster.flag} --id ID`,
    },
  };
  if (wrong !== 'missing') {
    yield base;
    return;
  }
  const unknown = !isListed(cluster, 'ClusterProperty');
  yield { ...base, isAbsent: true, ...(unknown ? { severity: 'unknown' } : {}) };
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
      ...(unknown ? { severity: 'unknown' as const, causes: [{ code: 'MCS002', cluster: name }] } : {}),
      message: `${name} has exports and is a member of no clusterset`,
      fix: { kind: 'command', text: `mcs join ${set?.clusterset ?? 'CLUSTERSET'} ${flag}` },
    };
  }
}
