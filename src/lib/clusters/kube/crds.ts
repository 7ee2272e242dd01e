import { setTimeout as sleep } from 'node:timers/promises';
import type { CRD } from '../../api/crds.ts';
import { ABOUT_GROUP, KINDS, MCS_GROUP } from '../../api/kinds.ts';
import { FIELD_MANAGER } from '../../api/labels.ts';
import { MalformedError, isRecord, listOf, record, required, text, textMap, type Json } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { CRDAccess } from '../cluster.ts';
import type { API } from './api.ts';
import type { Discovery } from './discovery.ts';
import { fieldsOf, schemasOf } from './schema.ts';
import type { Intent } from './status.ts';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io';

/** The CRDs that matter to mcs: those of the MCS and About APIs. */
export const CRD_NAMES: readonly string[] = Object.values(KINDS)
  .filter(({ group }) => group === MCS_GROUP || group === ABOUT_GROUP)
  .map(({ plural, group }) => `${plural}.${group}`);

/** How long a new CRD may take until it is served, and how often to look: milliseconds. */
const PATIENCE = 30_000;
const INTERVAL = 100;

export interface CRDContext {
  api(): API;
  discovery(): Promise<Discovery>;
  /** Drops what is known of the server's kinds. */
  forget(): void;
}

/** Reads and writes the CRDs of one API server. */
export function crdAccess(context: CRDContext): CRDAccess {
  return {
    list: async () => {
      const found = await Promise.all(CRD_NAMES.map((name) => read(context.api(), name)));
      return found.filter((crd) => crd !== undefined);
    },
    apply: async (manifest, options = {}) => {
      const api = context.api();
      const wanted = parse(api, manifest, 'the manifest');
      const query = `fieldManager=${FIELD_MANAGER}&force=true${options.dryRun === true ? '&dryRun=All' : ''}`;
      const path = `${PATH}/${encodeURIComponent(wanted.name)}?${query}`;
      const body = JSON.stringify(manifest);
      await api.json(
        { method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' },
        intent('apply', wanted.name),
      );
      if (options.dryRun === true) return;
      await until(api, wanted.name, async () => (await read(api, wanted.name))?.established === true);
      await until(api, wanted.name, () => isDiscovered(context, wanted));
      if (wanted.name.endsWith(`.${MCS_GROUP}`)) await until(api, wanted.name, () => isPublished(api, manifest));
      context.forget();
    },
  };
}

async function read(api: API, name: string): Promise<CRD | undefined> {
  const path = `${PATH}/${encodeURIComponent(name)}`;
  const found = await api.find({ method: 'GET', path }, intent('get', name));
  return found === undefined ? undefined : parse(api, found, path);
}

async function isDiscovered(context: CRDContext, { name, versions }: CRD): Promise<boolean> {
  context.forget();
  const discovery = await context.discovery();
  const dot = name.indexOf('.');
  const [plural, group] = [name.slice(0, dot), name.slice(dot + 1)];
  return versions.every((version) => !version.served || discovery.serves(`${group}/${version.name}`, plural));
}

/** True when the schemas the server publishes have every optional field that the manifest has: they come a little later. */
async function isPublished(api: API, manifest: Json): Promise<boolean> {
  const spec = isRecord(manifest.spec) ? manifest.spec : {};
  const kind = isRecord(spec.names) ? spec.names.kind : undefined;
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isRecord) : [];
  const served = versions.find((version) => version.served === true);
  const schema = served !== undefined && isRecord(served.schema) ? served.schema.openAPIV3Schema : undefined;
  const version = served?.name;
  if (typeof kind !== 'string' || typeof version !== 'string' || schema === undefined) return true;
  const path = `/openapi/v3/apis/${MCS_GROUP}/${version}`;
  const reply = await api.send({ method: 'GET', path });
  if (reply.status === 403) return true;
  if (reply.status !== 200) return false;
  const published = schemasOf(api.parse(reply, { verb: 'get', resource: path }), version).get(kind);
  return published !== undefined && sameFields(kind, schema, published);
}

function sameFields(kind: string, ours: unknown, published: unknown): boolean {
  const only = (schema: unknown) => fieldsOf(kind, schema);
  const theirs = only(published);
  return [...only(ours)].every((field) => theirs.has(field));
}

async function until(api: API, name: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await done())) {
    if (Date.now() > deadline) {
      throw new ClusterError(api.cluster, 'timeout', `${name} is not served ${PATIENCE / 1000} s after it was applied`);
    }
    await sleep(INTERVAL);
  }
}

function parse(api: API, value: unknown, where: string): CRD {
  try {
    const root = required(record(value, ''), '', 'a mapping');
    const metadata = required(record(root.metadata, 'metadata'), 'metadata', 'a mapping');
    const spec = required(record(root.spec, 'spec'), 'spec', 'a mapping');
    const status = isRecord(root.status) ? root.status : {};
    const conditions = Array.isArray(status.conditions) ? status.conditions.filter(isRecord) : [];
    return {
      name: required(text(metadata.name, 'metadata.name'), 'metadata.name', 'a name'),
      labels: textMap(metadata.labels, 'metadata.labels') ?? {},
      versions:
        listOf(spec.versions, 'spec.versions', (entry, path) => {
          const version = required(record(entry, path), path, 'a mapping');
          const name = required(text(version.name, `${path}.name`), `${path}.name`, 'a name');
          return { name, served: version.served === true, storage: version.storage === true };
        }) ?? [],
      storedVersions:
        listOf(status.storedVersions, 'status.storedVersions', (item, path) => text(item, path) ?? '') ?? [],
      established: conditions.some((condition) => condition.type === 'Established' && condition.status === 'True'),
    };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new ClusterError(api.cluster, 'malformed', `${where}: ${error.message}`, undefined, { cause: error });
  }
}

function intent(verb: Intent['verb'], name: string): Intent {
  return { verb, resource: RESOURCE, name };
}
