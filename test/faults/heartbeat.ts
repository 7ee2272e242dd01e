import { namespaceObject, service, serviceExport, slice } from '../e2e/objects.ts';
import type { Watching } from './program.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

const [NAMESPACE, NAME] = ['beat', 'beat'];

/** The kinds by which a cluster says what it gives, or that it lacks a namespace. */
const KINDS = ['Namespace', 'Service', 'ServiceExport', 'EndpointSlice'] as const;

/** A watch tells that it was heard once a second at most, so what it tells may be that old; milliseconds. */
const TELLS_LATE = 1000;

/**
 * Shows what a process has heard of for certain. A watch tells in order: when one gives a sign of life after an object of
 * its kind was changed, it has told all that was done before.
 */
export class Heartbeat {
  readonly #sites: readonly Site[];
  readonly #world: World;
  #beats = 0;

  constructor(sites: readonly Site[], world: World) {
    this.#sites = sites;
    this.#world = world;
  }

  /** Makes an object of each kind in every cluster. */
  async begin(): Promise<void> {
    for (const site of this.#sites) {
      await site.create(namespaceObject(NAMESPACE));
      await this.#world.create(site, service(NAMESPACE, NAME));
      await this.#world.create(site, slice(NAMESPACE, NAME, ['10.1.1.1'], { name: `${NAME}.0` }));
      await this.#world.create(site, serviceExport(NAMESPACE, NAME));
    }
  }

  /** Changes them, in a way that is no reason to write anything. */
  async beat(): Promise<void> {
    const body = { metadata: { annotations: { 'example.com/beat': String(++this.#beats) } } };
    await Promise.all(
      this.#sites.map(async (site) => {
        await site.patch('Namespace', undefined, NAMESPACE, body);
        await this.#world.patch(site, 'Service', NAMESPACE, NAME, body);
        await this.#world.patch(site, 'ServiceExport', NAMESPACE, NAME, body);
        await this.#world.patch(site, 'EndpointSlice', NAMESPACE, `${NAME}.0`, body);
      }),
    );
  }

  /** True when a process has heard all that was done in a cluster before a time, in milliseconds since 1970, at which beats began. */
  async isHeard(watching: Watching, { name }: Site, before: number): Promise<boolean> {
    const asked = Date.now();
    const samples = await watching.samples('mcs_cache_silence_seconds');
    return KINDS.every((kind) =>
      samples.some(
        ({ labels, value }) =>
          labels.includes(`cluster="${name}"`) &&
          labels.includes(`kind="${kind}"`) &&
          asked - 1000 * value >= before + TELLS_LATE,
      ),
    );
  }
}
