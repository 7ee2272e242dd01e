import { readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigError } from '../../errors.ts';
import { MalformedError, isRecord, listOf, record, required, text, type Json } from '../../api/reader.ts';
import { parseServer, parseUser, type Server, type User } from './entries.ts';

/** How to reach the API server of a context, and as whom; or why that cannot be known. */
export type Access = { readonly server: Server; readonly user: User } | { readonly problem: string };

/** One context of one kubeconfig file. Nothing has been read but that file; certificates are still base64. */
export interface ContextEntry {
  readonly name: string;
  /** The kubeconfig it comes from. */
  readonly file: string;
  /** URL of the API server as written; empty when the kubeconfig does not give one. */
  readonly url: string;
  readonly access: Access;
}

export interface LoadedKubeconfigs {
  /** In the order of the files; names are unique. */
  readonly contexts: readonly ContextEntry[];
  /** One line for each context name that appears again and is ignored. */
  readonly warnings: readonly string[];
}

/** Which kubeconfig files to read, and whether it is an error when one is missing. */
export interface KubeconfigPaths {
  readonly paths: readonly string[];
  readonly required: boolean;
}

/** The files to read: those given, else the KUBECONFIG list, else `~/.kube/config`, as kubectl does. */
export function kubeconfigPaths(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): KubeconfigPaths {
  if (given.length > 0) return { paths: [...new Set(given)], required: true };
  const list = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (list.length > 0) return { paths: [...new Set(list)], required: false };
  return { paths: [join(home, '.kube', 'config')], required: false };
}

/**
 * All contexts of some kubeconfig files. Each file is taken by itself, so that two files with a user `admin` never mix
 * credentials; of two contexts with one name the first wins, as in kubectl. A missing file is skipped unless `required`.
 * @throws ConfigError naming the file, and the line where known
 */
export async function loadKubeconfigs(
  paths: readonly string[],
  options: { readonly required?: boolean } = {},
): Promise<LoadedKubeconfigs> {
  const files = await Promise.all(paths.map((path) => loadFile(path, options.required ?? false)));
  const contexts = new Map<string, ContextEntry>();
  const warnings: string[] = [];
  for (const entry of files.flat()) {
    const first = contexts.get(entry.name);
    if (first === undefined) contexts.set(entry.name, entry);
    else warnings.push(`context "${entry.name}" of ${entry.file} is ignored: ${first.file} has one of that name`);
  }
  return { contexts: [...contexts.values()], warnings };
}

/** Larger files are no kubeconfigs: 20 000 contexts with certificates are about this long. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

async function loadFile(path: string, mustExist: boolean): Promise<readonly ContextEntry[]> {
  const content = await readKubeconfig(path, mustExist);
  if (content === undefined) return [];
  const document = await parseDocument(path, content);
  if (document === undefined || document === null) return [];
  try {
    return contextsOf(resolve(path), required(record(document, ''), '', 'a mapping'), path);
  } catch (error) {
    if (error instanceof MalformedError) throw new ConfigError(`kubeconfig ${path}: ${error.message}`, REPAIR);
    throw error;
  }
}

async function readKubeconfig(path: string, mustExist: boolean): Promise<string | undefined> {
  try {
    const content = await readFile(path);
    if (content.length > MAX_CHARACTERS)
      throw new ConfigError(`kubeconfig ${path}: too large (over 64 MB)`, 'check --kubeconfig and KUBECONFIG');
    return content.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = isRecord(error) && typeof error.code === 'string' ? error.code : 'unreadable';
    if (code === 'ENOENT' && !mustExist) return undefined;
    const why = READ_PROBLEMS[code] ?? `cannot be read (${code})`;
    throw new ConfigError(`kubeconfig ${path}: ${why}`, 'check --kubeconfig and KUBECONFIG', { cause: error });
  }
}

const REPAIR = 'correct the file, or name another by --kubeconfig or KUBECONFIG';

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'a loop of symbolic links',
};

/** JSON first: it parses 20 times as fast as YAML, and js-yaml is then not even loaded. */
async function parseDocument(path: string, content: string): Promise<unknown> {
  if (content.trimStart().startsWith('{')) {
    try {
      return JSON.parse(content);
    } catch {
      // a YAML flow mapping starts with a brace too
    }
  }
  if (content.trim() === '') return undefined;
  const { load, YAMLException } = await import('js-yaml');
  try {
    return load(content);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line: unknown = error.mark?.line;
    const where = typeof line === 'number' ? `${path}:${line + 1}` : path;
    throw new ConfigError(`kubeconfig ${where}: not YAML: ${error.reason}`, REPAIR, { cause: error });
  }
}

function contextsOf(file: string, root: Json, shown: string): readonly ContextEntry[] {
  const servers = named(root.clusters, 'clusters', 'cluster');
  const users = named(root.users, 'users', 'user');
  const contexts = named(root.contexts, 'contexts', 'context');
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  return [...contexts].map(([name, context]): ContextEntry => {
    try {
      const access = accessOf(context, servers, users, absolute);
      if ('problem' in access) return { name, file: shown, url: access.url, access: { problem: access.problem } };
      return { name, file: shown, url: access.server.url, access };
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return { name, file: shown, url: '', access: { problem: error.message } };
    }
  });
}

type Entries = ReadonlyMap<string, unknown>;

function accessOf(
  value: unknown,
  servers: Entries,
  users: Entries,
  absolute: (path: string) => string,
): { server: Server; user: User } | { problem: string; url: string } {
  const context = record(value, 'context') ?? {};
  const serverName = text(context.cluster, 'context.cluster') ?? '';
  const userName = text(context.user, 'context.user') ?? '';
  if (serverName === '') return { problem: 'the context names no cluster', url: '' };
  if (!servers.has(serverName))
    return { problem: `the context names cluster "${serverName}", which is not there`, url: '' };
  const server = parseServer(servers.get(serverName), `cluster "${serverName}"`, absolute);
  if (userName === '') {
    if (server.url.startsWith('http://')) return { server, user: { name: '' } }; // e.g. kubectl proxy: no one to be
    return { problem: 'the context names no user', url: server.url };
  }
  if (!users.has(userName))
    return { problem: `the context names user "${userName}", which is not there`, url: server.url };
  return { server, user: parseUser(users.get(userName), userName, absolute) };
}

/** A list of `{name, <field>: …}`, by name; as in kubectl the first of a name wins. */
function named(list: unknown, path: string, field: string): Entries {
  const out = new Map<string, unknown>();
  listOf(list, path, (value, at) => {
    const entry = required(record(value, at), at, 'a mapping');
    const name = required(text(entry.name, `${at}.name`), `${at}.name`, 'a name');
    if (!out.has(name)) out.set(name, entry[field]);
  });
  return out;
}
