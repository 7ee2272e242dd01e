import { ABOUT_GROUP, MCS_GROUP } from './kinds.ts';

/** A rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1, PolicyRule). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What a cluster is to the reconciler: `member` is read and written; `home` is too, and holds the Leases by which its
 * replicas share the work.
 */
export type ClusterRole = 'home' | 'member';

const READ = ['get', 'list', 'watch'];
/** Server-side apply is `patch`, and `create` where the object is not there yet. */
const WRITE = ['create', 'patch', 'delete'];

/**
 * What the reconciler asks of a member, in all namespaces, and nothing beyond it. Discovery, `/version` and the schemas
 * need no rule: Kubernetes lets every authenticated user read them (ClusterRole `system:discovery`).
 */
export const MEMBER_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: READ },
  { apiGroups: [''], resources: ['services'], verbs: [...READ, ...WRITE] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: [...READ, ...WRITE] },
  { apiGroups: [ABOUT_GROUP], resources: ['clusterproperties'], verbs: READ },
  { apiGroups: [MCS_GROUP], resources: ['serviceexports'], verbs: READ },
  { apiGroups: [MCS_GROUP], resources: ['serviceimports'], verbs: [...READ, ...WRITE] },
  { apiGroups: [MCS_GROUP], resources: ['serviceexports/status', 'serviceimports/status'], verbs: ['patch'] },
  // The IP families that its Services can have; without it only those of the API server's own Service are known.
  { apiGroups: ['networking.k8s.io'], resources: ['servicecidrs'], verbs: ['list'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  // Another MCS controller at work, which must be left alone, is known by one of these.
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    resourceNames: [
      'antrea-mc-controller',
      'cloud-map-mcs-controller-manager',
      'karmada-controller-manager',
      'member-net-controller-manager',
      'submariner-lighthouse-agent',
    ],
    verbs: ['get'],
  },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['cilium-config'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods'], resourceNames: ['mcs-api-controller'], verbs: ['get'] },
];

/** What it asks of its home besides, in the one namespace of its Leases. */
export const LEASE_RULES: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
];
