import { afterEach, expect, it } from 'vitest';
import { rbacManifests } from '../../../src/lib/actions/rbac.ts';
import { MEMBER_RULES } from '../../../src/lib/api/roles.ts';
import { kubeCluster } from '../../../src/lib/clusters/kube/cluster.ts';
import { OPTIONS, answer, contextEntry, serve, type Loopback } from '../clusters/kube/loopback.ts';

let server: Loopback | undefined;
afterEach(async () => server?.close());

/** Groups by which other controllers are suspected, and those of the MCS API. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'multicluster.x-k8s.io': ['serviceexports', 'serviceimports'],
  'networking.k8s.io': ['servicecidrs'],
  'submariner.io': ['brokers'],
  'cilium.io': ['ciliumnodes'],
  'net.gke.io': ['serviceexports'],
  'multicluster.crd.antrea.io': ['clustersets'],
  'policy.karmada.io': ['policies'],
  'networking.fleet.azure.com': ['exports'],
};

/** A server where nothing is found, so that all that may be looked for is. */
async function askedFor(): Promise<readonly string[]> {
  const items = Object.entries(GROUPS).map(([name, plurals]) => ({
    metadata: { name },
    versions: [
      {
        version: name === 'multicluster.x-k8s.io' ? 'v1beta1' : 'v1',
        resources: plurals.map((resource) => ({ resource })),
      },
    ],
  }));
  server = await serve(({ url = '' }, response) => {
    if (url === '/apis') {
      answer(response, 200, { kind: 'APIGroupDiscoveryList', items });
      return;
    }
    const name = url.split('/').at(-1) ?? '';
    if (url.endsWith('/servicecidrs')) answer(response, 200, { items: [{ spec: { cidrs: ['10.0.0.0/16'] } }] });
    else if (url.startsWith('/openapi/')) answer(response, 403, { kind: 'Status', reason: 'Forbidden' });
    else answer(response, 404, { kind: 'Status', reason: 'NotFound', details: { name } });
  });
  const cluster = kubeCluster(contextEntry({ url: server.url }), OPTIONS);
  await cluster.facts();
  await cluster.close();
  return server.requests;
}

/** `group plural name` of a path, the name empty for a list. */
function parts(request: string): readonly [group: string, plural: string, name: string] | undefined {
  const [, group = '', plural = '', name = ''] =
    /^GET \/(?:api\/v1|apis\/([^/]+)\/v\w+)(?:\/namespaces\/[^/]+(?=\/))?\/([a-z]+)(?:\/([^/]+))?$/.exec(request) ?? [];
  return plural === '' ? undefined : [group, plural, name];
}

it('what is asked to know a cluster is allowed, and no object by name that is not asked for', async () => {
  const asked = (await askedFor()).flatMap((request) => {
    const found = parts(request);
    return found === undefined ? [] : [found];
  });
  const refused = asked.filter(
    ([group, plural, name]) =>
      !MEMBER_RULES.some(
        ({ apiGroups, resources, resourceNames, verbs }) =>
          apiGroups.includes(group) &&
          resources.includes(plural) &&
          verbs.includes(name === '' ? 'list' : 'get') &&
          (resourceNames?.includes(name) ?? true),
      ),
  );
  expect(refused).toEqual([]);
  const byName = MEMBER_RULES.flatMap(({ resourceNames = [] }) => resourceNames);
  expect(asked.map(([, , name]) => name)).toEqual(expect.arrayContaining([...byName]));
  expect(byName).toHaveLength(7);
});

it('nothing is allowed in general: no wildcard, no Secret, no right to give rights', () => {
  for (const { apiGroups, resources, verbs } of MEMBER_RULES) {
    expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
    expect(resources).not.toContain('secrets');
    expect(apiGroups).not.toContain('rbac.authorization.k8s.io');
  }
});

it('Leases are for the home alone, and only in the namespace of the ServiceAccount', () => {
  const at = { namespace: 'fleet', name: 'mcs' };
  const [member, home] = [rbacManifests({ role: 'member', ...at }), rbacManifests({ role: 'home', ...at })];
  expect(JSON.stringify(member)).not.toContain('leases');
  expect(home.slice(0, member.length)).toEqual(member);
  expect(home.slice(member.length)).toMatchObject([
    {
      kind: 'Role',
      metadata: at,
      rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] }],
    },
    {
      kind: 'RoleBinding',
      metadata: at,
      roleRef: { kind: 'Role', name: 'mcs' },
      subjects: [{ kind: 'ServiceAccount', ...at }],
    },
  ]);
});
