import type { Cluster, Traffic } from '../clusters/cluster.ts';
import { McsError } from '../errors.ts';
import type { ClusterLife } from './cluster-life.ts';
import { ConflictNotes } from './conflict-notes.ts';
import { Controller } from './controller.ts';
import type { ControllerOptions, ControllerState } from './controller-options.ts';
import { type Entry, Journal } from './journal.ts';
import { type Metrics } from './metrics.ts';
import { type Held, type Leadership, type LeadershipOptions, leadershipBy } from './leadership.ts';
import type { LeaseClock } from './lease-clock.ts';
import { ALWAYS, type Permit } from './permit.ts';
import { MetricsReport } from './report-metrics.ts';
import { trafficOf } from './traffic.ts';

export interface KeepOptions extends Omit<ControllerOptions, 'signal' | 'permit' | 'clock'> {
  readonly clock: LeaseClock;
  /** Where and how several processes agree on who writes; undefined: this one is alone. */
  readonly election?: ElectionPlace;
  readonly metrics: Metrics;
  /** Opens the clusters; what it gets steers and counts their requests, by cluster. */
  readonly open: (traffic: (cluster: string) => Traffic) => Promise<readonly Cluster[]>;
  /** Tells when `open` would open others; returns what ends it. */
  readonly watchConfiguration: (changed: () => void) => Promise<() => void>;
  /** Ends the run well. */
  readonly signal: AbortSignal;
  /** Aborted when what is in work has had its time. */
  readonly hard: AbortController;
  readonly write: (entry: Entry) => void;
  /** Called with every state, and about once a second. */
  readonly onState?: (state: ControllerState) => void;
  /** Something is wrong with mcs itself. */
  readonly onDefect: (error: unknown) => void;
}

/** Where the Leases are. */
export interface ElectionPlace extends Pick<LeadershipOptions, 'leases' | 'home' | 'namespace' | 'name' | 'shards'> {
  /** Reaches them as the configuration says now. @throws McsError when that cannot be */
  readonly renew: () => Promise<void>;
}

/** Milliseconds that what is in work may take after the end was asked for. */
const GRACE = 10_000;

/** Milliseconds between two looks at the queues. */
const TICK = 1000;

/**
 * Keeps a clusterset reconciled until the signal; then takes no more keys, finishes those in work (at most 10 s), closes
 * everything and returns. @throws what `open` throws
 */
export async function keepReconciled(options: KeepOptions): Promise<void> {
  const { clock, metrics, signal, hard } = options;
  const journal = new Journal(options.write);
  const notes = new ConflictNotes(clock.now, (error) => {
    journal.warning(`${error.cluster}: no Events there: ${withNext(error)}`);
  });
  const report = new MetricsReport(metrics);
  const leadership: Leadership | undefined =
    options.election === undefined
      ? undefined
      : leadershipBy({
          ...options.election,
          clock,
          onChange: (held) => {
            tellLeadership(held, signal.aborted ? undefined : journal, metrics); // at the end it goes without saying
            if (held.held > 0) controller.enqueueAll();
          },
          onProblem: (error) => {
            journal.warning(withNext(error));
          },
          quiet: (isOurs) => quiet(controller.state.clusters, isOurs, clock),
        });
  const permit: Permit = leadership ?? ALWAYS;
  if (leadership === undefined) metrics.leader(true);
  const controller: Controller = new Controller(
    { ...options, permit, signal: hard.signal },
    {
      outcome: (cluster, outcome) => {
        journal.service(cluster, outcome.key, outcome.changes, outcome.problems);
        // What was in work when a Lease was lost ends, but speaks for others no more.
        const isOurs = permit.owns(outcome.key);
        report.outcome(cluster, outcome, isOurs);
        const at = controller.life(cluster)?.cluster;
        if (at !== undefined && isOurs) {
          notes
            .note(at, outcome, () => {
              permit.require(cluster, outcome.key);
            })
            .catch(options.onDefect);
        }
      },
      state: (state) => {
        journal.state(state);
        report.state(state, Date.now() / 1000, clock.now());
        options.onState?.(state);
      },
      heard: (cluster, kind) => {
        metrics.heard(cluster, kind);
      },
      defect: (_cluster, _key, error) => {
        options.onDefect(error);
      },
    },
  );
  const open = (): Promise<readonly Cluster[]> =>
    options.open((name) => trafficOf(name, { metrics, life: () => controller.life(name) }));
  await controller.update(await open());
  let reading = Promise.resolve();
  const unwatch = await options.watchConfiguration(() => {
    const failed =
      (what: string) =>
      (error: unknown): void => {
        // A file that is just being written; what was read before stays good.
        if (error instanceof McsError) journal.warning(`${what}: ${error.message}`);
        else options.onDefect(error);
      };
    // One after the other, so that what was read last counts.
    reading = reading
      .then(() => options.election?.renew())
      .catch(failed('the home of the Leases stays as it was'))
      .then(open)
      .then((clusters) => controller.update(clusters))
      .catch(failed('the configuration cannot be read anew'));
  });
  const ticking = setInterval(() => {
    report.depth(controller.state);
    options.onState?.(controller.state);
  }, TICK);
  leadership?.run(hard.signal).catch(options.onDefect);
  try {
    await ended(signal);
    const patience = setTimeout(() => {
      hard.abort();
    }, GRACE);
    await controller.finish();
    await leadership?.release();
    clearTimeout(patience);
  } finally {
    unwatch();
    clearInterval(ticking);
    controller.close();
    hard.abort();
  }
}

/** What is wrong, and what to do about it, in one line. */
function withNext({ message, next }: McsError): string {
  return next === undefined ? message : `${message}; ${next}`;
}

/** Milliseconds between two looks at what is in work. */
const LOOK = 20;

/** Resolves when no cluster has such a key in work. */
async function quiet(
  clusters: readonly ClusterLife[],
  isMeant: (key: string) => boolean,
  clock: LeaseClock,
): Promise<void> {
  while (clusters.some(({ queue }) => queue.isWorkingOn(isMeant))) {
    await new Promise<void>((resolve) => {
      clock.after(LOOK, resolve);
    });
  }
}

function tellLeadership({ held, all }: Held, journal: Journal | undefined, metrics: Metrics): void {
  metrics.leader(held > 0);
  metrics.shards(held, all);
  metrics.forgetConflicts(); // those of what is held are told again, as all of it is looked at
  journal?.leadership(held, all);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
