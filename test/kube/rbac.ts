import { must, request } from './request.ts';
import type { ServerInfo, User } from './servers.ts';

/** A rule of a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'];

/** What `mcs` reads: all of it, in all namespaces. */
export const READ_ALL: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces', 'services'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { apiGroups: ['multicluster.x-k8s.io'], resources: ['serviceexports', 'serviceimports'], verbs: READ },
  { apiGroups: ['about.k8s.io'], resources: ['clusterproperties'], verbs: READ },
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: READ },
  { apiGroups: ['apps'], resources: ['deployments', 'daemonsets'], verbs: READ },
];

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';

/** Lets a user do what the rules say and nothing else; what was granted before is taken away. */
export async function grant(server: ServerInfo, user: Exclude<User, 'admin'>, rules: readonly Rule[]): Promise<void> {
  const name = `test-${user}`;
  const api = 'rbac.authorization.k8s.io';
  const role = { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
  const binding = {
    apiVersion: `${api}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: api, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: api, kind: 'User', name: user }],
  };
  await must(request(server, 'DELETE', `${ROLES}/${name}`), 404);
  await must(request(server, 'POST', ROLES, { body: role }));
  await must(request(server, 'POST', BINDINGS, { body: binding }), 409);
}
