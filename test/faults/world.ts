import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { isOurs } from '../../src/lib/api/labels.ts';
import type { Manifest } from '../e2e/objects.ts';
import type { Site, SiteKind } from './site.ts';

/** Namespaces that every cluster has, and one that comes and goes. */
export const LASTING = ['shop', 'pay'] as const;
export const PASSING = 'later';

/** Services on whose ports and type all clusters agree, some on which they do not, and one whose imports strangers make. */
export const PLAIN = ['web-0', 'web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6'] as const;
export const ODD = ['odd-0', 'odd-1'] as const;
export const TAKEN = 'taken-0';

const USERS_KINDS = ['Service', 'ServiceExport', 'EndpointSlice', 'ServiceImport'] as const;
type UsersKind = (typeof USERS_KINDS)[number];

interface Named {
  readonly name: string;
}

/** What the users of the clusters made: every object as its server last returned it to them, and when they touched what. */
export class World {
  readonly #objects = new Map<string, Json>();
  readonly #touched = new Map<string, number[]>();
  readonly #sites: readonly Site[];

  constructor(sites: readonly Site[]) {
    this.#sites = sites;
  }

  async create(site: Site, object: Manifest): Promise<void> {
    const { namespace = '', name } = object.metadata;
    const service = serviceOf(object.kind, name);
    const wasLive = this.isLive(site, namespace, service);
    this.#keep(site, object.kind, await site.create(object));
    if (!wasLive) this.touch(site, namespace, service);
  }

  async patch(site: Site, kind: UsersKind, namespace: string, name: string, body: object): Promise<void> {
    const after = await site.patch(kind, namespace, name, body);
    if (after !== undefined) this.#keep(site, kind, after);
  }

  async remove(site: Site, kind: UsersKind, namespace: string, name: string): Promise<void> {
    const service = serviceOf(kind, name);
    this.touch(site, namespace, service);
    await site.remove(kind, namespace, name);
    this.#objects.delete(keyOf(site, kind, namespace, name));
    this.touch(site, namespace, service);
  }

  /** Forgets what a namespace held. */
  forget(site: Site, namespace: string): void {
    for (const key of this.#objects.keys()) {
      const [at, , of] = key.split(' ');
      if (at === site.name && of === namespace) this.#objects.delete(key);
    }
  }

  has(site: Named, kind: UsersKind, namespace: string, name: string): boolean {
    return this.#objects.has(keyOf(site, kind, namespace, name));
  }

  /** Names of the slices that users made for a service. */
  slices(site: Named, namespace: string, service: string): readonly string[] {
    return [...this.#objects]
      .filter(([key]) => key.startsWith(`${site.name} EndpointSlice ${namespace} ${service}.`))
      .map(([key]) => key.slice(key.lastIndexOf(' ') + 1));
  }

  /** Addresses in the slices that users made for a service, sorted. */
  addresses(site: Site, namespace: string, service: string): readonly string[] {
    const all = this.slices(site, namespace, service).flatMap((name) => {
      const slice = this.#objects.get(keyOf(site, 'EndpointSlice', namespace, name));
      return slice === undefined ? [] : addressesOf(slice);
    });
    return [...new Set(all)].sort();
  }

  /** True when users' objects make it a source of the service. */
  isExported(site: Named, namespace: string, name: string): boolean {
    return this.has(site, 'Service', namespace, name) && this.has(site, 'ServiceExport', namespace, name);
  }

  /** True when it also gives addresses to it. */
  isLive(site: Named, namespace: string, name: string): boolean {
    return this.isExported(site, namespace, name) && this.slices(site, namespace, name).length > 0;
  }

  /**
   * Says that a part of what a cluster gives to a service begins or ends now, or a namespace (name '') does. That is called
   * a touch: other addresses or labels are none, since they are no reason to delete anything.
   */
  touch(site: Site, namespace: string, name: string): void {
    const times = this.#touched.get(`${site.name} ${namespace}/${name}`) ?? [];
    times.push(Date.now());
    if (times.length > 400) times.splice(0, 200);
    this.#touched.set(`${site.name} ${namespace}/${name}`, times);
  }

  /** True when it was touched between these times, in milliseconds since 1970. */
  wasTouched(site: string, namespace: string, name: string, from: number, to: number): boolean {
    const times = this.#touched.get(`${site} ${namespace}/${name}`) ?? [];
    return times.some((time) => time >= from && time <= to);
  }

  /** The ids of objects that users made and have not deleted. */
  uids(site: string): ReadonlySet<unknown> {
    return new Set(
      [...this.#objects].flatMap(([key, { metadata }]) =>
        key.startsWith(`${site} `) && isRecord(metadata) ? [metadata.uid] : [],
      ),
    );
  }

  /**
   * What is otherwise than users left it, one line each: an object without the mark that nobody made, one that is gone,
   * one that is not the same to the byte. Of exports the status is not theirs.
   */
  async strangers(): Promise<readonly string[]> {
    const found = await Promise.all(
      this.#sites.flatMap((site) => USERS_KINDS.map(async (kind) => this.#compare(site, kind, await site.list(kind)))),
    );
    return found.flat();
  }

  #compare(site: Site, kind: SiteKind, objects: readonly Json[]): readonly string[] {
    const lines: string[] = [];
    const seen = new Set<string>();
    for (const object of objects) {
      const { namespace, name, labels } = metadataOf(object);
      const isOfServer = namespace === 'default' && name === 'kubernetes';
      if (isOfServer || isOurs({ metadata: { name, labels } })) continue;
      const key = keyOf(site, kind, namespace, name);
      seen.add(key);
      const before = this.#objects.get(key);
      if (before === undefined) lines.push(`${key}: nobody made it`);
      else if (text(kind, before) !== text(kind, object))
        lines.push(`${key}: was ${text(kind, before)}, is ${text(kind, object)}`);
    }
    for (const key of this.#objects.keys()) {
      if (key.startsWith(`${site.name} ${kind} `) && !seen.has(key)) lines.push(`${key}: is gone`);
    }
    return lines;
  }

  #keep(site: Site, kind: string, object: Json): void {
    const { namespace, name } = metadataOf(object);
    this.#objects.set(keyOf(site, kind, namespace, name), object);
  }
}

/** The service that an object of users is part of, by its name. */
function serviceOf(kind: string, name: string): string {
  return kind === 'EndpointSlice' ? name.slice(0, name.lastIndexOf('.')) : name;
}

/** All addresses in a slice. */
export function addressesOf(slice: Json): readonly string[] {
  const endpoints: readonly unknown[] = Array.isArray(slice.endpoints) ? slice.endpoints : [];
  return endpoints.flatMap((endpoint) =>
    isRecord(endpoint) && Array.isArray(endpoint.addresses) ? endpoint.addresses.map(String) : [],
  );
}

export interface Naming {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The names and labels in an object's metadata. */
export function metadataOf(object: Json): Naming {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const labels = isRecord(metadata.labels) ? metadata.labels : {};
  return {
    namespace: typeof metadata.namespace === 'string' ? metadata.namespace : '',
    name: typeof metadata.name === 'string' ? metadata.name : '',
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
  };
}

/** The object without what mcs may change or the way of asking decides. */
function text(kind: SiteKind, { apiVersion: _a, kind: _k, ...object }: Json): string {
  if (kind !== 'ServiceExport') return JSON.stringify(object);
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const { resourceVersion: _r, managedFields: _m, ...own } = metadata;
  return JSON.stringify({ ...object, metadata: own, status: undefined });
}

function keyOf(site: Named, kind: string, namespace: string, name: string): string {
  return [site.name, kind, namespace, name].join(' ');
}
