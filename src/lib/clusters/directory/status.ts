import type { Kind, ObjectOf } from '../../api/kinds.ts';
import type { Condition } from '../../api/objects.ts';
import { statusOf } from './fields.ts';

/**
 * The status that a write leaves behind. Conditions of a ServiceExport are a list keyed by `type`, as in server-side
 * apply: those written replace their like, those of other types stay. All else is replaced whole.
 */
export function nextStatus<K extends Kind>(kind: K, before: ObjectOf[K], written: unknown): unknown {
  if (kind !== 'ServiceExport') return written;
  const old = conditionsOf(statusOf(before));
  const conditions = conditionsOf(written);
  const types = new Map(conditions.map((condition) => [condition.type, condition]));
  const kept = old.map((condition) => {
    const next = types.get(condition.type) ?? condition;
    types.delete(condition.type);
    return next;
  });
  return { conditions: [...kept, ...types.values()] };
}

function conditionsOf(status: unknown): readonly Condition[] {
  return (status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? []; // of a parsed ServiceExport
}
