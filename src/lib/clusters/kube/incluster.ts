import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContextEntry } from './kubeconfig.ts';

/** Where a pod finds its service account (kubernetes.io, "Accessing the Kubernetes API from a Pod"). */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster that mcs itself runs in, as a context named `in-cluster`; undefined outside of a pod. */
export async function inClusterContext(
  env: Readonly<Record<string, string | undefined>>,
  folder: string = SERVICE_ACCOUNT_FOLDER,
): Promise<ContextEntry | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  if (host === '') return undefined;
  const tokenFile = join(folder, 'token');
  const caFile = join(folder, 'ca.crt');
  try {
    await Promise.all([access(tokenFile), access(caFile)]);
  } catch {
    return undefined;
  }
  const port = env.KUBERNETES_SERVICE_PORT || '443';
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const user = { name: 'service account', tokenFile };
  return { name: 'in-cluster', file: folder, url, access: { server: { url, caFile }, user } };
}
