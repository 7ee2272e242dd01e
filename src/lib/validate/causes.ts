import { compareText } from '../plan/order.ts';
import type { CausedBy, Finding, ObjectRef, Severity } from './finding.ts';

/** A finding that is to be mended, and those that go away with it. */
export interface CauseGroup {
  readonly cause: Finding;
  readonly symptoms: readonly Finding[];
}

/** In the order in which they are shown: what is known to be wrong, what may be, what is only said. */
export const SHOWN_SEVERITIES = ['error', 'warning', 'unknown', 'info'] as const satisfies readonly Severity[];

/**
 * The findings that are not suppressed, by what explains them: the worst first, then by cluster, file and line. One whose
 * cause is suppressed, or not among the findings, stands for itself, so that nothing gets lost.
 */
export function groupByCause(findings: readonly Finding[]): readonly CauseGroup[] {
  const shown = findings.filter((finding) => finding.suppressed === undefined);
  const roots = new Map(shown.filter(isRoot).map((finding) => [keyOfCause(finding), finding]));
  const symptoms = new Map<Finding, Finding[]>();
  const causes: Finding[] = [];
  for (const finding of shown) {
    const root = finding.causedBy === undefined ? undefined : roots.get(keyOfCause(finding.causedBy));
    if (root === undefined) causes.push(finding);
    else listFor(symptoms, root).push(finding);
  }
  return causes
    .sort((a, b) => rankOf(a) - rankOf(b) || compareFindings(a, b))
    .map((cause) => ({ cause, symptoms: (symptoms.get(cause) ?? []).sort(compareFindings) }));
}

/** By cluster, file, line, object, code and message: an order that depends on nothing but the findings. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.cluster, b.cluster) ||
    compareText(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(pathOf(a.object), pathOf(b.object)) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  );
}

/** `namespace/name`, or the name alone; empty for what is about no object. */
export function pathOf(object: ObjectRef | undefined): string {
  if (object === undefined) return '';
  return object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
}

function isRoot({ causedBy }: Finding): boolean {
  return causedBy === undefined;
}

function listFor(lists: Map<Finding, Finding[]>, key: Finding): Finding[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: Finding[] = [];
  lists.set(key, list);
  return list;
}

function rankOf({ severity }: Finding): number {
  return SHOWN_SEVERITIES.indexOf(severity);
}

function keyOfCause({ code, cluster, object, file }: CausedBy): string {
  return JSON.stringify([code, cluster, object?.kind, pathOf(object), file]);
}
