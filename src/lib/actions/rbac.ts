import { LEASE_RULES, MEMBER_RULES, type ClusterRole, type PolicyRule } from '../api/roles.ts';

export interface RBACOptions {
  readonly role: ClusterRole;
  /** Where the ServiceAccount lives, and in the home cluster the Leases. */
  readonly namespace: string;
  /** Of the ServiceAccount and of everything that gives it rights. */
  readonly name: string;
}

const API = 'rbac.authorization.k8s.io';
const LABELS = { 'app.kubernetes.io/name': 'mcs', 'app.kubernetes.io/component': 'reconciler' };

/** The manifests that let a ServiceAccount reconcile a cluster; its namespace is not among them. */
export function rbacManifests({ role, namespace, name }: RBACOptions): readonly object[] {
  const account = { kind: 'ServiceAccount', name, namespace };
  const grant = (kind: 'ClusterRole' | 'Role', rules: readonly PolicyRule[]): readonly object[] => {
    const metadata = { name, ...(kind === 'Role' ? { namespace } : {}), labels: LABELS };
    return [
      { apiVersion: `${API}/v1`, kind, metadata, rules },
      {
        apiVersion: `${API}/v1`,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup: API, kind, name },
        subjects: [account],
      },
    ];
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels: LABELS } },
    ...grant('ClusterRole', MEMBER_RULES),
    ...(role === 'home' ? grant('Role', LEASE_RULES) : []),
  ];
}
