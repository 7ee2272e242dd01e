import { kubectl } from '../../explain/fixes.ts';
import { isSystemNamespace } from '../../api/names.ts';
import { ref, refOf, showRef } from '../describe.ts';
import type { Fix } from '../finding.ts';
import type { Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { SceneCluster, SceneService, SceneSet } from '../scene.ts';
import { brokenFileOfNamed } from './broken-file.ts';
import { makersOf } from './renderers.ts';

const SAMENESS = 'KEP-1645, "Namespace Sameness"';

/** 101 and 102: imports need their namespace. */
export const NAMESPACE_RULES: readonly Rule[] = [
  {
    code: 'MCS101',
    title: 'namespace-missing',
    severity: 'warning',
    summary: 'A namespace with exported Services does not exist in another member.',
    looksAt: 'Namespaces of all members, valid ServiceExports',
    why: 'Imports appear only where the namespace exists, and no condition anywhere says so.',
    mend: 'Create the namespace there: mcs namespaces --missing.',
    source: `${SAMENESS}; subctl#1462, linkerd2#14433`,
    *check({ sets }) {
      for (const set of sets) yield* missing(set);
    },
  },
  {
    code: 'MCS102',
    title: 'namespace-terminating',
    severity: 'warning',
    summary: 'A namespace with exported or imported Services is being deleted.',
    looksAt: 'deletionTimestamp and status.phase of the Namespaces',
    why: 'Nothing can be created in it, and what is there goes; one that is stuck keeps its exports for good.',
    mend: 'Find what holds it, or create it anew when it is gone.',
    source: `${SAMENESS}; subctl#879`,
    *check({ sets }) {
      for (const { services } of sets) {
        const told = new Set<string>();
        for (const { at, namespace } of services) {
          for (const { cluster, view } of at) {
            const key = `${cluster.name} ${namespace}`;
            if (view.namespace !== 'terminating' || told.has(key)) continue;
            told.add(key);
            yield {
              cluster: cluster.name,
              object: ref('Namespace', namespace),
              field: 'metadata.deletionTimestamp',
              message: `namespace ${namespace} is being deleted in ${cluster.name}: nothing is imported there`,
              fix:
                cluster.type === 'context'
                  ? {
                      kind: 'command',
                      text: `${kubectl({ cluster: cluster.name })} get namespace ${namespace} -o jsonpath='{.status.conditions}'`,
                    }
                  : {
                      kind: 'doc',
                      text: `see in cluster ${cluster.name} what holds it: kubectl get namespace ${namespace} -o yaml, status.conditions`,
                    },
            };
          }
        }
      }
    },
  },
];

function* missing({ services }: SceneSet): Generator<Draft> {
  const holes = new Map<string, { cluster: SceneCluster; namespace: string; of: SceneService[] }>();
  for (const service of services) {
    const { namespace, plan } = service;
    if (isSystemNamespace(namespace) || !plan.exporters.some(({ validity }) => validity.valid)) continue;
    for (const { cluster, view } of service.at) {
      if (view.namespace !== 'absent' || namespace === 'default') continue; // every cluster has that one
      if (isInventory(cluster)) continue;
      const key = `${cluster.name} ${namespace}`;
      const hole = holes.get(key) ?? { cluster, namespace, of: [] };
      holes.set(key, hole);
      hole.of.push(service);
    }
  }
  for (const { cluster, namespace, of } of holes.values()) {
    const [maker] = makersOf(cluster, namespace);
    const isUnlisted = !isListed(cluster, 'Namespace');
    const shown = of.slice(0, 5).map(({ key, status }) => `${key} is exported by ${status.exportedBy.join(', ')}`);
    yield {
      cluster: cluster.name,
      object: ref('Namespace', namespace),
      isAbsent: true,
      ...(isUnlisted || maker !== undefined ? { severity: 'unknown' as const } : {}),
      message: isUnlisted
        ? `whether namespace ${namespace} exists in ${cluster.name} is not known`
        : maker === undefined
          ? `namespace ${namespace} does not exist in ${cluster.name}, so nothing is imported into it there`
          : `namespace ${namespace} is in no file of ${cluster.name}; ${showRef(refOf(maker))} creates it`,
      evidence: of.length > 5 ? [...shown, `and ${of.length - 5} more`] : shown,
      fix: createFix(cluster, namespace),
      causes: [
        ...['MCS002', 'MCS008'].map((code) => ({ code, cluster: cluster.name })),
        ...brokenFileOfNamed(cluster, [namespace, 'namespace', 'namespaces', 'ns']),
      ],
    };
  }
}

/** A folder that holds ClusterProfiles and nothing of the MCS API is the list of the clusters, and need not be one. */
function isInventory({ type, identity, manifests, observed }: SceneCluster): boolean {
  if (type !== 'directory' || identity.clusterset !== undefined || identity.id !== undefined) return false;
  if (manifests?.all.some(({ kind }) => kind === 'ClusterProfile') !== true) return false;
  return [...observed.keys()].length === 0;
}

function createFix(cluster: SceneCluster, namespace: string): Fix {
  return cluster.type === 'context'
    ? { kind: 'command', text: `${kubectl({ cluster: cluster.name })} create namespace ${namespace}` }
    : { kind: 'manifest', text: `{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}` };
}
