import { deepFreeze } from './freeze.ts';
import type { Kind, ObjectOf } from './kinds.ts';
import type {
  Condition,
  Endpoint,
  EndpointPort,
  ImportType,
  ObjectMeta,
  ServiceExport,
  ServicePort,
  ServiceSpec,
  SessionAffinityConfig,
} from './objects.ts';
import { MalformedError, bool, compact, integer, isRecord, listOf, record, required, text, textMap } from './reader.ts';

/**
 * An object of a kind from unknown JSON, frozen, cut down to the fields mcs uses, and defaulted as an API server would:
 * protocol TCP, type ClusterIP, sessionAffinity None (ClientIP: 10800 s), internalTrafficPolicy Cluster.
 * Unknown fields are left out; `status` is read leniently, since implementations write odd ones.
 * @throws MalformedError with the path of the field that is not what its kind says
 */
export function parseObject<K extends Kind>(kind: K, value: unknown): ObjectOf[K] {
  const root = required(record(value, ''), '', 'a mapping');
  const head = {
    apiVersion: required(text(root.apiVersion, 'apiVersion'), 'apiVersion', 'a string'),
    kind,
    metadata: parseMeta(root.metadata),
  };
  const body: object = BODIES[kind](root);
  return deepFreeze({ ...head, ...body }) as unknown as ObjectOf[K]; // BODIES has one row a kind, checked by its type
}

/** The part of an object beside apiVersion, kind and metadata. */
type Body<K extends Kind> = Omit<ObjectOf[K], 'apiVersion' | 'kind' | 'metadata'>;

const BODIES: { readonly [K in Kind]: (root: Readonly<Record<string, unknown>>) => Body<K> } = {
  Namespace: (root) => {
    const phase = isRecord(root.status) ? text(root.status.phase, 'status.phase') : undefined;
    return compact({ status: phase === undefined ? undefined : { phase } });
  },
  Service: (root) => ({ spec: parseServiceSpec(record(root.spec, 'spec') ?? {}) }),
  EndpointSlice: (root) =>
    compact({
      addressType: required(text(root.addressType, 'addressType'), 'addressType', 'IPv4, IPv6 or FQDN'),
      endpoints: listOf(root.endpoints, 'endpoints', parseEndpoint) ?? [],
      ports: listOf(root.ports, 'ports', parseEndpointPort),
    }),
  ServiceExport: (root) => {
    const spec = record(root.spec, 'spec');
    return compact({
      spec:
        spec &&
        compact({
          exportedLabels: textMap(spec.exportedLabels, 'spec.exportedLabels'),
          exportedAnnotations: textMap(spec.exportedAnnotations, 'spec.exportedAnnotations'),
        }),
      status: parseExportStatus(root.status),
    });
  },
  ServiceImport: (root) => {
    const spec = required(record(root.spec, 'spec'), 'spec', 'a mapping');
    return compact({
      spec: compact({
        type: parseImportType(spec.type),
        ports: listOf(spec.ports, 'spec.ports', parseServicePort) ?? [],
        ips: listOf(spec.ips, 'spec.ips', textItem),
        ipFamilies: listOf(spec.ipFamilies, 'spec.ipFamilies', textItem),
        sessionAffinity: text(spec.sessionAffinity, 'spec.sessionAffinity'),
        sessionAffinityConfig: parseAffinityConfig(spec.sessionAffinityConfig),
        internalTrafficPolicy: text(spec.internalTrafficPolicy, 'spec.internalTrafficPolicy'),
        trafficDistribution: text(spec.trafficDistribution, 'spec.trafficDistribution'),
      }),
      status: parseImportStatus(root.status),
    });
  },
  ClusterProperty: (root) => {
    const spec = record(root.spec, 'spec') ?? {};
    return { spec: { value: required(text(spec.value, 'spec.value'), 'spec.value', 'a string') } };
  },
};

function parseMeta(value: unknown): ObjectMeta {
  const meta = required(record(value, 'metadata'), 'metadata', 'a mapping');
  const name = required(text(meta.name, 'metadata.name'), 'metadata.name', 'a string');
  if (name === '') throw new MalformedError('metadata.name', 'a name', name);
  return compact({
    name,
    namespace: text(meta.namespace, 'metadata.namespace'),
    uid: text(meta.uid, 'metadata.uid'),
    resourceVersion: text(meta.resourceVersion, 'metadata.resourceVersion'),
    generation: integer(meta.generation, 'metadata.generation'),
    creationTimestamp: parseTime(meta.creationTimestamp, 'metadata.creationTimestamp'),
    deletionTimestamp: parseTime(meta.deletionTimestamp, 'metadata.deletionTimestamp'),
    labels: textMap(meta.labels, 'metadata.labels'),
    annotations: textMap(meta.annotations, 'metadata.annotations'),
    ownerReferences: listOf(meta.ownerReferences, 'metadata.ownerReferences', (entry, path) => {
      const owner = required(record(entry, path), path, 'a mapping');
      return {
        apiVersion: text(owner.apiVersion, `${path}.apiVersion`) ?? '',
        kind: text(owner.kind, `${path}.kind`) ?? '',
        name: text(owner.name, `${path}.name`) ?? '',
        uid: text(owner.uid, `${path}.uid`) ?? '',
      };
    }),
  });
}

/** RFC 3339; a Date is what YAML makes of an unquoted timestamp. */
function parseTime(value: unknown, path: string): string | undefined {
  if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, 'Z');
  const time = text(value, path);
  if (time !== undefined && Number.isNaN(Date.parse(time))) throw new MalformedError(path, 'an RFC 3339 time', value);
  return time;
}

