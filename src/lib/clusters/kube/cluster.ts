import { FIELD_MANAGER } from '../../api/labels.ts';
import { MCS_GROUP, KINDS, apiVersionOf, type Kind, type ObjectOf } from '../../api/kinds.ts';
import type { Ref } from '../../api/objects.ts';
import { parseObject } from '../../api/parse.ts';
import { MalformedError, isRecord } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { CRDAccess, Cluster, ClusterFacts, ListOptions, WriteOptions } from '../cluster.ts';
import { API, isAbsence, isSuccess } from './api.ts';
import { credentialSource } from './credentials.ts';
import { crdAccess } from './crds.ts';
import { discover, servedVersions, type Discovery } from './discovery.ts';
import { readFacts } from './facts.ts';
import type { ContextEntry } from './kubeconfig.ts';
import { listAll } from './list.ts';
import { manifestOf } from './manifest.ts';
import { refusalError, show, type Intent } from './status.ts';
import { oneLine } from './text.ts';
import { Transport } from './transport.ts';

export interface KubeClusterOptions {
  /** Seconds for one request. */
  readonly requestTimeout: number;
  /** Most requests at a time. */
  readonly concurrency: number;
  /** The environment that credential plugins get. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether credential plugins may ask on a terminal. */
  readonly interactive?: boolean;
  /** Ends all requests. */
  readonly signal?: AbortSignal;
}

/** A context of a kubeconfig as a Cluster. Nothing is read or connected before the first call. */
export function kubeCluster(entry: ContextEntry, options: KubeClusterOptions): Cluster {
  return new KubeCluster(entry, options);
}

class KubeCluster implements Cluster {
  readonly name: string;
  readonly type = 'context';
  readonly location: string;
  readonly crds: CRDAccess;
  readonly #entry: ContextEntry;
  readonly #options: KubeClusterOptions;
  #transport: Transport | undefined;
  #api: API | undefined;
  #discovery: Promise<Discovery> | undefined;
  #facts: Promise<ClusterFacts> | undefined;

