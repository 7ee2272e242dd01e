import {
  MARK,
  PROXY_SERVICE_NAME_LABEL,
  SERVICE_NAME_LABEL,
  SLICE_MANAGED_BY_LABEL,
  SLICE_MANAGER,
  SOURCE_CLUSTER_LABEL,
} from '../api/labels.ts';
import { hashedName } from '../api/names.ts';
import type { Endpoint, EndpointPort, EndpointSlice, OwnerReference } from '../api/objects.ts';
import { compact } from '../api/reader.ts';
import { isUsableAddress } from './addresses.ts';
import type { Merged } from './merge.ts';
import { compareText } from './order.ts';
import { MAX_SLICE_PORTS, agreedPorts, derivedPorts, slicePorts } from './ports.ts';
import type { ServiceView } from './service-view.ts';

/** Most endpoints of one imported slice (the EndpointSlice controller's own limit). */
export const MAX_SLICE_ENDPOINTS = 100;

/** An imported slice before it is stamped for one importing cluster: the same for all of them. */
export interface SliceContent {
  readonly name: string;
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointPort[];
}

/** What one source cluster gives to a service, and what of it cannot be used elsewhere. */
export interface SourceSlices {
  /** Cluster id. */
  readonly source: string;
  readonly contents: readonly SliceContent[];
  /** One line each. */
  readonly dropped: readonly string[];
}

/**
 * The slices that hold one source cluster's endpoints of a service everywhere. One source slice becomes one imported
 * slice (more when it is over the limits), named after its origin, so that a change of one endpoint changes one slice
 * and a run finds its own. Only ports the source agrees on are served; a slice without any is left out, since an empty
 * port list would mean all ports (KEP-1645, "EndpointSlice"; design rules 8, 14, 15).
 */
export function slicesOf(
  source: string,
  namespace: string,
  name: string,
  view: ServiceView,
  merged: Merged,
): SourceSlices {
  const own = view.service?.spec.ports ?? [];
  const agreed = agreedPorts(merged.ports, own);
  const named = merged.type === 'Headless' ? merged.ports : derivedPorts(merged.ports);
  // A headless Service without ports resolves by DNS alone; its slices' ports, if any, are kept.
  const portless = merged.type === 'Headless' && merged.ports.length === 0 && own.length === 0;
  const contents: SliceContent[] = [];
  const dropped: string[] = [];
  for (const slice of view.slices.toSorted((a, b) => compareText(a.metadata.name, b.metadata.name))) {
    if (slice.addressType !== 'IPv4' && slice.addressType !== 'IPv6') {
      dropped.push(
        `EndpointSlice ${namespace}/${slice.metadata.name}: address type ${slice.addressType} is not imported`,
      );
      continue;
    }
    // Who could reach it? The service has no address of that family anywhere (design rule 9).
    if (merged.ipFamilies !== undefined && !merged.ipFamilies.includes(slice.addressType)) continue;
    const ports = portless ? (slice.ports ?? []) : slicePorts(agreed, named, slice.ports ?? []);
    if (ports.length === 0 && !portless) {
      if (agreed.length > 0 && slice.endpoints.length > 0) {
        dropped.push(`EndpointSlice ${namespace}/${slice.metadata.name}: has none of the ports of its Service`);
      }
      continue;
    }
    const { endpoints, unusable } = usableEndpoints(slice);
    if (unusable.length > 0) {
      const list = unusable.slice(0, 3).join(', ') + (unusable.length > 3 ? `, and ${unusable.length - 3} more` : '');
      dropped.push(`EndpointSlice ${namespace}/${slice.metadata.name}: unusable in another cluster: ${list}`);
    }
    const origin = `${source}/${namespace}/${name}/${slice.metadata.name}/${slice.addressType}`;
    chunks(endpoints, MAX_SLICE_ENDPOINTS).forEach((part, index) => {
      (portless ? [ports] : chunks(ports, MAX_SLICE_PORTS)).forEach((some, second) => {
        const end = second === 0 ? `${index}` : `${index}.${second}`;
        const named = hashedName(name, `${origin}/${end}`);
        contents.push({ name: named, addressType: slice.addressType, endpoints: part, ports: some });
      });
    });
  }
  return { source, contents, dropped };
}

/** The slice as one importing cluster holds it. `derived` is the Service it serves there, if any. */
export function stampSlice(
  content: SliceContent,
  source: string,
  namespace: string,
  service: string,
  derived: string | undefined,
  owner: OwnerReference | undefined,
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: compact({
      name: content.name,
      namespace,
      labels: {
        ...MARK,
        [SLICE_MANAGED_BY_LABEL]: SLICE_MANAGER,
        ...(derived === undefined ? {} : { [PROXY_SERVICE_NAME_LABEL]: derived }),
        [SERVICE_NAME_LABEL]: service,
        [SOURCE_CLUSTER_LABEL]: source,
      },
      ownerReferences: owner && [owner],
    }),
    addressType: content.addressType,
    endpoints: content.endpoints,
    ports: content.ports,
  };
}

function usableEndpoints(slice: EndpointSlice): { endpoints: readonly Endpoint[]; unusable: readonly string[] } {
  const unusable: string[] = [];
  const endpoints = slice.endpoints.flatMap((endpoint) => {
    const addresses = endpoint.addresses.filter((address) => {
      const usable = isUsableAddress(address, slice.addressType);
      if (!usable) unusable.push(address);
      return usable;
    });
    return addresses.length === 0
      ? []
      : [addresses.length === endpoint.addresses.length ? endpoint : { ...endpoint, addresses }];
  });
  return { endpoints, unusable };
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  if (list.length <= size) return list.length === 0 ? [] : [list];
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