function parseServiceSpec(spec: Readonly<Record<string, unknown>>): ServiceSpec {
  const type = text(spec.type, 'spec.type') ?? 'ClusterIP';
  const sessionAffinity = text(spec.sessionAffinity, 'spec.sessionAffinity') ?? 'None';
  return compact({
    type,
    clusterIP: text(spec.clusterIP, 'spec.clusterIP'),
    clusterIPs: listOf(spec.clusterIPs, 'spec.clusterIPs', textItem),
    ipFamilies: listOf(spec.ipFamilies, 'spec.ipFamilies', textItem),
    ipFamilyPolicy: text(spec.ipFamilyPolicy, 'spec.ipFamilyPolicy'),
    ports: listOf(spec.ports, 'spec.ports', parseServicePort) ?? [],
    selector: textMap(spec.selector, 'spec.selector'),
    sessionAffinity,
    sessionAffinityConfig:
      sessionAffinity === 'ClientIP'
        ? { clientIP: { timeoutSeconds: 10_800, ...parseAffinityConfig(spec.sessionAffinityConfig)?.clientIP } }
        : undefined,
    internalTrafficPolicy:
      text(spec.internalTrafficPolicy, 'spec.internalTrafficPolicy') ??
      (type === 'ExternalName' ? undefined : 'Cluster'),
    trafficDistribution: text(spec.trafficDistribution, 'spec.trafficDistribution'),
    publishNotReadyAddresses: bool(spec.publishNotReadyAddresses, 'spec.publishNotReadyAddresses'),
  });
}

function parseAffinityConfig(value: unknown): SessionAffinityConfig | undefined {
  const path = 'spec.sessionAffinityConfig';
  const clientIP = record(record(value, path)?.clientIP, `${path}.clientIP`);
  if (clientIP === undefined) return undefined;
  return { clientIP: compact({ timeoutSeconds: integer(clientIP.timeoutSeconds, `${path}.clientIP.timeoutSeconds`) }) };
}

function parseServicePort(value: unknown, path: string): ServicePort {
  const port = required(record(value, path), path, 'a mapping');
  const name = text(port.name, `${path}.name`);
  return compact({
    name: name === '' ? undefined : name,
    protocol: text(port.protocol, `${path}.protocol`) ?? 'TCP',
    port: required(integer(port.port, `${path}.port`), `${path}.port`, 'a port number'),
    appProtocol: text(port.appProtocol, `${path}.appProtocol`),
  });
}

function parseImportType(value: unknown): ImportType {
  if (value !== 'ClusterSetIP' && value !== 'Headless') {
    throw new MalformedError('spec.type', 'ClusterSetIP or Headless', value);
  }
  return value;
}

function parseEndpoint(value: unknown, path: string): Endpoint {
  const endpoint = required(record(value, path), path, 'a mapping');
  const conditions = record(endpoint.conditions, `${path}.conditions`);
  return compact({
    addresses: listOf(endpoint.addresses, `${path}.addresses`, textItem) ?? [],
    conditions:
      conditions &&
      compact({
        ready: bool(conditions.ready, `${path}.conditions.ready`),
        serving: bool(conditions.serving, `${path}.conditions.serving`),
        terminating: bool(conditions.terminating, `${path}.conditions.terminating`),
      }),
    hostname: text(endpoint.hostname, `${path}.hostname`),
    zone: text(endpoint.zone, `${path}.zone`),
  });
}

function parseEndpointPort(value: unknown, path: string): EndpointPort {
  const port = required(record(value, path), path, 'a mapping');
  const name = text(port.name, `${path}.name`);
  return compact({
    name: name === '' ? undefined : name,
    protocol: text(port.protocol, `${path}.protocol`) ?? 'TCP',
    port: integer(port.port, `${path}.port`),
    appProtocol: text(port.appProtocol, `${path}.appProtocol`),
  });
}

function parseExportStatus(value: unknown): ServiceExport['status'] {
  if (!isRecord(value)) return undefined;
  return { conditions: parseConditions(value.conditions) };
}

function parseImportStatus(value: unknown): ObjectOf['ServiceImport']['status'] {
  if (!isRecord(value)) return undefined;
  const clusters = Array.isArray(value.clusters) ? value.clusters.filter(isRecord) : undefined;
  const present = value.endpointSliceObjects;
  return compact({
    clusters: clusters?.flatMap(({ cluster }) => (typeof cluster === 'string' ? [{ cluster }] : [])),
    conditions: value.conditions === undefined ? undefined : parseConditions(value.conditions),
    endpointSliceObjects: typeof present === 'string' ? present : undefined,
  });
}

function parseConditions(value: unknown): readonly Condition[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((condition) => {
    const string = (field: unknown): string => (typeof field === 'string' ? field : '');
    const { status, observedGeneration, lastTransitionTime: time } = condition;
    return compact({
      type: string(condition.type),
      status: status === 'True' || status === 'False' ? status : ('Unknown' as const),
      reason: string(condition.reason),
      message: string(condition.message),
      lastTransitionTime: time instanceof Date ? time.toISOString().replace(/\.000Z$/, 'Z') : string(time) || undefined,
      observedGeneration: typeof observedGeneration === 'number' ? observedGeneration : undefined,
    });
  });
}

function textItem(value: unknown, path: string): string {
  return required(text(value, path), path, 'a string');
}
