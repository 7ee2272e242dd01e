import type { ClusterProperty } from '../api/objects.ts';
import type { Watcher } from '../clusters/cluster.ts';
import type { ClusterError } from '../errors.ts';
import type { QueueClock } from './work-queue.ts';

/** What all watches of a cluster tell alike. */
export interface KindListener {
  changed(): void;
  heard(): void;
  failed(error: ClusterError): void;
}

interface PropertyOptions {
  readonly clock: QueueClock;
  /** Asks anew whether the cluster serves the About API; undefined when it does not answer. */
  readonly servesAbout: () => Promise<boolean | undefined>;
}

/**
 * Milliseconds until a property that was deleted is believed to be: with its CRD all of them go too, and a cluster without
 * the About API cannot say that it is no member.
 */
const SECOND_LOOK = 1500;

/** The ClusterProperties of a cluster: who it says it is. */
export class PropertyCache {
  readonly #options: PropertyOptions;
  readonly #held = new Map<string, ClusterProperty>();
  readonly #doubts = new Set<() => void>();

  constructor(options: PropertyOptions) {
    this.#options = options;
  }

  all(): readonly ClusterProperty[] {
    return [...this.#held.values()];
  }

  watcher(listener: KindListener): Watcher<'ClusterProperty'> {
    return {
      replace: (listed) => {
        const names = new Set(listed.map(({ metadata }) => metadata.name));
        for (const property of listed) this.#held.set(property.metadata.name, property);
        for (const held of this.all()) if (!names.has(held.metadata.name)) this.#doubt(held, listener);
        listener.changed();
        listener.heard();
      },
      put: (property) => {
        this.#held.set(property.metadata.name, property);
        listener.changed();
        listener.heard();
      },
      remove: ({ metadata: { name, uid } }) => {
        const held = this.#held.get(name);
        if (held !== undefined && held.metadata.uid === uid) this.#doubt(held, listener);
        listener.heard();
      },
      heard: () => {
        listener.heard();
      },
      failed: (error) => {
        listener.failed(error);
      },
    };
  }

  stop(): void {
    for (const end of this.#doubts) end();
    this.#doubts.clear();
  }

  /** @param held what is told again within the time of the doubt is another object, and stays */
  #doubt(held: ClusterProperty, listener: KindListener): void {
    const { name } = held.metadata;
    const end = this.#options.clock.after(SECOND_LOOK, () => {
      void this.#options.servesAbout().then((serves) => {
        if (!this.#doubts.delete(end) || this.#held.get(name) !== held) return;
        // Whose API server does not answer just now may be losing its CRD as well: that is looked at a third time.
        if (serves === undefined) this.#doubt(held, listener);
        if (serves !== true) return;
        this.#held.delete(name);
        listener.changed();
      });
    });
    this.#doubts.add(end);
  }
}
