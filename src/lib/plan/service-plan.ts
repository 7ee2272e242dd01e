import type { Change, Problem } from './change.ts';
import { exportConditions } from './desired-status.ts';
import { exportStatusDifferences } from './differences.ts';
import { changesAt } from './import-plan.ts';
import type { Member, PlanOptions } from './member.ts';
import type { Merged } from './merge.ts';
import type { ServiceMemo } from './service-memo.ts';
import { type Exporter, sourcesAmong } from './service-sources.ts';

/** What one service is over the clusterset, and what it takes to make every cluster hold it. */
export interface ServicePlan {
  readonly namespace: string;
  readonly name: string;
  /** Undefined when no valid export is left and nobody absent speaks for it: then its imports go. */
  readonly merged: Merged | undefined;
  /** All exports that are not being deleted, by cluster id. */
  readonly exporters: readonly Exporter[];
  /** Ids whose clusters cannot be asked but which gave to this service; what they gave stays. */
  readonly absent: readonly string[];
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

/**
 * The plan of one service: `Member[] → Change[]`, total, pure and independent of the order of members. A plan that has
 * been carried out plans nothing.
 * @param only plan the changes of this member alone; what the service is does not depend on it
 * @param memo what was computed before is taken from it where nothing has changed since; the plan is the same
 */
export function planService(
  namespace: string,
  name: string,
  members: readonly Member[],
  options: PlanOptions,
  only?: Member,
  memo?: ServiceMemo,
): ServicePlan {
  const service = memo?.get(namespace, name, members, options) ?? sourcesAmong(namespace, name, members, options);
  const { merged, exporters, absent, dropped } = service;
  const context = { ...service, namespace, name, options };
  const isPlanned = (member: Member): boolean => only === undefined || member === only;
  const perCluster = service.views
    .filter(({ member }) => isPlanned(member))
    .map(({ member, view }) => changesAt(member, view, context));
  return {
    namespace,
    name,
    merged,
    exporters,
    absent,
    changes: [
      ...perCluster.flatMap(({ changes }) => changes),
      ...exporters
        .filter(({ member }) => isPlanned(member))
        .flatMap((exporter) => exportStatusChange(exporter, merged, options.now) ?? []),
    ],
    problems: [...dropped, ...perCluster.flatMap(({ problems }) => problems)],
  };
}

function exportStatusChange(exporter: Exporter, merged: Merged | undefined, now: string): Change | undefined {
  const { member, view, validity } = exporter;
  if (view.export === undefined) return undefined;
  const conditions = exportConditions(view.export, validity, merged?.conflicts ?? [], member.fields, now);
  const object = { ...view.export, status: { conditions } };
  const fields = exportStatusDifferences(object, view.export);
  if (fields.length === 0) return undefined;
  return {
    cluster: member.cluster,
    verb: 'update',
    kind: 'ServiceExport',
    object,
    subresource: 'status',
    fields,
    reason: conditions.map((condition) => condition.reason).join(' '),
  };
}
