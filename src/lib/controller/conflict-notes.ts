import type { Cluster, EventNote } from '../clusters/cluster.ts';
import type { ServiceExport } from '../api/objects.ts';
import { ClusterError } from '../errors.ts';
import { conflictMessage } from '../plan/conflicts.ts';
import type { ServicePlan } from '../plan/service-plan.ts';
import type { Outcome } from './lane.ts';

/** Events a cluster may be written at once, and how many milliseconds it takes until one more may. */
const BURST = 25;
const REFILL = 10_000;

/**
 * Kubernetes Events on ServiceExports for conflicts that begin or end. What stood when the process began is no news, and
 * who is told too much listens no more: what is over the rate is left out.
 */
export class ConflictNotes {
  readonly #now: () => number;
  /** Reasons of the conflicts of a service in a cluster, joined. */
  readonly #told = new Map<string, string>();
  readonly #tokens = new Map<string, { left: number; at: number }>();
  readonly #onForbidden: (error: ClusterError) => void;
  /** Clusters that do not allow it. */
  readonly #forbidden = new Set<string>();

  /**
   * @param now milliseconds, monotonic
   * @param onForbidden called once for each cluster that does not allow Events, until it does
   */
  constructor(now: () => number, onForbidden: (error: ClusterError) => void) {
    this.#now = now;
    this.#onForbidden = onForbidden;
  }

  /**
   * Writes an Event if the conflicts of the service are others than before. Never throws: an Event is a courtesy. One that
   * fails, or is kept back since another process leads, is left out; of a right that is missing somebody is told.
   * @param first the plan before the conditions were written
   * @param permit throws a ClusterError when this process may not write now
   */
  async note(at: Cluster, { plan, first }: Pick<Outcome, 'plan' | 'first'>, permit?: () => void): Promise<void> {
    const { namespace, name, merged } = plan;
    const own = exportIn(at, plan);
    const place = `${at.name} ${namespace}/${name}`;
    const conflicts = own === undefined ? [] : (merged?.conflicts ?? []);
    const reasons = conflicts.map(({ reason }) => reason).join(',');
    const before = this.#told.get(place);
    if (own === undefined) this.#told.delete(place);
    else this.#told.set(place, reasons);
    const { events } = at;
    if (own === undefined || events === undefined || before === reasons) return;
    if (before === undefined && saysSo(exportIn(at, first)?.status?.conditions, reasons)) return;
    if (reasons === '' && (before ?? '') === '') return;
    if (!this.#take(at.name)) return;
    const { uid } = own.metadata;
    const note: EventNote = {
      regarding: { apiVersion: own.apiVersion, kind: own.kind, namespace, name, ...(uid === undefined ? {} : { uid }) },
      ...(reasons === ''
        ? { type: 'Normal', reason: 'ConflictResolved', action: 'Merge', note: 'All clusters agree.' }
        : { type: 'Warning', reason: 'Conflict', action: 'Merge', note: conflicts.map(conflictMessage).join(' ') }),
    };
    try {
      await events.create(note, { permit });
      this.#forbidden.delete(at.name);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.reason !== 'forbidden' || this.#forbidden.has(at.name)) return;
      this.#forbidden.add(at.name);
      this.#onForbidden(error);
    }
  }

  /** A token bucket a cluster. */
  #take(cluster: string): boolean {
    const now = this.#now();
    const bucket = this.#tokens.get(cluster) ?? { left: BURST, at: now };
    const left = Math.min(BURST, bucket.left + (now - bucket.at) / REFILL);
    this.#tokens.set(cluster, { left: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  }
}

function exportIn(at: Cluster, { exporters }: ServicePlan): ServiceExport | undefined {
  return exporters.find(({ member, validity }) => member.cluster === at.name && validity.valid)?.view.export;
}

/** True when the export's own condition says the same: another process, or this one before its restart, told of it. */
function saysSo(
  conditions: readonly { type: string; status: string; reason: string }[] = [],
  reasons: string,
): boolean {
  const conflict = conditions.find(({ type }) => type === 'Conflict');
  const told = conflict?.status === 'True' ? conflict.reason : '';
  return told === reasons;
}
