import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './daemon.ts';
import type { ServerInfo, User } from './servers.ts';

export interface KubeconfigOptions {
  /** Whose credentials: a user's token, or the admin's client certificate. Default: the admin's token. */
  readonly user?: User | 'certificate';
  /** Default: the first server's. */
  readonly currentContext?: string;
  /** Where to write it. Default: a new temporary folder. */
  readonly path?: string;
}

/** Writes a kubeconfig with one context for each server, named after it; returns its path. */
export async function writeKubeconfig(
  servers: readonly ServerInfo[],
  options: KubeconfigOptions = {},
): Promise<string> {
  const path = options.path ?? join(temporaryFolder('kubeconfig'), 'config');
  await writeFile(path, JSON.stringify(kubeconfig(servers, options), null, 2), { mode: 0o600 });
  return path;
}

/** The kubeconfig itself: JSON is YAML, and a test may change it before writing. */
export function kubeconfig(servers: readonly ServerInfo[], options: KubeconfigOptions = {}): object {
  const user = options.user ?? 'admin';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': options.currentContext ?? servers[0]?.name ?? '',
    clusters: servers.map(({ name, url, certificateAuthority }) => ({
      name,
      cluster: { server: url, 'certificate-authority-data': base64(certificateAuthority) },
    })),
    contexts: servers.map(({ name }) => ({ name, context: { cluster: name, user: `${user}-${name}` } })),
    users: servers.map((server) => ({ name: `${user}-${server.name}`, user: credentials(server, user) })),
  };
}

function credentials(server: ServerInfo, user: User | 'certificate'): object {
  if (user !== 'certificate') return { token: server.tokens[user] };
  const { certificate, key } = server.clientCertificate;
  return { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
