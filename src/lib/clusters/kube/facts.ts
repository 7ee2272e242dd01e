import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_FIELDS, OPTIONAL_FIELDS, type ServedFields } from '../../api/fields.ts';
import { MCS_GROUP } from '../../api/kinds.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { isRecord, type Json } from '../../api/reader.ts';
import type { IPFamily } from '../../api/objects.ts';
import { ClusterError, type ClusterErrorReason } from '../../errors.ts';
import type { ClusterFacts } from '../cluster.ts';
import type { API } from './api.ts';
import { findControllers } from './controllers.ts';
import { servedVersions, type Discovery } from './discovery.ts';
import { fieldsOf, schemasOf } from './schema.ts';

/**
 * Who and what a cluster is. What may not be read becomes a warning; a server that does not answer, or not to us, throws.
 * @throws ClusterError
 */
export async function readFacts(api: API, discovery: Discovery): Promise<ClusterFacts> {
  const imports = servedVersions(discovery, 'ServiceImport');
  const mcsVersions = servedVersions(discovery, 'ServiceExport').filter((version) => imports.includes(version));
  const warnings: string[] = [];
  const tolerate = async <T>(work: Promise<T>, otherwise: T, lost: string): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ClusterError) || FATAL.has(error.reason)) throw error;
      warnings.push(`${lost}: ${error.message}`);
      return otherwise;
    }
  };
  const [uid, kubernetesVersion, fields, ipFamilies, { controllers, unknown }] = await Promise.all([
    tolerate(readUID(api), undefined, 'two contexts of this cluster would not be recognised'),
    tolerate(readVersion(api), undefined, 'its version is unknown'),
    tolerate(readFields(api, mcsVersions[0]), ALL_FIELDS, 'its MCS schema is taken as the newest'),
    tolerate(readFamilies(api, discovery), ['IPv4'] as const, 'its IP families are taken as IPv4 alone'),
    findControllers(api, discovery.groups, mcsVersions.length > 0),
  ]);
  if (unknown.length > 0) warnings.push(`whether ${unknown.join(', ')} runs there is unknown: not allowed to look`);
  return deepFreeze({
    ...(uid === undefined ? {} : { uid }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    mcsVersions,
    aboutVersions: servedVersions(discovery, 'ClusterProperty'),
    fields,
    ipFamilies,
    controllers,
    warnings,
  });
}

/** Reasons that say the cluster cannot be used at all. */
const FATAL: ReadonlySet<ClusterErrorReason> = new Set(['unreachable', 'timeout', 'unauthorized']);

async function readUID(api: API): Promise<string | undefined> {
  const intent = { verb: 'get', resource: 'namespaces', name: 'kube-system' } as const;
  const namespace = await api.find({ method: 'GET', path: '/api/v1/namespaces/kube-system' }, intent);
  const metadata = isRecord(namespace) ? namespace.metadata : undefined;
  return isRecord(metadata) ? string(metadata.uid) : undefined;
}

async function readVersion(api: API): Promise<string | undefined> {
  const version = await api.json({ method: 'GET', path: '/version' }, { verb: 'get', resource: '/version' });
  return isRecord(version) ? string(version.gitVersion) : undefined;
}

async function readFields(api: API, version: string | undefined): Promise<ServedFields> {
  if (version === undefined) return ALL_FIELDS;
  const path = `/openapi/v3/apis/${MCS_GROUP}/${version}`;
  const schemas = schemasOf(await readSchema(api, path), version);
  const kinds = new Set(OPTIONAL_FIELDS.map((field) => field.slice(0, field.indexOf('.'))));
  const fields = [...kinds].map((kind) => {
    const schema = schemas.get(kind);
    if (schema === undefined) throw new ClusterError(api.cluster, 'malformed', `${path} has no schema of ${kind}`);
    return fieldsOf(kind, schema);
  });
  return new Set(fields.flatMap((some) => [...some]));
}

/** A server publishes the schema of a version a moment after the version itself, when its CRD was just changed. */
async function readSchema(api: API, path: string): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.json({ method: 'GET', path }, { verb: 'get', resource: path });
    } catch (error) {
      const early = error instanceof ClusterError && error.reason === 'not-served' && attempt < SCHEMA_ATTEMPTS;
      if (!early) throw error;
      await sleep(SCHEMA_PAUSE);
    }
  }
}

const SCHEMA_ATTEMPTS = 10;
/** Milliseconds. */
const SCHEMA_PAUSE = 200;

/** From the ServiceCIDRs (1.33 and later), else those of the API server's own Service, which names only the first. */
async function readFamilies(api: API, discovery: Discovery): Promise<readonly IPFamily[]> {
  if (discovery.serves('networking.k8s.io/v1', 'servicecidrs')) {
    const path = '/apis/networking.k8s.io/v1/servicecidrs';
    const reply = await api.send({ method: 'GET', path });
    if (reply.status === 200) {
      const families = familiesOf(api.parse(reply, { verb: 'list', resource: 'servicecidrs.networking.k8s.io' }));
      if (families.length > 0) return families;
    }
  }
  const intent = { verb: 'get', resource: 'services', namespace: 'default', name: 'kubernetes' } as const;
  const service = await api.json({ method: 'GET', path: '/api/v1/namespaces/default/services/kubernetes' }, intent);
  const spec = isRecord(service) && isRecord(service.spec) ? service.spec : {};
  const families = Array.isArray(spec.ipFamilies) ? spec.ipFamilies.filter(isFamily) : [];
  return families.length > 0 ? families : ['IPv4'];
}

/** The families of a list of ServiceCIDRs; the default one, `kubernetes`, says which comes first. */
function familiesOf(list: unknown): readonly IPFamily[] {
  const items = isRecord(list) && Array.isArray(list.items) ? list.items.filter(isRecord) : [];
  const isDefault = (item: Json): boolean => isRecord(item.metadata) && item.metadata.name === 'kubernetes';
  const ordered = [...items.filter(isDefault), ...items.filter((item) => !isDefault(item))];
  const cidrs = ordered.flatMap((item) => {
    const spec = isRecord(item.spec) ? item.spec : {};
    return Array.isArray(spec.cidrs) ? spec.cidrs.filter((cidr) => typeof cidr === 'string') : [];
  });
  return [...new Set(cidrs.map((cidr): IPFamily => (cidr.includes(':') ? 'IPv6' : 'IPv4')))];
}

function isFamily(value: unknown): value is IPFamily {
  return value === 'IPv4' || value === 'IPv6';
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
