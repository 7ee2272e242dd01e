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
  /** Asks anew whether the cluster serves the About API. */
  readonly servesAbout: () => Promise<boolean>;
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
        for (const property of this.all()) if (!names.has(property.metadata.name)) this.#doubt(property, listener);
        listener.changed();
        listener.heard();
      },
      put: (property) => {
        this.#held.set(property.metadata.name, property);
        listener.changed();
        listener.heard();
      },
      remove: (property) => {
        this.#doubt(property, listener);
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

  #doubt({ metadata: { name, uid } }: ClusterProperty, listener: KindListener): void {
    const end = this.#options.clock.after(SECOND_LOOK, () => {
      this.#doubts.delete(end);
      void this.#options.servesAbout().then((serves) => {
        if (!serves || this.#held.get(name)?.metadata.uid !== uid) return;
        this.#held.delete(name);
        listener.changed();
      });
    });
    this.#doubts.add(end);
  }
}
