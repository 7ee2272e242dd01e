import { isRecord } from '../../api/reader.ts';
import type { User } from './entries.ts';
import { runPlugin, type ExecOptions } from './exec.ts';
import { authorizeByProvider, type Authorize } from './provider.ts';
import { readMaterial, readNamed } from './material.ts';

/** What a request carries to say who asks. A new object means new credentials. */
export interface Credentials {
  /** Names and values alternating, as undici takes them. */
  readonly headers: readonly string[];
  /** PEM, both or none. */
  readonly cert?: string;
  readonly key?: string;
}

/** Gives the credentials of one context; however many ask at once, they are fetched once. */
export interface CredentialSource {
  /** The present credentials, renewed when they have expired. */
  current(): Promise<Credentials>;
  /** Newer credentials than those the server refused (401); undefined when there are no others to be had. */
  renewed(refused: Credentials): Promise<Credentials | undefined>;
}

/** How long a token read from a file, or got from a provider that does not say, is used: milliseconds. */
const REREAD = 60_000;

/** How long a failure answers for itself, in milliseconds: those that waited in the queue do not run the plugin anew. */
const RETRY_AFTER = 5_000;

interface Fetched {
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** The credentials of a user of a kubeconfig, by whichever way its entry names; precedence as in client-go. */
export function credentialSource(user: User, options: ExecOptions): CredentialSource {
  const provider = user.authProvider && authorizeByProvider(user.authProvider, options);
  const fetchOnce = singleFlight(() => fetchCredentials(user, provider, options));
  const inFiles = user.tokenFile ?? user.certFile ?? user.keyFile;
  const renewable = inFiles !== undefined || (!hasStatic(user) && (user.exec ?? user.authProvider) !== undefined);
  let last: Fetched | undefined;
  let failed: { readonly error: unknown; readonly until: number } | undefined;
  const refresh = async (): Promise<Credentials> => {
    if (failed !== undefined && Date.now() < failed.until) throw failed.error;
    try {
      last = await fetchOnce();
      return last.credentials;
    } catch (error) {
      failed = { error, until: Date.now() + RETRY_AFTER };
      throw error;
    }
  };
  return {
    current: async () => (last !== undefined && Date.now() < last.until ? last.credentials : refresh()),
    renewed: async (refused) => {
      if (last !== undefined && last.credentials !== refused) return last.credentials;
      return renewable ? refresh() : undefined;
    },
  };
}

function hasStatic(user: User): boolean {
  return user.token !== undefined || user.tokenFile !== undefined || user.username !== undefined;
}

async function fetchCredentials(user: User, provider: Authorize | undefined, options: ExecOptions): Promise<Fetched> {
  const { cluster } = options;
  const cert = await readMaterial(cluster, user.certData, user.certFile); // one by one: if both fail, the first is named
  const key = await readMaterial(cluster, user.keyData, user.keyFile);
  const found = await authorization(user, provider, options);
  const authorizationHeader = found.value === undefined ? [] : ['authorization', found.value];
  const headers = [...authorizationHeader, ...impersonation(user)];
  const pair = found.pair ?? (cert !== undefined && key !== undefined ? { cert: String(cert), key: String(key) } : {});
  const rotates = user.certFile !== undefined || user.keyFile !== undefined;
  const until = rotates ? Math.min(found.until, Date.now() + REREAD) : found.until;
  return { credentials: { headers, ...pair }, until };
}

interface Authorization {
  readonly value: string | undefined;
  readonly pair?: { readonly cert: string; readonly key: string };
  readonly until: number;
}

async function authorization(
  user: User,
  provider: Authorize | undefined,
  options: ExecOptions,
): Promise<Authorization> {
  if (user.tokenFile !== undefined) {
    const token = (await readNamed(options.cluster, user.tokenFile)).toString('utf8').trim();
    return { value: bearer(token), until: Date.now() + REREAD };
  }
  if (user.token !== undefined) return { value: bearer(user.token), until: Infinity };
  if (user.username !== undefined) {
    const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return { value: `Basic ${basic}`, until: Infinity };
  }
  if (user.exec !== undefined) {
    const { token, cert, key, expires } = await runPlugin(user.exec, options);
    const pair = cert !== undefined && key !== undefined ? { pair: { cert, key } } : {};
    const until = expires === undefined ? Infinity : expires - REREAD;
    return { value: token === undefined ? undefined : bearer(token), ...pair, until };
  }
  if (provider !== undefined) {
    const value = await provider();
    return { value, until: (expiryOf(value) ?? Date.now() + 2 * REREAD) - REREAD };
  }
  return { value: undefined, until: Infinity };
}

/** When the JWT at the end of a header expires, in milliseconds since 1970; undefined when it is none. */
function expiryOf(header: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(header.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const exp = isRecord(claims) ? claims.exp : undefined;
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** A line end in a header would end the header; a token never has one, a file with junk may. */
function bearer(token: string): string {
  return `Bearer ${token.replace(/[^\x21-\x7e]/g, '')}`;
}

/** Impersonation headers (kubernetes.io, "User impersonation"); keys of extras are percent-encoded and in lower case. */
function impersonation(user: User): readonly string[] {
  const encode = (value: string): string => Buffer.from(value, 'utf8').toString('latin1');
  const one = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, encode(value)]);
  return [
    ...one('impersonate-user', user.as),
    ...one('impersonate-uid', user.asUID),
    ...(user.asGroups ?? []).flatMap((group) => one('impersonate-group', group)),
    ...Object.entries(user.asExtra ?? {}).flatMap(([key, values]) =>
      values.flatMap((value) => one(`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`, value)),
    ),
  ];
}

/** Calls that come while one is under way share its outcome. */
export function singleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => (running = undefined));
    return running;
  };
}
