import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../kube/daemon.ts';
import { must, type Handle } from '../kube/fixture.ts';
import { field } from './api.ts';

/** A ServiceAccount. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** One right: a verb on a resource. */
export interface Right {
  readonly group: string;
  /** With its subresource, e.g. `serviceimports/status`. */
  readonly resource: string;
  readonly verb: string;
  /** Only on these objects. */
  readonly names?: readonly string[] | undefined;
}

/** Path of the ClusterRole that `mcs rbac print` makes for it. */
export function rolePath({ name }: Account): string {
  return `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`;
}

/** Whether the ServiceAccount may; asked of the server's authorizer. */
export async function mayDo(
  at: Handle,
  account: Account,
  { group, resource, verb, names }: Right,
  namespace = 'default',
): Promise<boolean> {
  const [plural, subresource] = resource.split('/');
  const attributes = { group, verb, resource: plural, subresource, name: names?.[0], namespace };
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes: attributes },
  };
  const review = await must(at.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body }));
  return field(review, 'status', 'allowed') === true;
}

/** A kubeconfig with a token of the ServiceAccount for each server (TokenRequest). */
export async function accountKubeconfig(servers: readonly Handle[], { namespace, name }: Account): Promise<string> {
  const entries = await Promise.all(
    servers.map(async (server) => {
      const { info } = server;
      const { stdout, stderr } = await server.kubectl(['create', 'token', name, '-n', namespace]);
      if (stdout === '') throw new Error(stderr);
      const ca = Buffer.from(info.certificateAuthority).toString('base64');
      return {
        cluster: { name: info.name, cluster: { server: info.url, 'certificate-authority-data': ca } },
        context: { name: info.name, context: { cluster: info.name, user: info.name } },
        user: { name: info.name, user: { token: stdout.trim() } },
      };
    }),
  );
  const path = join(temporaryFolder('account'), 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map(({ cluster }) => cluster),
    contexts: entries.map(({ context }) => context),
    users: entries.map(({ user }) => user),
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
