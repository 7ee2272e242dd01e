import {
  MalformedError,
  bool,
  compact,
  isRecord,
  listOf,
  record,
  required,
  text,
  textMap,
  type Json,
} from '../../api/reader.ts';

/** A `cluster` of a kubeconfig. Paths are absolute, `…Data` is base64 as written. */
export interface Server {
  /** http or https, without a slash at its end. */
  readonly url: string;
  readonly caData?: string;
  readonly caFile?: string;
  readonly tlsServerName?: string;
  readonly insecure?: boolean;
  /** http, https or socks5. */
  readonly proxyURL?: string;
  /** What the cluster's extension `client.authentication.k8s.io/exec` holds; handed to exec plugins. */
  readonly execConfig?: unknown;
}

/** A `user` of a kubeconfig: any mix of ways to prove who one is. */
export interface User {
  readonly name: string;
  readonly certData?: string;
  readonly certFile?: string;
  readonly keyData?: string;
  readonly keyFile?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly asUID?: string;
  readonly asGroups?: readonly string[];
  readonly asExtra?: Readonly<Record<string, readonly string[]>>;
  readonly exec?: ExecPlugin;
  /** OIDC and the old cloud providers; left to client-node. */
  readonly authProvider?: { readonly name: string; readonly config: Json };
}

/** A credential plugin (client.authentication.k8s.io): a program that prints an ExecCredential. */
export interface ExecPlugin {
  readonly apiVersion: string;
  /** Absolute when it was written as a path, else a name to be found in PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  readonly provideClusterInfo: boolean;
  readonly installHint?: string;
}

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/** A cluster entry. @throws MalformedError; @param at how to call it in messages */
export function parseServer(value: unknown, at: string, absolute: (path: string) => string): Server {
  const cluster = required(record(value, at), at, 'a mapping');
  const url = required(text(cluster.server, `${at}: server`), `${at}: server`, 'a URL');
  if (!isURL(url, ['http:', 'https:']))
    throw new MalformedError(`${at}: server`, 'a URL with http:// or https://', url);
  const proxyURL = nonEmpty(text(cluster['proxy-url'], `${at}: proxy-url`));
  if (proxyURL !== undefined && !isURL(proxyURL, ['http:', 'https:', 'socks5:', 'socks5h:'])) {
    throw new MalformedError(`${at}: proxy-url`, 'a URL with http://, https:// or socks5://', proxyURL);
  }
  return compact({
    url: url.replace(/\/+$/, ''),
    caData: nonEmpty(text(cluster['certificate-authority-data'], `${at}: certificate-authority-data`)),
    caFile: path(cluster, 'certificate-authority', at, absolute),
    tlsServerName: nonEmpty(text(cluster['tls-server-name'], `${at}: tls-server-name`)),
    insecure: bool(cluster['insecure-skip-tls-verify'], `${at}: insecure-skip-tls-verify`),
    proxyURL,
    execConfig: execConfig(cluster.extensions),
  });
}

/** A user entry. @throws MalformedError */
export function parseUser(value: unknown, name: string, absolute: (path: string) => string): User {
  const at = `user "${name}"`;
  const user = record(value, at) ?? {};
  const string = (key: string): string | undefined => nonEmpty(text(user[key], `${at}: ${key}`));
  const secret = (key: string): string | undefined => {
    const value = user[key];
    if (typeof value === 'number') throw new MalformedError(`${at}: ${key}`, 'a string in quotes', typeof value); // not shown
    return string(key);
  };
  const groups = listOf(user['as-groups'], `${at}: as-groups`, (group, path) =>
    required(text(group, path), path, 'a string'),
  );
  return compact({
    name,
    certData: string('client-certificate-data'),
    certFile: path(user, 'client-certificate', at, absolute),
    keyData: secret('client-key-data'),
    keyFile: path(user, 'client-key', at, absolute),
    token: secret('token'),
    tokenFile: path(user, 'tokenFile', at, absolute),
    username: string('username'),
    password: secret('password'),
    as: string('as'),
    asUID: string('as-uid'),
    asGroups: groups,
    asExtra: parseExtra(user['as-user-extra'], at),
    exec: parseExec(user.exec, at, absolute),
    authProvider: parseAuthProvider(user['auth-provider'], at),
  });
}

function parseExec(value: unknown, at: string, absolute: (path: string) => string): ExecPlugin | undefined {
  const exec = record(value, `${at}: exec`);
  if (exec === undefined) return undefined;
  const where = `${at}: exec.command`;
  const command = required(nonEmpty(text(exec.command, where)), where, 'a program');
  const mode = text(exec.interactiveMode, `${at}: exec.interactiveMode`) ?? 'IfAvailable';
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    throw new MalformedError(`${at}: exec.interactiveMode`, 'Never, IfAvailable or Always', mode);
  }
  const env = listOf(exec.env, `${at}: exec.env`, (entry, path) => {
    const variable = required(record(entry, path), path, 'a mapping');
    const name = required(text(variable.name, `${path}.name`), `${path}.name`, 'a name');
    return [name, text(variable.value, `${path}.value`) ?? ''] as const;
  });
  return compact({
    apiVersion: text(exec.apiVersion, `${at}: exec.apiVersion`) ?? 'client.authentication.k8s.io/v1',
    command: /[/\\]/.test(command) ? absolute(command) : command,
    args: listOf(exec.args, `${at}: exec.args`, (arg, path) => required(text(arg, path), path, 'a string')) ?? [],
    env: Object.fromEntries(env ?? []),
    interactiveMode: mode,
    provideClusterInfo: bool(exec.provideClusterInfo, `${at}: exec.provideClusterInfo`) ?? false,
    installHint: nonEmpty(text(exec.installHint, `${at}: exec.installHint`)),
  });
}

function parseAuthProvider(value: unknown, at: string): User['authProvider'] {
  const provider = record(value, `${at}: auth-provider`);
  if (provider === undefined) return undefined;
  const where = `${at}: auth-provider`;
  const name = required(text(provider.name, `${where}.name`), `${where}.name`, 'a name');
  return { name, config: textMap(provider.config, `${where}.config`) ?? {} };
}

function parseExtra(value: unknown, at: string): User['asExtra'] {
  const extra = record(value, `${at}: as-user-extra`);
  if (extra === undefined) return undefined;
  const entries = Object.entries(extra).map(([key, values]) => {
    const where = `${at}: as-user-extra.${key}`;
    return [key, listOf(values, where, (item, path) => required(text(item, path), path, 'a string')) ?? []] as const;
  });
  return Object.fromEntries(entries);
}

function execConfig(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isRecord).find((extension) => extension.name === EXEC_EXTENSION)?.extension;
}

function path(from: Json, key: string, at: string, absolute: (path: string) => string): string | undefined {
  const value = nonEmpty(text(from[key], `${at}: ${key}`));
  return value === undefined ? undefined : absolute(value);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function isURL(value: string, protocols: readonly string[]): boolean {
  const url = URL.parse(value);
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '';
}
