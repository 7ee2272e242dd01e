import type { Traffic } from '../clusters/cluster.ts';
import type { ClusterLife } from './cluster-life.ts';
import type { Metrics } from './metrics.ts';

interface TrafficContext {
  readonly metrics: Metrics;
  /** The cluster's life; there is none yet when it is opened. */
  readonly life: () => ClusterLife | undefined;
}

/** Lets the limit learn from every answer to a write, and counts. */
export function trafficOf(name: string, { metrics, life }: TrafficContext): Traffic {
  return {
    onAnswer: ({ verb, status, milliseconds }) => {
      // What is neither is a Lease, an Event or a watch that was refused, and says nothing of how writes fare.
      if (verb !== 'apply' && verb !== 'patch' && verb !== 'delete') return;
      life()?.limit.answered(status, milliseconds);
      metrics.write(name, verb, status);
    },
  };
}
