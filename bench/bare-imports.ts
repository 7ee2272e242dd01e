import type { Exported } from './exported.ts';
import { BARE_NAMESPACES, CONCURRENCY, type Member, type Members, NAMESPACES } from './members.ts';

/** Services of one member under way at a time, as in mcs: some more than requests. */
const WORKERS = CONCURRENCY + 4;

interface Written {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly uid: string };
  readonly spec: { readonly clusterIPs?: readonly string[] } & Readonly<Record<string, unknown>>;
  readonly status?: object;
}

/** What mcs wrote for one service, as a pattern for the same writes without mcs. */
export class BareImports {
  readonly #service: Exported;
  readonly #import: Written;
  readonly #derived: Written;
  readonly #slice: Written;

  private constructor(service: Exported, [serviceImport, derived, slice]: readonly [Written, Written, Written]) {
    this.#service = service;
    this.#import = serviceImport;
    this.#derived = derived;
    this.#slice = slice;
  }

  static async like(service: Exported | undefined, { others: [member] }: Members): Promise<BareImports> {
    if (service === undefined || member === undefined) throw new Error('defect: nothing to take as a pattern');
    const { namespace, name } = service;
    const one = async (path: string): Promise<Written> =>
      JSON.parse(await member.api.send({ method: 'GET', path })) as Written;
    const at = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    const query = `labelSelector=multicluster.kubernetes.io/service-name%3D${name}`;
    const { items } = JSON.parse(await member.api.send({ method: 'GET', path: `${at}?${query}` })) as {
      readonly items: readonly Written[];
    };
    const [slice] = items;
    if (slice === undefined) throw new Error(`${member.name} holds no slice of ${name}`);
    const serviceImport = await one(`${importsIn(namespace)}/${name}`);
    const annotations = serviceImport.metadata.annotations as Readonly<Record<string, string>>;
    const derivedName = annotations['multicluster.kubernetes.io/derived-service'] ?? '';
    const derived = await one(`/api/v1/namespaces/${namespace}/services/${derivedName}`);
    return new BareImports(service, [serviceImport, derived, slice]);
  }

  /** Writes the same for all services into all members, into namespaces where they concern nobody. */
  async write(
    services: readonly Exported[],
    members: readonly Member[],
  ): Promise<{ readonly seconds: number; readonly writes: number }> {
    const start = performance.now();
    const writes = await Promise.all(members.map((member) => this.#writeAll(services, member)));
    return { seconds: (performance.now() - start) / 1000, writes: writes.reduce((sum, count) => sum + count, 0) };
  }

  async #writeAll(services: readonly Exported[], member: Member): Promise<number> {
    const left = [...services];
    let writes = 0;
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const made = await this.#writeOne(next, member);
        writes += made;
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    return writes;
  }

  /** In the order in which each needs what the server said to the one before: the uid, the IP. */
  async #writeOne(service: Exported, { api }: Member): Promise<number> {
    const namespace = BARE_NAMESPACES[NAMESPACES.indexOf(service.namespace)] ?? '';
    const apply = async (path: string, object: object): Promise<Written> => {
      const request = { method: 'PATCH', path: `${path}?fieldManager=bench&force=true`, body: JSON.stringify(object) };
      return JSON.parse(await api.send(request as { method: 'PATCH'; path: string; body: string })) as Written;
    };
    const named = (pattern: Written, name: string, rest: object = {}): object => {
      const { labels, annotations } = pattern.metadata;
      return { metadata: { name, namespace, labels, annotations, ...rest } };
    };
    const at = `${importsIn(namespace)}/${service.name}`;
    const kind = { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport' };
    const { ips: _, ...spec } = this.#import.spec;
    const made = await apply(at, { ...kind, ...named(this.#import, service.name), spec });
    const owner = { ...kind, name: service.name, uid: made.metadata.uid };
    const derivedName = `derived-${service.name}`;
    const { ports, type, ipFamilies, ipFamilyPolicy } = this.#derived.spec;
    const derived = await apply(`/api/v1/namespaces/${namespace}/services/${derivedName}`, {
      apiVersion: 'v1',
      kind: 'Service',
      ...named(this.#derived, derivedName, { ownerReferences: [owner] }),
      spec: { ports, type, ipFamilies, ipFamilyPolicy },
    });
    await apply(at, { ...kind, ...named(this.#import, service.name), spec: { ...spec, ips: derived.spec.clusterIPs } });
    const { addressType, endpoints, ports: slicePorts } = this.#slice as Written & Readonly<Record<string, unknown>>;
    const sliceName = `${service.name}-bare`;
    await apply(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${sliceName}`, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      ...named(this.#slice, sliceName, { ownerReferences: [owner] }),
      addressType,
      endpoints,
      ports: slicePorts,
    });
    await apply(`${at}/status`, { ...kind, metadata: { name: service.name, namespace }, status: this.#import.status });
    return 5;
  }
}

function importsIn(namespace: string): string {
  return `/apis/multicluster.x-k8s.io/v1beta1/namespaces/${namespace}/serviceimports`;
}
