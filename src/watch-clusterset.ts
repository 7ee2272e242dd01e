import type { Context } from './context.ts';
import type { Cluster, Traffic } from './lib/clusters/cluster.ts';
import { Home } from './lib/controller/home.ts';
import { type ElectionPlace, keepReconciled } from './lib/controller/keep-reconciled.ts';
import { createMetrics, noMetrics } from './lib/controller/metrics.ts';
import { serve } from './lib/controller/serve.ts';
import { systemClock } from './lib/controller/system-clock.ts';
import { keepHeapSmall } from './small-heap.ts';
import { WatchDisplay } from './watch-display.ts';
import { DEFAULT_LEASE, DEFAULT_RESYNC, type WatchFlags } from './watch-flags.ts';

interface Flags extends WatchFlags {
  readonly clusterset?: string | undefined;
  readonly gone?: readonly string[] | undefined;
  readonly adopt: boolean;
  readonly 'allow-namespace'?: readonly string[] | undefined;
  readonly concurrency: number;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly output: string;
}

interface Run {
  readonly context: Context;
  readonly hard: AbortController;
  readonly version: string;
  readonly watchConfiguration: (changed: () => void) => Promise<() => void>;
  /** Opens the cluster that holds the Leases. */
  readonly home: (context: string) => Promise<Cluster>;
  readonly open: (traffic: (cluster: string) => Traffic) => Promise<readonly Cluster[]>;
}

/** `mcs reconcile --watch`: from flags to a run that ends with the signal. */
export async function watchClusterset(
  flags: Flags,
  { context, hard, version, open, home, watchConfiguration }: Run,
): Promise<void> {
  keepHeapSmall();
  const display = new WatchDisplay(context, {
    json: flags.output === 'json',
    verbose: flags.verbose,
    quiet: flags.quiet,
    now: systemClock.now,
  });
  const address = flags['metrics-address'];
  const metrics = address === undefined ? undefined : await createMetrics({ version });
  const election = await electionPlace(flags, home);
  let ready = false;
  const server =
    address === undefined || metrics === undefined
      ? undefined
      : await serve({
          address,
          metrics,
          healthy: () => ({ ok: true, reasons: [] }), // it answers
          ready: () => ({
            ok: ready,
            reasons: ready ? [] : ['not every cluster has been read or found not to answer'],
          }),
        });
  try {
    await keepReconciled({
      clusterset: flags.clusterset,
      gone: flags.gone ?? [],
      adopt: flags.adopt,
      allowedNamespaces: flags['allow-namespace'] ?? [],
      concurrency: flags.concurrency,
      resync: flags.resync ?? DEFAULT_RESYNC,
      staleAfter: flags['stale-after'],
      ...(election === undefined ? {} : { election }),
      clock: systemClock,
      now: () => new Date().toISOString(),
      metrics: metrics ?? noMetrics,
      open,
      watchConfiguration,
      signal: context.signal,
      hard,
      write: (entry) => {
        display.entry(entry);
      },
      onState: (state) => {
        ready = state.ready;
        display.state(state);
      },
      onDefect: (error) => {
        display.defect(error);
      },
    });
  } finally {
    display.end();
    await server?.close();
  }
}

async function electionPlace(flags: Flags, open: Run['home']): Promise<ElectionPlace | undefined> {
  const { home, shards } = flags;
  if (flags['leader-elect'] !== true || home === undefined) return undefined;
  const leases = await Home.at(() => open(home));
  return {
    leases,
    renew: () => leases.renew(),
    home,
    namespace: flags['lease-namespace'] ?? DEFAULT_LEASE.namespace,
    name: flags['lease-name'] ?? DEFAULT_LEASE.name,
    shards,
  };
}
