import { FIELD_MANAGER } from '../../api/labels.ts';
import { MCS_GROUP, type Kind, type ObjectOf } from '../../api/kinds.ts';
import type { Ref } from '../../api/objects.ts';
import type {
  CRDAccess,
  Cluster,
  ClusterFacts,
  EventAccess,
  LeaseAccess,
  ListOptions,
  Permitted,
  WatchOptions,
  Watcher,
  WriteOptions,
} from '../cluster.ts';
import { isAbsence, isSuccess } from './api.ts';
import { crdAccess } from './crds.ts';
import { eventAccess } from './events.ts';
import type { ContextEntry } from './kubeconfig.ts';
import { leaseAccess } from './leases.ts';
import { listKind } from './list-kind.ts';
import { parsed } from './parsed.ts';
import { manifestOf } from './manifest.ts';
import { intentOf, pathOf } from './paths.ts';
import { Session, type KubeClusterOptions } from './session.ts';
import { refusalError } from './status.ts';

export type { KubeClusterOptions } from './session.ts';

/** A context of a kubeconfig as a Cluster. Nothing is read or connected before the first call. */
export function kubeCluster(entry: ContextEntry, options: KubeClusterOptions): Cluster {
  return new KubeCluster(entry, options);
}

class KubeCluster implements Cluster {
  readonly name: string;
  readonly type = 'context';
  readonly location: string;
  readonly access: string;
  readonly crds: CRDAccess;
  readonly leases: LeaseAccess;
  readonly events: EventAccess;
  readonly #session: Session;

  constructor(entry: ContextEntry, options: KubeClusterOptions) {
    this.name = entry.name;
    this.location = entry.url;
    this.access = JSON.stringify(entry.access);
    this.#session = new Session(entry, options);
    this.crds = crdAccess(this.#session);
    this.leases = leaseAccess(this.#session);
    this.events = eventAccess(this.#session);
  }

  async facts({ fresh = false }: { readonly fresh?: boolean } = {}): Promise<ClusterFacts> {
    if (fresh) this.#session.forget();
    return this.#session.facts();
  }

  async list<K extends Kind>(kind: K, { namespace, labelSelector }: ListOptions = {}): Promise<readonly ObjectOf[K][]> {
    const version = await this.#session.versionOf(kind);
    const intent = intentOf('list', kind, namespace === undefined ? {} : { namespace });
    const path = pathOf(kind, version, { namespace });
    return (await listKind(this.#session.reads(), kind, version, { path, labelSelector, intent })).items;
  }

  async get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined> {
    const version = await this.#session.versionOf(kind);
    const intent = intentOf('get', kind, ref);
    const found = await this.#session.api().find({ method: 'GET', path: pathOf(kind, version, ref) }, intent);
    return found === undefined ? undefined : parsed(this.name, kind, found, intent);
  }

  async apply<K extends Kind>(kind: K, object: ObjectOf[K], options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const version = await this.#session.versionOf(kind);
    const owned = object.metadata.ownerReferences?.some((owner) => owner.apiVersion.startsWith(`${MCS_GROUP}/`));
    const mcsVersion = owned === true ? await this.#session.versionOf('ServiceImport') : undefined;
    const manifest = manifestOf(kind, object, version, mcsVersion, options.subresource);
    const query = { fieldManager: FIELD_MANAGER, force: String(options.force ?? true), ...dryRun(options) };
    const path = pathOf(kind, version, object.metadata, options.subresource, query);
    const body = JSON.stringify(manifest);
    const intent = intentOf('apply', kind, object.metadata);
    const contentType = 'application/apply-patch+yaml'; // JSON is YAML
    const ask = { method: 'PATCH', path, body, contentType, permit: options.permit } as const;
    return parsed(this.name, kind, await this.#session.api().json(ask, intent), intent);
  }

  async patch<K extends Kind>(kind: K, ref: Ref, patch: unknown, options: WriteOptions = {}): Promise<ObjectOf[K]> {
    const version = await this.#session.versionOf(kind);
    const path = pathOf(kind, version, ref, options.subresource, { fieldManager: FIELD_MANAGER, ...dryRun(options) });
    const intent = intentOf('patch', kind, ref);
    const ask = {
      method: 'PATCH',
      path,
      body: JSON.stringify(patch),
      contentType: 'application/merge-patch+json',
      permit: options.permit,
    } as const;
    return parsed(this.name, kind, await this.#session.api().json(ask, intent), intent);
  }

  async delete(
    kind: Kind,
    ref: Ref,
    options: Permitted & { readonly dryRun?: boolean; readonly uid?: string } = {},
  ): Promise<'deleted' | 'absent'> {
    const version = await this.#session.versionOf(kind);
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
    };
    const ask = {
      method: 'DELETE',
      // The server obeys the body; the query tells its audit log, which has no bodies, that nothing was deleted.
      path: pathOf(kind, version, ref, undefined, options.dryRun === true ? dryRun(options) : undefined),
      body: JSON.stringify(body),
      contentType: 'application/json',
      permit: options.permit,
    } as const;
    const reply = await this.#session.api().send(ask);
    if (isSuccess(reply)) return 'deleted';
    if (isAbsence(reply)) return 'absent';
    if (reply.status === 409 && options.uid !== undefined && IS_SUCCESSOR.test(reply.text)) return 'absent';
    throw refusalError(this.name, reply, intentOf('delete', kind, ref));
  }

  watch<K extends Kind>(kind: K, watcher: Watcher<K>, options: WatchOptions = {}): () => void {
    return this.#session.watch(kind, watcher, options);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** What a 409 says whose `preconditions.uid` did not hold, from CRs and from built-in kinds. */
const IS_SUCCESSOR = /UID.*precondition|precondition.*UID/i;

function dryRun(options: WriteOptions): Readonly<Record<string, string>> {
  return options.dryRun === true ? { dryRun: 'All' } : {};
}
