import { compact } from '../api/reader.ts';
import type { EndpointPort, ServicePort } from '../api/objects.ts';

/** Most ports of one EndpointSlice (discovery.k8s.io/v1). */
export const MAX_SLICE_PORTS = 100;

/**
 * The union of port lists in precedence: a port joins if neither its name (no name is a name too) nor its
 * protocol+number is taken (KEP-1645, "Service Port").
 */
export function mergePorts(lists: readonly (readonly ServicePort[])[]): readonly ServicePort[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  const merged: ServicePort[] = [];
  for (const port of lists.flat()) {
    const name = port.name ?? '';
    const number = `${port.protocol}/${port.port}`;
    if (names.has(name) || numbers.has(number)) continue;
    names.add(name);
    numbers.add(number);
    merged.push(port);
  }
  return merged;
}

/** The same ports, whatever their order. */
export function samePorts(a: readonly ServicePort[], b: readonly ServicePort[]): boolean {
  if (a.length !== b.length) return false;
  const keys = new Set(a.map(fullKey));
  return b.every((port) => keys.has(fullKey(port)));
}

/** The merged ports that a cluster's endpoints may serve: those it defines with the same name, protocol and number. */
export function agreedPorts(merged: readonly ServicePort[], own: readonly ServicePort[]): readonly ServicePort[] {
  const keys = new Set(own.map(agreeKey));
  return merged.filter((port) => keys.has(agreeKey(port)));
}

/** `http 80/TCP, 53/UDP` */
export function showPorts(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return 'none';
  return ports
    .map((port) => {
      const app = port.appProtocol === undefined ? '' : ` (${port.appProtocol})`;
      return `${port.name === undefined ? '' : `${port.name} `}${port.port}/${port.protocol}${app}`;
    })
    .join(', ');
}

/**
 * The ports as a derived Service has them: with several ports each needs a name (Service validation), so an unnamed one
 * is called `<protocol>-<port>`, with a number behind it in the rare case that somebody else is called so.
 */
export function derivedPorts(merged: readonly ServicePort[]): readonly ServicePort[] {
  if (merged.length < 2) return merged;
  const taken = new Set(merged.flatMap((port) => port.name ?? []));
  return merged.map((port) => {
    if (port.name !== undefined) return port;
    const base = `${port.protocol.toLowerCase()}-${port.port}`;
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    return { ...port, name };
  });
}

/**
 * The ports of one source slice that an imported slice may carry, under the names the derived Service gives them.
 * A slice's port belongs to the Service's port of the same name and protocol; its number is the Pods' and stays.
 * @param agreed ports of the merged service that the source agrees on
 * @param named the same ports as the importing side calls them (`derivedPorts`), found by protocol and number
 */
export function slicePorts(
  agreed: readonly ServicePort[],
  named: readonly ServicePort[],
  source: readonly EndpointPort[],
): readonly EndpointPort[] {
  return agreed.flatMap((port) => {
    const found = source.find(
      (entry) => (entry.name ?? '') === (port.name ?? '') && (entry.protocol ?? 'TCP') === port.protocol,
    );
    if (found?.port === undefined) return [];
    const name = named.find((entry) => entry.protocol === port.protocol && entry.port === port.port)?.name;
    return [compact({ name, protocol: port.protocol, port: found.port, appProtocol: found.appProtocol })];
  });
}

function agreeKey(port: ServicePort): string {
  return `${port.name ?? ''}:${port.protocol}:${port.port}`;
}

function fullKey(port: ServicePort): string {
  return `${agreeKey(port)}:${port.appProtocol ?? ''}`;
}
