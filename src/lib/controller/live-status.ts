import { clusterFlag } from '../actions/cluster-flag.ts';
import { type Selection, type SelectionOptions, selectionOf } from '../actions/selection.ts';
import { type StatusReport, reportOf, statusIfAsked, statusPlanOptions } from '../actions/status.ts';
import { type Survey, type Surveyed, type Unreachable, chooseClusterset } from '../actions/survey.ts';
import { type ClustersView, viewOf } from '../actions/view-clusters.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { withoutTwins } from '../plan/membership.ts';
import type { Observed } from '../plan/observed.ts';
import { planService } from '../plan/service-plan.ts';
import type { ServiceStatus } from '../plan/service-status.ts';
import { type CacheListener, ClusterCache } from './cluster-cache.ts';
import { KnownServices } from './known-services.ts';
import type { LeaseClock } from './lease-clock.ts';

export interface LiveStatusOptions extends SelectionOptions {
  /** Needed only where there are several. */
  readonly clusterset?: string;
  /** System namespaces that count as exportable. */
  readonly allowedNamespaces?: readonly string[];
  readonly clock: LeaseClock;
}

/** What is told of a live status. */
export interface LiveStatusListener {
  /**
   * It may be otherwise. Never before every cluster has been read or found not to answer. Services of all states, so that
   * one can be told of that no longer has the state asked for.
   */
  changed(report: StatusReport): void;
  /** It cannot go on: a UsageError (several clustersets, none named), or a defect. */
  failed(error: unknown): void;
}

/** Milliseconds in which several changes count as one. */
const GATHER = 100;

/**
 * What `status` reports, kept up to date by watches: only services that a change concerns are computed anew. A cluster
 * that is not heard counts as one that cannot be asked, as in `status`, until it is back.
 */
export class LiveStatus {
  readonly #options: LiveStatusOptions;
  readonly #selection: Selection;
  readonly #listener: LiveStatusListener;
  readonly #caches: ReadonlyMap<Cluster, ClusterCache>;
  readonly #known = new KnownServices();
  readonly #services = new Map<string, ServiceStatus>();
  readonly #touched = new Set<string>();
  /** When clusters were lost, by both clocks. */
  readonly #lost = new Map<Cluster, { readonly lostSince: number; readonly since: string }>();
  /** The clusters have to be looked at anew, and with them all services. */
  #isRollDue = true;
  #clusterset: string | undefined;
  #view: ClustersView | undefined;
  #gathering: (() => void) | undefined;
  #ended = false;

  /** @throws UsageError when the options name no service */
  constructor(clusters: readonly Cluster[], options: LiveStatusOptions, listener: LiveStatusListener) {
    this.#options = options;
    this.#selection = selectionOf(options);
    this.#listener = listener;
    this.#clusterset = options.clusterset;
    const caches = clusters.map(
      (cluster) => [cluster, new ClusterCache(cluster, this.#listen(), options.clock, options.namespace)] as const,
    );
    this.#caches = new Map(caches);
  }

  /** Begins to watch. */
  start(): void {
    for (const cache of this.#caches.values()) cache.start();
    this.#gather();
  }

  stop(): void {
    this.#ended = true;
    this.#gathering?.();
    for (const cache of this.#caches.values()) cache.stop();
  }

  #listen(): CacheListener {
    return {
      services: ({ exported, imported }) => {
        for (const key of [...exported, ...imported]) this.#touch(key);
      },
      namespace: (name) => {
        for (const key of this.#known.in(name)) this.#touch(key);
      },
      service: (service) => {
        for (const key of this.#known.ofDerived(service)) this.#touch(key);
      },
      state: () => {
        this.#isRollDue = true;
        this.#gather();
      },
      heard: () => undefined,
    };
  }

  #touch(key: string): void {
    if (this.#isRollDue) return; // then all are computed
    // Most Services of a cluster, and their slices, are nobody's business but its own.
    const concerns = this.#known.has(key) || [...this.#caches.values()].some(({ observed }) => observed.concerns(key));
    if (!concerns) return;
    this.#touched.add(key);
    this.#gather();
  }

  #gather(): void {
    if (this.#ended) return;
    this.#gathering ??= this.#options.clock.after(GATHER, () => {
      this.#gathering = undefined;
      try {
        this.#look();
      } catch (error) {
        this.stop();
        this.#listener.failed(error);
      }
    });
  }

  #look(): void {
    if ([...this.#caches.values()].some(({ isPending }) => isPending) && this.#view === undefined) return;
    if (this.#isRollDue || this.#view === undefined) this.#takeRoll();
    else this.#compute(this.#touched, this.#view);
    this.#touched.clear();
    const services = this.#selection.order([...this.#services.values()]);
    if (this.#view !== undefined) this.#listener.changed(reportOf(this.#view, services));
  }

  /** Who takes part, as of now. */
  #takeRoll(): void {
    this.#isRollDue = false;
    const found = this.#survey();
    // A set that was found once is meant to the end, also while nobody of it answers.
    this.#clusterset ??= chooseClusterset(found.clusters, undefined);
    if (this.#view === undefined && this.#options.clusterset !== undefined && found.unreachable.length === 0) {
      chooseClusterset(found.clusters, this.#options.clusterset); // throws when nobody is a member
    }
    const held = new Map<Cluster, Observed>([...this.#caches].map(([cluster, { observed }]) => [cluster, observed]));
    const view = viewOf([...this.#caches.keys()], found, this.#clusterset, held);
    this.#view = view;
    const keys = new Set(view.members.flatMap(({ observed }) => [...observed.keys()]));
    this.#known.keep(keys);
    for (const key of this.#services.keys()) if (!keys.has(key)) this.#services.delete(key);
    this.#compute(keys, view);
  }

  #compute(keys: Iterable<string>, { members, left }: ClustersView): void {
    const options = statusPlanOptions(left, this.#options.allowedNamespaces);
    for (const key of keys) {
      const slash = key.indexOf('/');
      const plan = planService(key.slice(0, slash), key.slice(slash + 1), members, options);
      const status = statusIfAsked(plan, members, this.#selection);
      this.#known.add(key);
      if (status === undefined) this.#services.delete(key);
      else this.#services.set(key, status);
    }
  }

  /** By the clock on the wall, and the same each time that it is asked. */
  #since(at: Cluster, { lostSince }: ClusterCache): { readonly since?: string } {
    if (lostSince === undefined) return {};
    const known = this.#lost.get(at);
    if (known?.lostSince === lostSince) return { since: known.since };
    const { clock } = this.#options;
    const time = clock.wall() - (clock.now() - lostSince);
    const since = rfc3339(time);
    this.#lost.set(at, { lostSince, since });
    return { since };
  }

  /** What a survey would have found. */
  #survey(): Survey {
    const clusters: Surveyed[] = [];
    const unreachable: Unreachable[] = [];
    for (const [at, cache] of this.#caches) {
      const { facts, identity, failure, synced } = cache;
      if (synced && facts !== undefined && identity !== undefined) {
        clusters.push({ ...identity, at, facts, flag: clusterFlag(at) });
      } else {
        const error = failure ?? new ClusterError(at.name, 'timeout', 'has not been read yet');
        unreachable.push({ at, error, ...this.#since(at, cache) });
      }
    }
    const { kept, warnings } = withoutTwins(clusters);
    const own = kept.flatMap(({ cluster, facts }) => facts.warnings.map((warning) => `${cluster}: ${warning}`));
    return { clusters: kept, unreachable, warnings: [...warnings, ...own] };
  }
}
