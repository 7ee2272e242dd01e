import { isRecord } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import { ABOUT_GROUP, KINDS, MCS_GROUP, type Kind } from '../../api/kinds.ts';
import type { API } from './api.ts';

/** What an API server serves. */
export interface Discovery {
  /** All API groups but the core group. */
  readonly groups: ReadonlySet<string>;
  /** True for a plural name in a group version, e.g. `multicluster.x-k8s.io/v1beta1`, `serviceimports`. */
  serves(groupVersion: string, plural: string): boolean;
}

/** Aggregated discovery (KEP-3352, beta in 1.27) in one request, or the list of groups from older servers. */
const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** The groups whose resources are asked for one by one where discovery is not aggregated. */
const OF_INTEREST: ReadonlySet<string> = new Set([MCS_GROUP, ABOUT_GROUP, 'networking.k8s.io']);

/** Asks what is served. @throws ClusterError */
export async function discover(api: API): Promise<Discovery> {
  const intent = { verb: 'get', resource: '/apis' } as const;
  const document = await api.json({ method: 'GET', path: '/apis', accept: ACCEPT }, intent);
  const root = isRecord(document) ? document : {};
  if (root.kind === 'APIGroupDiscoveryList' && Array.isArray(root.items)) return aggregated(root.items);
  if (root.kind === 'APIGroupList' && Array.isArray(root.groups)) return plain(api, root.groups);
  // Taken for a cluster that serves nothing, it would look like one that has left.
  const message = 'what it says of its API groups is no such list';
  throw new ClusterError(api.cluster, 'malformed', message, 'is "server" in the kubeconfig an API server?');
}

/** The versions of a kind that are served, best first. */
export function servedVersions(discovery: Discovery, kind: Kind): readonly string[] {
  const { group, versions, plural } = KINDS[kind];
  return versions.filter((version) => discovery.serves(`${group}/${version}`, plural));
}

function aggregated(items: readonly unknown[]): Discovery {
  const groups = new Set<string>();
  const served = new Set<string>();
  for (const item of items.filter(isRecord)) {
    const group = isRecord(item.metadata) ? item.metadata.name : undefined;
    if (typeof group !== 'string' || group === '') continue;
    groups.add(group);
    for (const version of records(item.versions)) {
      for (const resource of records(version.resources)) {
        served.add(`${group}/${String(version.version)}/${String(resource.resource)}`);
      }
    }
  }
  return discovery(groups, served);
}

async function plain(api: API, list: unknown): Promise<Discovery> {
  const groups = new Set<string>();
  const wanted: string[] = [];
  for (const group of records(list)) {
    const name = group.name;
    if (typeof name !== 'string') continue;
    groups.add(name);
    if (!OF_INTEREST.has(name)) continue;
    for (const { groupVersion } of records(group.versions)) {
      if (typeof groupVersion === 'string') wanted.push(groupVersion);
    }
  }
  const served = new Set<string>();
  const read = async (groupVersion: string): Promise<void> => {
    const path = `/apis/${groupVersion}`;
    const document = await api.find({ method: 'GET', path }, { verb: 'get', resource: path });
    const resources = isRecord(document) ? records(document.resources) : [];
    for (const { name } of resources) served.add(`${groupVersion}/${String(name)}`);
  };
  await Promise.all(wanted.map(read));
  return discovery(groups, served);
}

function discovery(groups: ReadonlySet<string>, served: ReadonlySet<string>): Discovery {
  return { groups, serves: (groupVersion, plural) => served.has(`${groupVersion}/${plural}`) };
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
