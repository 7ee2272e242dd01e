import type { StatusReport } from '../actions/status.ts';
import { type WaitResult, type WaitTarget, timedOut, waitResult } from '../actions/wait-result.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { InterruptedError } from '../errors.ts';
import { LiveStatus } from './live-status.ts';
import type { LeaseClock } from './lease-clock.ts';

export interface WaitOptions extends WaitTarget {
  readonly clusterset?: string;
  /** Milliseconds; 0: looks once. */
  readonly timeout: number;
  readonly clock: LeaseClock;
  readonly signal: AbortSignal;
  /** Called with every look that does not end it. */
  readonly onProgress?: (result: WaitResult) => void;
}

/**
 * Waits until all conditions hold for all services, one of them definitely never will, or the time is up. Clusters that
 * do not answer are waited for too. @throws UsageError; InterruptedError when the signal ended it
 */
export function waitFor(clusters: readonly Cluster[], options: WaitOptions): Promise<WaitResult> {
  const { services, clusterset, timeout, clock, signal, allowedNamespaces, onProgress } = options;
  const { promise, resolve, reject } = Promise.withResolvers<WaitResult>();
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  const [namespace] = namespaces;
  let latest: WaitResult | undefined;
  const look = (report: StatusReport): void => {
    latest = waitResult(options, report);
    if (latest.outcome !== 'waiting') resolve(latest);
    else if (timeout === 0) resolve(timedOut(latest));
    else onProgress?.(latest);
  };
  const live = new LiveStatus(
    clusters,
    {
      names: services.map((service) => `${service.namespace}/${service.name}`),
      ...(namespace === undefined || namespaces.size > 1 ? {} : { namespace }),
      ...(clusterset === undefined ? {} : { clusterset }),
      allowedNamespaces,
      clock,
    },
    { changed: look, failed: reject },
  );
  const interrupt = (): void => {
    reject(new InterruptedError('interrupted while waiting'));
  };
  signal.addEventListener('abort', interrupt, { once: true });
  const stopClock =
    timeout === 0
      ? (): void => undefined
      : clock.after(timeout, () => {
          resolve(latest === undefined ? unanswered(options, clusters) : timedOut(latest));
        });
  if (signal.aborted) interrupt();
  live.start();
  return promise.finally(() => {
    stopClock();
    live.stop();
    signal.removeEventListener('abort', interrupt);
  });
}

/** The time was up before every cluster had been read or was known not to answer. */
function unanswered(target: WaitTarget, clusters: readonly Cluster[]): WaitResult {
  const shown = clusters.map(({ name, type, location }) => ({
    cluster: name,
    type,
    location,
    state: 'unreachable' as const,
    message: 'had not been read when the time was up',
  }));
  const result = waitResult(target, { clusters: shown, services: [], problems: [], warnings: [] });
  return { ...result, outcome: 'timed-out' };
}
