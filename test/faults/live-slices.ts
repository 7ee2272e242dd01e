import { SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from '../../src/lib/api/labels.ts';
import type { Json } from '../../src/lib/api/reader.ts';
import type { BodiedWrite } from './audit-bodies.ts';
import type { FaultTimes } from './fault-times.ts';
import { metadataOf, PLAIN, type World } from './world.ts';

/** What is asked about a cluster. */
export interface Exposed {
  readonly name: string;
  readonly faults: FaultTimes;
}

export interface LiveSlicesOptions {
  readonly sites: readonly Exposed[];
  /** What users did. */
  readonly world: Pick<World, 'wasTouched' | 'isLive'>;
}

/** How often something could be said of the slices that mcs made. */
export interface SliceCounts {
  /** Deletes of what nobody had touched since mcs last knew of it, and of others. */
  judged: number;
  excused: number;
  /**
   * Slices of live services that stood when there was a look at them, and those of them whose delete would have been
   * reported: a check that reports no delete of any shows nothing.
   */
  standing: number;
  guarded: number;
}

/**
 * How long a source must have been left alone before a delete of what it gives is wrong, in milliseconds: after a fault a
 * watch comes back within its longest pause (30 s), and only then does mcs learn what was done meanwhile.
 */
const LIVE = 45_000;

/** What is known of a slice's origin at a time: it lives, it may not, or nothing can be said of such. */
interface Standing {
  readonly state: 'live' | 'gone' | 'touched';
  readonly source: string;
  readonly since: number;
}

/** The slices that mcs made, and whether it may delete them. */
export class LiveSlices {
  readonly counts: SliceCounts = { judged: 0, excused: 0, standing: 0, guarded: 0 };
  readonly #sites: ReadonlyMap<string, Exposed>;
  readonly #world: LiveSlicesOptions['world'];
  /** By server, namespace and name, as the last answers had them. */
  readonly #slices = new Map<string, Json>();

  /** By cluster, the last time of which it is known that all before it was heard. */
  readonly #settled = new Map<string, number>();

  constructor({ sites, world }: LiveSlicesOptions) {
    this.#sites = new Map(sites.map((site) => [site.name, site]));
    this.#world = world;
  }

  /** Says that mcs has heard all, and done all, that a cluster called for before a time. */
  settled(site: string, time: number): void {
    this.#settled.set(site, time);
  }

  /** All that was done in a cluster before this was heard; 0 when nothing is known. */
  heardUntil(site: string): number {
    return this.#settled.get(site) ?? 0;
  }

  /** What is wrong with an accepted delete by mcs. */
  ofDelete(write: BodiedWrite): readonly string[] {
    const slice = this.#slices.get(keyOf(write));
    const standing = slice && this.#standing(write.server, slice, write.received);
    if (standing === undefined) return [];
    const { state, source, since } = standing;
    if (state === 'touched') this.counts.excused++;
    else this.counts.judged++;
    if (state !== 'live') return [];
    return [
      `deleted a slice of ${source}, which nobody has touched for ${Math.round((write.received - since) / 1000)} s`,
    ];
  }

  /** Takes note of an accepted write, by anybody. */
  remember(write: BodiedWrite): void {
    if (write.resource !== 'endpointslices') return;
    if (write.verb === 'delete') this.#slices.delete(keyOf(write));
    else if (write.response !== undefined) this.#slices.set(keyOf(write), write.response);
  }

  /** Counts of which slices a delete would be reported at a time. */
  survey(time: number): void {
    for (const [key, slice] of this.#slices) {
      const standing = this.#standing(key.slice(0, key.indexOf(' ')), slice, time);
      if (standing === undefined || !this.#isLive(standing.source, slice)) continue;
      this.counts.standing++;
      if (standing.state === 'live') this.counts.guarded++;
    }
  }

  #standing(server: string, slice: Json, time: number): Standing | undefined {
    const { namespace, labels } = metadataOf(slice);
    const [service = '', source = ''] = [labels[SERVICE_NAME_LABEL], labels[SOURCE_CLUSTER_LABEL]];
    if (!this.#sites.has(source) || !(PLAIN as readonly string[]).includes(service)) return undefined;
    // What was done before or during a fault is heard after it; what is not heard of stays (design rule 19).
    const since = Math.min(this.#heardOf(server, time), this.#heardOf(source, time));
    const until = Date.now();
    const isTouched =
      this.#world.wasTouched(source, namespace, service, since, until) ||
      [source, server].some((at) => this.#world.wasTouched(at, namespace, '', since, until));
    if (isTouched) return { state: 'touched', source, since };
    return { state: this.#isLive(source, slice) ? 'live' : 'gone', source, since };
  }

  /** What was done in a cluster before this has been heard of at that time. */
  #heardOf(site: string, time: number): number {
    const calm = this.#sites.get(site)?.faults.calmBefore(time, LIVE) ?? 0;
    const settled = this.#settled.get(site) ?? 0;
    return settled > time ? calm : Math.max(calm, settled);
  }

  #isLive(source: string, slice: Json): boolean {
    const { namespace, labels } = metadataOf(slice);
    return this.#world.isLive({ name: source }, namespace, labels[SERVICE_NAME_LABEL] ?? '');
  }
}

function keyOf({ server, namespace, name }: BodiedWrite): string {
  return `${server} ${namespace}/${name}`;
}
