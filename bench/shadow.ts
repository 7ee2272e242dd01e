import type { BareRequest } from './bare-client.ts';
import { type Exported, slicePath, sourceSlice } from './exported.ts';
import { BARE_NAMESPACES, type Member, type Members, NAMESPACES } from './members.ts';

/** The imported slice of a service as the same slice in a place that does not concern mcs. */
export interface Shadow {
  readonly name: string;
  /** The write of a version of it that has this endpoint. */
  write(member: Member, address: string): BareRequest;
  /** The write of what it is a copy of, as its user makes it. */
  source(address: string): BareRequest;
}

interface Slice {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: object;
    readonly ownerReferences?: readonly object[];
  };
  readonly endpoints: readonly { readonly addresses: readonly string[] }[];
  readonly [field: string]: unknown;
}

/** Takes what mcs wrote to each member as the pattern, and writes it once. */
export async function shadowOf({ namespace, name }: Exported, { all, source }: Members): Promise<Shadow> {
  const there = BARE_NAMESPACES[NAMESPACES.indexOf(namespace)] ?? '';
  const selector = `labelSelector=multicluster.kubernetes.io/service-name%3D${name}`;
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${selector}`;
  const patterns = new Map<string, Slice>();
  for (const { name: member, api } of all) {
    const { items } = JSON.parse(await api.send({ method: 'GET', path })) as { readonly items: readonly Slice[] };
    const [slice] = items;
    if (slice === undefined || items.length !== 1) throw new Error(`${items.length} slices of ${name} in ${member}`);
    patterns.set(member, slice);
  }
  const shadow: Shadow = {
    name,
    write: (member, address) => {
      const pattern = patterns.get(member.name);
      if (pattern === undefined) throw new Error(`defect: no slice of ${name} in ${member.name}`);
      const slice = moved(pattern, there, address);
      return {
        method: 'PATCH',
        path: slicePath({ namespace: there, name }, pattern.metadata.name),
        body: JSON.stringify(slice),
      };
    },
    source: (address) => {
      const moved = { namespace: there, name };
      return {
        method: 'PATCH',
        path: slicePath(moved, `${name}-e1`),
        body: JSON.stringify(sourceSlice(moved, address)),
      };
    },
  };
  await source.api.send(shadow.source('10.9.9.8'));
  await Promise.all(all.map((member) => member.api.send(shadow.write(member, '10.9.9.8'))));
  return shadow;
}

function moved({ metadata, endpoints, ...rest }: Slice, namespace: string, address: string): object {
  const { name, labels, annotations, ownerReferences } = metadata;
  // Of the same length, so that it is the same to write.
  const renamed = Object.entries(labels).map(([key, value]) => [
    key.replace('.kubernetes.io', '.benchmark0.io'),
    value,
  ]);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    ...rest,
    metadata: { name, namespace, labels: Object.fromEntries(renamed) as object, annotations, ownerReferences },
    endpoints: endpoints.map((endpoint, index) => (index === 0 ? { ...endpoint, addresses: [address] } : endpoint)),
  };
}
