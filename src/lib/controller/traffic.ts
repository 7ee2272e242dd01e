import type { Traffic } from '../clusters/cluster.ts';
import type { ClusterLife } from './cluster-life.ts';
import type { Metrics } from './metrics.ts';
import type { Permit } from './permit.ts';

interface TrafficContext {
  readonly permit: Permit;
  readonly metrics: Metrics;
  /** The cluster's life; there is none yet when it is opened. */
  readonly life: () => ClusterLife | undefined;
}

/** Keeps back writes that are no longer allowed, lets the limit learn from every answer, and counts. */
export function trafficOf(name: string, { permit, metrics, life }: TrafficContext): Traffic {
  return {
    beforeWrite: () => {
      permit.requireAny(name);
    },
    onAnswer: ({ verb, status, milliseconds }) => {
      if (verb === 'get' || verb === 'list') return;
      life()?.limit.answered(status, milliseconds);
      metrics.write(name, verb, status);
    },
  };
}
