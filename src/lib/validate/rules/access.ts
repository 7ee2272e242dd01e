import type { Manifest, Manifests } from '../../api/manifests.ts';
import { showPlace } from '../describe.ts';
import { refOf } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneCluster } from '../scene.ts';
import { namespaceSetFor } from './kustomized.ts';

const KEP = 'KEP-1645';

/** 0xx: what keeps mcs itself from knowing. */
export const ACCESS_RULES: readonly Rule[] = [
  {
    code: 'MCS001',
    title: 'cluster-unreachable',
    severity: 'unknown',
    summary: 'A cluster did not answer, so nothing is known of it.',
    looksAt: 'the API servers of the contexts',
    why: 'What is exported there, and whether it conflicts, cannot be told; what it gave stays in the others.',
    mend: "Follow the message; leave the cluster out with --context '!NAME' if it is not to count.",
    source: KEP,
    *check({ clusters }) {
      for (const { name, failure } of clusters) {
        if (failure === undefined) continue;
        yield {
          cluster: name,
          message: `cannot be read: ${failure.message}`,
          fix:
            failure.next === undefined
              ? { kind: 'doc', text: `leave it out: --context '!${name}'` }
              : { kind: 'doc', text: failure.next },
        };
      }
    },
  },
  {
    code: 'MCS002',
    title: 'kind-unreadable',
    severity: 'unknown',
    summary: 'A kind cannot be listed in a cluster, so what is there of it is not known.',
    looksAt: 'the lists of all kinds that mcs reads',
    why: 'Checks that need this kind say nothing of the cluster.',
    mend: 'Grant the rights that `mcs rbac print` prints.',
    source: KEP,
    *check({ clusters }) {
      for (const { name, unlisted } of clusters) {
        for (const [kind, failure] of unlisted) {
          yield {
            cluster: name,
            message: `${kind} cannot be listed: ${failure.message}`,
            fix:
              failure.next === undefined
                ? { kind: 'command', text: 'mcs rbac print --for member' }
                : { kind: 'doc', text: failure.next },
          };
        }
      }
    },
  },
  {
    code: 'MCS003',
    title: 'same-cluster-twice',
    severity: 'warning',
    summary: 'Two of the given clusters are one and the same: it is counted once.',
    looksAt: 'the UID of namespace kube-system',
    why: 'Counted twice, its exports would conflict with themselves, and its id would seem to be taken.',
    mend: 'Name only one of them.',
    source: 'design rule 3; subctl PR#874',
    *check({ twins, clusters }) {
      for (const { kept, left } of twins) {
        yield {
          cluster: left,
          message: `${left} and ${kept} are the same cluster; ${left} is left out`,
          fix: {
            kind: 'doc',
            text: isDirectory(clusters, kept)
              ? `give one of them only: --dir ${kept} or --dir ${left}`
              : `leave one of them out: --context '!${left}'`,
          },
        };
      }
    },
  },
  {
    code: 'MCS004',
    title: 'cannot-be-parsed',
    severity: 'error',
    summary: 'A file, or a document in it, is not YAML or JSON.',
    looksAt: 'all files of the directories',
    why: 'Whatever is in it is not applied, and not checked here.',
    mend: 'Correct the file at the line given.',
    source: 'YAML 1.2',
    *check({ clusters }) {
      for (const { name, manifests } of clusters) {
        for (const { place, message } of manifests?.unreadable ?? []) {
          yield { cluster: name, place, message, fix: { kind: 'doc', text: `correct ${showPlace(place)}` } };
        }
      }
    },
  },
  {
    code: 'MCS005',
    title: 'object-twice',
    severity: 'warning',
    summary: 'An object stands twice in one directory with different content.',
    looksAt: 'all manifests of a directory',
    why: 'Which of them a cluster gets depends on the order in which they are applied.',
    mend: 'Remove one of the two.',
    source: 'kubectl apply: the last one wins',
    check: twice,
  },
  {
    code: 'MCS008',
    title: 'nothing-to-check',
    severity: 'warning',
    summary: 'A directory holds no Kubernetes object.',
    looksAt: 'all files of the directories',
    why: 'A check of nothing passes: the path is likely to be wrong.',
    mend: 'Give the folder that the manifests are in.',
    source: 'users.md: green while nothing works',
    *check({ clusters }) {
      for (const { name, manifests, location } of clusters) {
        if (manifests === undefined || manifests.all.length + manifests.unreadable.length > 0) continue;
        yield {
          cluster: name,
          message: `no Kubernetes object is in ${location}`,
          fix: { kind: 'doc', text: 'give the folder that the manifests are in: --dir ID=PATH' },
        };
      }
    },
  },
];

function isDirectory(clusters: readonly SceneCluster[], name: string): boolean {
  return clusters.some((cluster) => cluster.name === name && cluster.type === 'directory');
}

function* twice({ clusters }: Scene): Generator<Draft> {
  for (const { name, manifests } of clusters) {
    for (const { used, other } of manifests?.twice ?? []) {
      if (manifests !== undefined && isSetApart(used, other, manifests)) continue;
      yield {
        cluster: name,
        object: refOf(other),
        manifest: other,
        message: `${named(other)} is here and again at ${showPlace(used.place)} with other content: the latter counts`,
        evidence: [showPlace(used.place)],
        fix: { kind: 'doc', text: `remove it from ${showPlace(other.place)} or ${showPlace(used.place)}` },
      };
    }
  }
}

/** Objects without namespace that kustomizations put into different ones are not the same. */
function isSetApart(a: Manifest, b: Manifest, manifests: Manifests): boolean {
  const isBare = ({ namespace = 'default' }: Manifest): boolean => namespace === 'default';
  return isBare(a) && isBare(b) && namespaceSetFor(a, manifests) !== namespaceSetFor(b, manifests);
}

function named({ kind, namespace, name }: Manifest): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
