import { keyOf } from '../api/objects.ts';
import type { Change } from '../plan/change.ts';
import { compareText } from '../plan/order.ts';

/** One object that was (or would be) created, updated or deleted, however many writes that took. */
export interface ReportedChange {
  readonly cluster: string;
  readonly verb: 'create' | 'update' | 'delete';
  readonly kind: string;
  /** `namespace/name` */
  readonly object: string;
  /** Paths that differ, sorted; empty for create and delete. */
  readonly fields: readonly string[];
  readonly reason: string;
}

/**
 * The changes of one service as a person counts them: a created import whose IPs and status are filled in a moment later
 * is one creation. By cluster, then in the order of writing.
 */
export function reportChanges(changes: readonly Change[]): readonly ReportedChange[] {
  const merged = new Map<string, ReportedChange>();
  for (const change of changes) {
    const object = keyOf(change.object.metadata);
    const key = `${change.cluster} ${change.kind} ${object}`;
    const before = merged.get(key);
    merged.set(key, {
      cluster: change.cluster,
      verb: before?.verb === 'create' && change.verb === 'update' ? 'create' : change.verb,
      kind: change.kind,
      object,
      fields: before?.verb === 'create' ? [] : [...new Set([...(before?.fields ?? []), ...change.fields])].sort(),
      // The first write says why: the others follow from it.
      reason: before?.reason ?? change.reason,
    });
  }
  return [...merged.values()].sort((a, b) => compareText(a.cluster, b.cluster));
}
