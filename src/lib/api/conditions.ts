import type { Condition } from './objects.ts';

/** Condition types of ServiceExport and ServiceImport (mcs-api `pkg/apis`, KEP-1645). */
export const VALID = 'Valid';
export const READY = 'Ready';
export const CONFLICT = 'Conflict';

export const EXPORT_CONDITIONS: readonly string[] = [VALID, READY, CONFLICT];

export type NextCondition = Omit<Condition, 'lastTransitionTime'>;

/** Longest message the CRDs take, in characters. */
const MAX_MESSAGE = 32_768;

/**
 * The list with one condition set. `lastTransitionTime` moves only when `status` does; the same list is returned when
 * nothing changed; a condition keeps its place, a new one goes last.
 * @param now RFC 3339; cut to seconds, as metav1.Time is
 */
export function setCondition(list: readonly Condition[], next: NextCondition, now: string): readonly Condition[] {
  const index = list.findIndex((condition) => condition.type === next.type);
  const before = list[index];
  const message = next.message.slice(0, MAX_MESSAGE);
  const moved = before?.status !== next.status || before.lastTransitionTime === undefined;
  const after: Condition = {
    ...next,
    message,
    lastTransitionTime: moved ? toSeconds(now) : before.lastTransitionTime,
  };
  if (before !== undefined && sameCondition(before, after)) return list;
  return before === undefined ? [...list, after] : list.with(index, after);
}

/** The condition of a type, if the list has it. */
export function findCondition(list: readonly Condition[] | undefined, type: string): Condition | undefined {
  return list?.find((condition) => condition.type === type);
}

function sameCondition(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration &&
    a.lastTransitionTime === b.lastTransitionTime
  );
}

function toSeconds(time: string): string {
  return time.replace(/\.\d+(?=Z|[+-])/, '');
}
