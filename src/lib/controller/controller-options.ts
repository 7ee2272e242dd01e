import type { ClusterLife } from './cluster-life.ts';
import type { Outcome } from './lane.ts';
import type { Permit } from './permit.ts';
import type { Roster } from './roster.ts';
import type { WatchedKind } from './watched-kinds.ts';
import type { QueueClock } from './work-queue.ts';

/** What a controller works by. */
export interface ControllerOptions {
  readonly clusterset: string | undefined;
  readonly gone: readonly string[];
  readonly adopt: boolean;
  readonly allowedNamespaces: readonly string[];
  /** Most requests under way to one cluster (`--concurrency`). */
  readonly concurrency: number;
  /** Milliseconds between two looks at everything. */
  readonly resync: number;
  /** Milliseconds; undefined: what a cluster gave stays however long it is away. */
  readonly staleAfter: number | undefined;
  readonly permit: Permit;
  readonly clock: QueueClock;
  /** RFC 3339. */
  readonly now: () => string;
  /** Ends what is in work at once. */
  readonly signal: AbortSignal;
}

/** What a controller tells while it runs. */
export interface ControllerListener {
  outcome(cluster: string, outcome: Outcome): void;
  /** Something about the clusters changed: who takes part, who is heard, what is wrong. */
  state(state: ControllerState): void;
  heard(cluster: string, kind: WatchedKind): void;
  defect(cluster: string, key: string, error: unknown): void;
}

export interface ControllerState {
  /** True once every cluster was read or is known not to answer. */
  readonly ready: boolean;
  readonly roster: Roster;
  readonly clusters: readonly ClusterLife[];
}
