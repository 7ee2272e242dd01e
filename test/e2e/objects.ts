/** Manifests as a user, or the controllers of a whole cluster, would write them. */

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface Port {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly appProtocol?: string;
}

export const HTTP: Port = { name: 'http', protocol: 'TCP', port: 80 };

/** A Service; the spec goes over one of type ClusterIP with one port `http`. */
export function service(namespace: string, name: string, spec: object = {}, metadata: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, ...metadata },
    spec: { ports: [HTTP], ...spec },
  };
}

export function headless(namespace: string, name: string, spec: object = {}): Manifest {
  return service(namespace, name, { clusterIP: 'None', ...spec });
}

export function serviceExport(namespace: string, name: string, spec?: object): Manifest {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { name, namespace },
    ...(spec === undefined ? {} : { spec }),
  };
}

export function namespaceObject(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export interface SliceOptions {
  /** Default: one like HTTP. */
  readonly ports?: readonly Port[];
  readonly addressType?: string;
  /** Default: the Service's name and `-abcde`, as the EndpointSlice controller might. */
  readonly name?: string;
}

/** A slice of a Service's Pods: addresses, or whole endpoints. */
export function slice(
  namespace: string,
  serviceName: string,
  endpoints: readonly (string | object)[],
  { ports = [HTTP], addressType = 'IPv4', name = `${serviceName}-abcde` }: SliceOptions = {},
): Manifest {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
    addressType,
    endpoints: endpoints.map((endpoint) =>
      typeof endpoint === 'string' ? { addresses: [endpoint], conditions: { ready: true } } : endpoint,
    ),
    ports,
  };
}

/** An exported Service with an endpoint or more. */
export function exported(
  namespace: string,
  name: string,
  addresses: readonly string[],
  spec: object = {},
): readonly Manifest[] {
  const { ports = [HTTP] } = spec as { readonly ports?: readonly Port[] };
  return [
    service(namespace, name, spec),
    serviceExport(namespace, name),
    ...(addresses.length === 0 ? [] : [slice(namespace, name, addresses, { ports })]),
  ];
}
