import { isRecord } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { User } from './entries.ts';
import type { ExecOptions } from './exec.ts';
import { oneLine } from './text.ts';

/** Gives an Authorization header. */
export type Authorize = () => Promise<string>;

/**
 * The Authorization header of an `auth-provider` (OIDC, and the old ones of cloud vendors), by client-node. It takes a
 * third of a second to load, so it is loaded for such users only. One KubeConfig per context: it holds the refresh token
 * that the last refresh gave, and its token caches are shared by all users of an instance.
 */
export function authorizeByProvider(provider: NonNullable<User['authProvider']>, options: ExecOptions): Authorize {
  const fail = (why: string, cause?: unknown): ClusterError =>
    new ClusterError(
      options.cluster,
      'unauthorized',
      `auth-provider ${oneLine(provider.name)}: ${why}`,
      'log in again',
      { cause },
    );
  const load = async () => {
    const { KubeConfig } = await import('./client-node.ts');
    const config = new KubeConfig();
    config.loadFromOptions({
      // Only the header is taken from it, so the agent it makes may be of any kind; it refuses http:// otherwise.
      clusters: [{ name: 'it', server: options.server.url, skipTLSVerify: true }],
      users: [{ name: 'it', authProvider: { name: provider.name, config: { ...provider.config } } }],
      contexts: [{ name: 'it', cluster: 'it', user: 'it' }],
      currentContext: 'it',
    });
    return config;
  };
  let loading: ReturnType<typeof load> | undefined;
  return async () => {
    loading ??= load();
    const request: { headers?: unknown } = { headers: {} };
    try {
      await (await loading).applyToHTTPSOptions(request);
    } catch (error) {
      throw fail(oneLine(error instanceof Error ? error.message : String(error)), error);
    }
    const headers = isRecord(request.headers) ? request.headers : {};
    const value = headers.Authorization ?? headers.authorization;
    if (typeof value !== 'string') throw fail('gave no token');
    return value;
  };
}
