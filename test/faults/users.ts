import { SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL, isOurs } from '../../src/lib/api/labels.ts';
import { headless, HTTP, namespaceObject, service, serviceExport, slice, type Port } from '../e2e/objects.ts';
import type { Chance } from './random.ts';
import type { Site } from './site.ts';
import { LASTING, metadataOf, ODD, PASSING, PLAIN, TAKEN, type World } from './world.ts';

/** A place in a cluster at which somebody does something. */
interface Place {
  readonly site: Site;
  readonly namespace: string;
  readonly name: string;
}

interface Operation {
  readonly weight: number;
  readonly title: string;
  readonly run: (place: Place) => Promise<void>;
}

const PORTS: readonly (readonly Port[])[] = [
  [HTTP],
  [HTTP, { name: 'admin', protocol: 'TCP', port: 9000 }],
  [{ name: 'http', protocol: 'TCP', port: 8080 }],
  [{ name: 'dns', protocol: 'UDP', port: 53 }],
];

/** Does at random what users of the clusters do, and strangers. */
export class Users {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #passing = new Set<Site>();
  readonly #operations: readonly Operation[] = [
    { weight: 10, title: 'other addresses', run: (at) => this.#otherAddresses(at) },
    { weight: 8, title: 'export', run: (at) => this.#build(at) },
    { weight: 2, title: 'delete the export', run: (at) => this.#world.remove(at.site, 'ServiceExport', at.namespace, at.name) }, // prettier-ignore
    { weight: 1, title: 'delete the service', run: (at) => this.#world.remove(at.site, 'Service', at.namespace, at.name) }, // prettier-ignore
    { weight: 3, title: 'delete all', run: (at) => this.#tear(at) },
    { weight: 2, title: 'recreate the export', run: (at) => this.#again(at, 'ServiceExport') },
    { weight: 2, title: 'recreate the service', run: (at) => this.#again(at, 'Service') },
    { weight: 2, title: 'one more slice', run: (at) => this.#addSlice(at) },
    { weight: 2, title: 'one slice less', run: (at) => this.#dropSlice(at) },
    { weight: 2, title: 'labels', run: (at) => this.#label(at) },
    { weight: 2, title: 'delete what mcs made', run: (at) => this.#meddle(at, false) },
    { weight: 2, title: 'change what mcs made', run: (at) => this.#meddle(at, true) },
  ];

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  /** Makes the namespaces that last, and some services. */
  async begin(sites: readonly Site[]): Promise<void> {
    for (const site of sites) for (const name of LASTING) await site.create(namespaceObject(name));
    for (const site of sites) {
      for (const namespace of LASTING) {
        for (const name of [...PLAIN, ...ODD, TAKEN]) {
          if (this.#chance.is(0.5)) await this.#build({ site, namespace, name });
        }
      }
    }
  }

  /** True when the cluster has the namespace. */
  hasNamespace(site: Site, namespace: string): boolean {
    return namespace !== PASSING || this.#passing.has(site);
  }

  /** One random operation on one of these clusters; returns what it was. The cluster must have been taken hold of. */
  async act(site: Site): Promise<string> {
    if (this.#chance.is(0.04)) return this.#comeOrGo(site);
    const namespaces = [...LASTING, ...(this.#passing.has(site) ? [PASSING] : [])];
    const namespace = this.#chance.pick(namespaces) ?? LASTING[0];
    const name = this.#chance.pick([...PLAIN, ...ODD, TAKEN]) ?? PLAIN[0];
    const place = { site, namespace, name };
    const operation = this.#chance.weighted(this.#operations);
    const isForeign = name === TAKEN && this.#chance.is(0.5);
    await (isForeign ? this.#takeName(place) : operation.run(place));
    return `${site.name} ${namespace}/${name}: ${isForeign ? 'a stranger makes or deletes an import' : operation.title}`;
  }

  async #build({ site, namespace, name }: Place): Promise<void> {
    const world = this.#world;
    const spec = { ports: this.#ports(name) };
    const isHeadless = isOdd(name) && this.#chance.is(0.3);
    const steps = [
      async () => {
        if (world.has(site, 'Service', namespace, name)) return;
        await world.create(site, isHeadless ? headless(namespace, name, spec) : service(namespace, name, spec));
      },
      async () => {
        if (!world.has(site, 'ServiceExport', namespace, name))
          await world.create(site, serviceExport(namespace, name));
      },
      async () => {
        if (world.slices(site, namespace, name).length === 0) await this.#addSlice({ site, namespace, name });
      },
    ];
    if (this.#chance.is(0.5)) steps.reverse();
    for (const step of steps) await step();
  }

  async #tear({ site, namespace, name }: Place): Promise<void> {
    for (const one of this.#world.slices(site, namespace, name)) {
      await this.#world.remove(site, 'EndpointSlice', namespace, one);
    }
    await this.#world.remove(site, 'ServiceExport', namespace, name);
    await this.#world.remove(site, 'Service', namespace, name);
  }

  async #again(place: Place, kind: 'Service' | 'ServiceExport'): Promise<void> {
    await this.#world.remove(place.site, kind, place.namespace, place.name);
    await this.#build(place);
  }

  async #addSlice({ site, namespace, name }: Place): Promise<void> {
    const slices = this.#world.slices(site, namespace, name);
    const own = `${name}.${this.#chance.whole(0, 4)}`;
    if (slices.includes(own)) return;
    const ports = isOdd(name) ? this.#ports(name) : [HTTP];
    await this.#world.create(site, slice(namespace, name, this.#addresses(), { name: own, ports }));
  }

  async #dropSlice({ site, namespace, name }: Place): Promise<void> {
    const one = this.#chance.pick(this.#world.slices(site, namespace, name));
    if (one !== undefined) await this.#world.remove(site, 'EndpointSlice', namespace, one);
  }

  async #otherAddresses({ site, namespace, name }: Place): Promise<void> {
    const one = this.#chance.pick(this.#world.slices(site, namespace, name));
    if (one === undefined) return;
    const endpoints = this.#addresses().map((address) => ({
      addresses: [address],
      conditions: { ready: this.#chance.is(0.8) },
    }));
    await this.#world.patch(site, 'EndpointSlice', namespace, one, { endpoints });
  }

  async #label({ site, namespace, name }: Place): Promise<void> {
    const value = `v${this.#chance.whole(1, 3)}`;
    if (this.#chance.is(0.5)) {
      await this.#world.patch(site, 'Service', namespace, name, { metadata: { labels: { tier: value } } });
      return;
    }
    const exportedLabels = this.#chance.is(0.3) ? null : { tier: value };
    await this.#world.patch(site, 'ServiceExport', namespace, name, { spec: { exportedLabels } });
  }

  /** A namespace appears, or ends. */
  async #comeOrGo(site: Site): Promise<string> {
    const had = this.#passing.has(site);
    this.#world.touch(site, PASSING, '');
    if (had) {
      this.#passing.delete(site);
      await site.vanish(PASSING);
      this.#world.forget(site, PASSING);
    } else {
      await site.create(namespaceObject(PASSING));
      this.#passing.add(site);
    }
    this.#world.touch(site, PASSING, '');
    return `${site.name}: namespace ${PASSING} ${had ? 'ends' : 'appears'}`;
  }

  /** An import without the mark, where mcs has none; or it goes again. */
  async #takeName({ site, namespace, name }: Place): Promise<void> {
    if (this.#world.has(site, 'ServiceImport', namespace, name)) {
      await this.#world.remove(site, 'ServiceImport', namespace, name);
      return;
    }
    const held = (await site.list('ServiceImport', namespace)).some((one) => metadataOf(one).name === name);
    if (held) return;
    const [apiVersion, kind] = ['multicluster.x-k8s.io/v1beta1', 'ServiceImport'];
    const object = { apiVersion, kind, metadata: { namespace, name }, spec: { type: 'ClusterSetIP', ports: [HTTP] } };
    try {
      await this.#world.create(site, object);
    } catch (error) {
      if (!String(error).includes('HTTP 409')) throw error; // mcs was first
    }
  }

  /** A stranger deletes or changes an import or a slice of mcs. */
  async #meddle({ site, namespace, name }: Place, changes: boolean): Promise<void> {
    const kind = this.#chance.pick(['ServiceImport', 'EndpointSlice'] as const) ?? 'EndpointSlice';
    const ours = (await site.list(kind, namespace)).map(metadataOf).filter((metadata) => isOurs({ metadata }));
    const mine = ours.filter((one) => one.name === name || one.labels[SERVICE_NAME_LABEL] === name);
    const one = this.#chance.pick(mine);
    if (one === undefined) return;
    if (!changes) await site.remove(kind, namespace, one.name);
    else if (kind === 'EndpointSlice') await site.patch(kind, namespace, one.name, { endpoints: [] });
    else if (this.#chance.is(0.5)) await site.patch(kind, namespace, one.name, { spec: { ips: ['192.0.2.1'] } });
    else {
      const clusters = [{ cluster: `stranger-${one.labels[SOURCE_CLUSTER_LABEL] ?? 'x'}` }];
      await site.patch(kind, namespace, one.name, { status: { clusters } }, '/status');
    }
  }

  #ports(name: string): readonly Port[] {
    return isOdd(name) ? (this.#chance.pick(PORTS) ?? [HTTP]) : [HTTP];
  }

  #addresses(): readonly string[] {
    const { whole } = { whole: (least: number, most: number) => this.#chance.whole(least, most) };
    const all = Array.from({ length: whole(1, 4) }, () => `10.${whole(0, 99)}.${whole(0, 255)}.${whole(1, 254)}`);
    return [...new Set(all)];
  }
}

function isOdd(name: string): boolean {
  return (ODD as readonly string[]).includes(name);
}
