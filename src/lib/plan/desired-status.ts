import { CONFLICT, EXPORT_CONDITIONS, type NextCondition, READY, VALID, setCondition } from '../api/conditions.ts';
import type { ServedFields } from '../api/fields.ts';
import type { Condition, ServiceExport, ServiceImport, ServiceImportStatus } from '../api/objects.ts';
import { compact } from '../api/reader.ts';
import { type Conflict, conflictMessage } from './conflicts.ts';
import { familiesFor, wantsDerived } from './desired-import.ts';
import type { Member } from './member.ts';
import type { Merged } from './merge.ts';
import type { Validity } from './validity.ts';

/**
 * The conditions of ours that an export should carry: always all three, since what somebody else put there, or a write
 * keyed by type, could not be taken away by leaving one out. Conflict stands on all valid exports of a service
 * (KEP-1645); an invalid one took no part, so it conflicts with nobody.
 */
export function exportConditions(
  serviceExport: ServiceExport,
  validity: Validity,
  conflicts: readonly Conflict[],
  fields: ServedFields,
  now: string,
): readonly Condition[] {
  const wanted: Omit<NextCondition, 'observedGeneration'>[] = [
    { type: VALID, status: validity.valid ? 'True' : 'False', reason: validity.reason, message: validity.message },
    validity.valid
      ? { type: READY, status: 'True', reason: 'Exported', message: 'Service is exported to the clusterset.' }
      : { type: READY, status: 'False', reason: 'Pending', message: 'ServiceExport is not valid.' },
    conflictCondition(validity.valid ? conflicts : []),
  ];
  const before = ownConditions(serviceExport.status?.conditions);
  const generation = fields.has('ServiceExport.status.conditions.observedGeneration')
    ? serviceExport.metadata.generation
    : undefined;
  return wanted.reduce<readonly Condition[]>(
    (list, condition) => setCondition(list, compact({ ...condition, observedGeneration: generation }), now),
    before,
  );
}

/** Conditions of an export that are ours; those of others stay untouched. */
export function ownConditions(conditions: readonly Condition[] | undefined): readonly Condition[] {
  return (conditions ?? []).filter((condition) => EXPORT_CONDITIONS.includes(condition.type));
}

/**
 * The status of an import.
 * @param existing the import as it is, for its generation and its conditions' times
 * @param sources ids of all clusters that give to the service, sorted
 * @param foreignDerived the derived Service exists, but somebody else made it
 */
export function importStatus(
  existing: ServiceImport,
  merged: Merged,
  member: Member,
  sources: readonly string[],
  foreignDerived: boolean,
  now: string,
): ServiceImportStatus {
  const ready = readiness(existing, merged, member, foreignDerived);
  const generation = existing.metadata.generation;
  const before = (existing.status?.conditions ?? []).filter((condition) => condition.type === READY);
  return compact({
    clusters: sources.map((cluster) => ({ cluster })),
    conditions: member.fields.has('ServiceImport.status.conditions')
      ? setCondition(before, compact({ type: READY, ...ready, observedGeneration: generation }), now)
      : undefined,
    endpointSliceObjects: member.fields.has('ServiceImport.status.endpointSliceObjects') ? 'Present' : undefined,
  });
}

function conflictCondition(conflicts: readonly Conflict[]): Omit<NextCondition, 'observedGeneration'> {
  if (conflicts.length === 0) {
    return { type: CONFLICT, status: 'False', reason: 'NoConflicts', message: 'No conflicts.' };
  }
  return {
    type: CONFLICT,
    status: 'True',
    reason: conflicts.map((conflict) => conflict.reason).join(','),
    message: conflicts.map(conflictMessage).join(' '),
  };
}

type Readiness = Pick<Condition, 'status' | 'reason' | 'message'>;

/** Reasons of an import's Ready condition (mcs-api): Ready, Pending, IPFamilyNotSupported; most specific first. */
function readiness(existing: ServiceImport, merged: Merged, member: Member, foreignDerived: boolean): Readiness {
  if (merged.type === 'Headless') return { status: 'True', reason: 'Ready', message: 'ServiceImport is ready.' };
  if (!wantsDerived(merged)) return pending('The service has no ports, so it gets no cluster IP.');
  if (foreignDerived) return pending('The derived Service exists already and was not made by mcs.');
  if (member.ipFamilies.length === 0) return pending('A directory has no API server that gives a cluster IP.');
  if (familiesFor(merged, member)?.length === 0) {
    const wanted = merged.ipFamilies?.join(', ') ?? '';
    return {
      status: 'False',
      reason: 'IPFamilyNotSupported',
      message: `The service has ${wanted}; Services of this cluster have ${member.ipFamilies.join(', ')}.`,
    };
  }
  if ((existing.spec.ips?.length ?? 0) === 0) return pending('Waiting for the cluster IP of the derived Service.');
  return { status: 'True', reason: 'Ready', message: 'ServiceImport is ready.' };
}

function pending(message: string): Readiness {
  return { status: 'False', reason: 'Pending', message };
}