  constructor(entry: ContextEntry, options: KubeClusterOptions) {
    this.name = entry.name;
    this.location = entry.url;
    this.#entry = entry;
    this.#options = options;
    this.crds = crdAccess({ api: () => this.#open(), discover: () => this.#discover(), forget: () => this.#forget() });
  }

  async facts(): Promise<ClusterFacts> {
    this.#facts ??= this.#keep(
      async () => readFacts(this.#open(), await this.#discover()),
      () => (this.#facts = undefined),
    );
    return this.#facts;
  }

  async list<K extends Kind>(kind: K, { namespace, labelSelector }: ListOptions = {}): Promise<readonly ObjectOf[K][]> {
    const version = await this.#versionOf(kind);
    const intent = this.#intent('list', kind, namespace === undefined ? {} : { namespace });
    const items = await listAll(this.#open(), pathOf(kind, version, { namespace }), labelSelector, intent);
    const apiVersion = apiVersionOf(kind, version);
    return items.map((item) => this.#parse(kind, isRecord(item) ? { ...item, apiVersion } : item, intent));
  }

  async get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined> {
    const version = await this.#versionOf(kind);
    const intent = this.#intent('get', kind, ref);
    const found = await this.#open().find({ method: 'GET', path: pathOf(kind, version, ref) }, intent);
    return found === undefined ? undefined : this.#parse(kind, found, intent);
  }

  async apply<K extends Kind>(kind: K, object: ObjectOf[K], options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const version = await this.#versionOf(kind);
    const owned = object.metadata.ownerReferences?.some((owner) => owner.apiVersion.startsWith(`${MCS_GROUP}/`));
    const mcsVersion = owned === true ? await this.#versionOf('ServiceImport') : undefined;
    const manifest = manifestOf(kind, object, version, mcsVersion, options.subresource);
    const query = { fieldManager: FIELD_MANAGER, force: String(options.force ?? true), ...dryRun(options) };
    const path = pathOf(kind, version, object.metadata, options.subresource, query);
    const body = JSON.stringify(manifest);
    const intent = this.#intent('apply', kind, object.metadata);
    const ask = { method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' } as const; // JSON is YAML
    return this.#parse(kind, await this.#open().json(ask, intent), intent);
  }

  async patch<K extends Kind>(kind: K, ref: Ref, patch: unknown, options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const version = await this.#versionOf(kind);
    const path = pathOf(kind, version, ref, options.subresource, { fieldManager: FIELD_MANAGER, ...dryRun(options) });
    const intent = this.#intent('patch', kind, ref);
    const ask = {
      method: 'PATCH',
      path,
      body: JSON.stringify(patch),
      contentType: 'application/merge-patch+json',
    } as const;
    return this.#parse(kind, await this.#open().json(ask, intent), intent);
  }

  async delete(
    kind: Kind,
    ref: Ref,
    options: { readonly dryRun?: boolean; readonly uid?: string } = {},
  ): Promise<'deleted' | 'absent'> {
    const version = await this.#versionOf(kind);
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
    };
    const ask = {
      method: 'DELETE',
      path: pathOf(kind, version, ref),
      body: JSON.stringify(body),
      contentType: 'application/json',
    } as const;
    const reply = await this.#open().send(ask);
    if (isSuccess(reply)) return 'deleted';
    if (isAbsence(reply)) return 'absent';
    if (reply.status === 409 && options.uid !== undefined && /UID.*precondition|precondition.*UID/i.test(reply.text))
      return 'absent';
    throw refusalError(this.name, reply, this.#intent('delete', kind, ref));
  }

  async close(): Promise<void> {
    await this.#transport?.close();
  }

  #open(): API {
    if (this.#api !== undefined) return this.#api;
    const { access, file } = this.#entry;
    if ('problem' in access) {
      throw new ClusterError(
        this.name,
        'unauthorized',
        `${oneLine(access.problem)} (${oneLine(file)})`,
        'correct the kubeconfig',
      );
    }
    const { requestTimeout, concurrency, env, interactive, signal } = this.#options;
    const { server, user } = access;
    const ending = signal === undefined ? {} : { signal };
    const credentials = credentialSource(user, {
      cluster: this.name,
      server,
      env,
      interactive: interactive ?? false,
      ...ending,
    });
    this.#transport = new Transport({
      cluster: this.name,
      server,
      credentials,
      requestTimeout,
      concurrency,
      ...ending,
    });
    this.#api = new API(this.name, this.#transport);
    return this.#api;
  }

  #discover(): Promise<Discovery> {
    this.#discovery ??= this.#keep(
      async () => discover(this.#open()),
      () => (this.#discovery = undefined),
    );
    return this.#discovery;
  }

  /** Work whose result is kept; after a failure the next call tries again. */
  #keep<T>(work: () => Promise<T>, forget: () => void): Promise<T> {
    const kept = work();
    kept.catch(forget);
    return kept;
  }

  #forget(): void {
    this.#discovery = undefined;
    this.#facts = undefined;
  }

  /** The best served version of a kind. Kubernetes' own kinds have one, and every server has it. */
  async #versionOf(kind: Kind): Promise<string> {
    const { versions, group, plural } = KINDS[kind];
    if (versions.length === 1) return versions[0];
    const version = servedVersions(await this.#discover(), kind)[0];
    if (version !== undefined) return version;
    throw new ClusterError(
      this.name,
      'not-served',
      `${plural}.${group} is not served there`,
      `mcs crds install --context ${this.name}`,
    );
  }

  #parse<K extends Kind>(kind: K, value: unknown, intent: Intent): ObjectOf[K] {
    try {
      return parseObject(kind, value);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const metadata = isRecord(value) && isRecord(value['metadata']) ? value['metadata'] : {};
      const which = [metadata['namespace'], metadata['name']].filter((part) => typeof part === 'string').join('/');
      throw new ClusterError(this.name, 'malformed', `${show(intent)}: ${which}: ${error.message}`, undefined, {
        cause: error,
      });
    }
  }

  #intent(verb: Intent['verb'], kind: Kind, ref: Partial<Ref>): Intent {
    const { plural, group, namespaced } = KINDS[kind];
    const { name, namespace } = ref;
    return {
      verb,
      resource: group === '' ? plural : `${plural}.${group}`,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined || !namespaced ? {} : { namespace }),
    };
  }
}

function dryRun(options: WriteOptions): Readonly<Record<string, string>> {
  return options.dryRun === true ? { dryRun: 'All' } : {};
}

/** The path of a list or an object. Names are encoded: one from outside must not lead elsewhere. */
function pathOf(
  kind: Kind,
  version: string,
  { name, namespace }: { readonly name?: string; readonly namespace?: string | undefined },
  subresource?: string,
  query?: Readonly<Record<string, string>>,
): string {
  const { group, plural, namespaced } = KINDS[kind];
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const path = `${root}${scope}/${plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
  return query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`;
}
