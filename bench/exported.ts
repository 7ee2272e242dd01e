import { type BareClient } from './bare-client.ts';
import { NAMESPACES, create } from './members.ts';

/** A service of the comparisons with real API servers. */
export interface Exported {
  readonly namespace: string;
  readonly name: string;
}

export function services(count: number): readonly Exported[] {
  return Array.from({ length: count }, (_, index) => ({
    namespace: NAMESPACES[index % NAMESPACES.length] ?? '',
    name: `service-${index}`,
  }));
}

/** Creates Services with a slice and an export each, a few at a time. */
export async function exportServices(api: BareClient, exported: readonly Exported[]): Promise<void> {
  await Promise.all(
    exported.map(async (service, index) => {
      await createService(api, service, index);
      await createExport(api, service);
    }),
  );
}

/** Creates a Service with a slice, which is not exported yet. */
export async function createService(api: BareClient, { namespace, name }: Exported, index: number): Promise<void> {
  await create(api, `/api/v1/namespaces/${namespace}/services`, {
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
  await create(
    api,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    sourceSlice({ namespace, name }, addressOf(index)),
  );
}

export async function createExport(api: BareClient, { namespace, name }: Exported): Promise<void> {
  await create(api, `/apis/multicluster.x-k8s.io/v1beta1/namespaces/${namespace}/serviceexports`, {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { name, namespace },
  });
}

/** The slice of a source, with an endpoint that tells which version of it this is. */
export function sourceSlice({ namespace, name }: Exported, address: string): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-e1`,
      namespace,
      labels: {
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: [
      { addresses: [address], conditions: { ready: true }, zone: 'a' },
      { addresses: ['10.9.9.9'], conditions: { ready: true }, zone: 'b' },
    ],
  };
}

/** An address for a number below 2^24; each is another. */
export function addressOf(number: number): string {
  return `11.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

export function slicePath({ namespace }: Exported, slice: string): string {
  return `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${slice}?fieldManager=bench&force=true`;
}
