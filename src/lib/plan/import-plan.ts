import { SOURCE_CLUSTER_LABEL, isOurs } from '../api/labels.ts';
import type { EndpointSlice, KubeObject, Service, ServiceImport } from '../api/objects.ts';
import type { Change, Problem } from './change.ts';
import {
  type Imported,
  desiredDerived,
  desiredImport,
  familiesFor,
  importIPs,
  ownerOf,
  wantsDerived,
} from './desired-import.ts';
import { importStatus } from './desired-status.ts';
import { importDifferences, importStatusDifferences, serviceDifferences, sliceDifferences } from './differences.ts';
import type { Member, PlanOptions } from './member.ts';
import type { Merged } from './merge.ts';
import type { Quiet } from './quiet.ts';
import type { ServiceView } from './service-view.ts';
import { compareText } from './order.ts';
import { type SourceSlices, stampSlice } from './slices.ts';

/** What is the same for all importing clusters of one service. */
export interface ImportContext extends Imported {
  readonly merged: Merged | undefined;
  readonly sources: readonly SourceSlices[];
  /** Ids whose slices stay as they are. */
  readonly absent: readonly string[];
  readonly quiet: Quiet;
  readonly options: PlanOptions;
}

export interface ClusterPlan {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

/**
 * What it takes to make one cluster hold a service's import, derived Service and slices. Objects that need a uid or an
 * IP which the API server has yet to give are planned once it is there: the caller plans again with the replies.
 */
export function changesAt(member: Member, view: ServiceView, context: ImportContext): ClusterPlan {
  // A terminating namespace takes no new objects, and what is there goes with it (design rule 12).
  if (view.namespace === 'terminating') return { changes: [], problems: [] };
  const { merged } = context;
  if (merged === undefined || member.role === 'former' || view.namespace === 'absent') {
    const stays = member.role === 'member' && view.namespace === 'active' ? context.absent : [];
    return { changes: removal(member, view, reasonToRemove(member, view), stays), problems: [] };
  }
  const foreign = foreignImport(member, view, context);
  if (foreign !== undefined) return { changes: [], problems: [foreign] };
  return importing(member, view, { ...context, merged });
}

type Importing = ImportContext & { readonly merged: Merged };

function importing(member: Member, view: ServiceView, context: Importing): ClusterPlan {
  const { merged, options, quiet } = context;
  const families = familiesFor(merged, member);
  const wants = wantsDerived(merged) && families?.length !== 0;
  const changes: Change[] = [];
  const change = changer(member, changes);
  const collisions = options.adopt ? [] : sliceCollisions(member, context, view.imported);
  const without = (): readonly Change[] => changes.filter((entry) => !collides(entry, collisions));
  if (quiet.has(member, view)) {
    planSlices(change, view, context, wants);
    return { changes: without(), problems: collisions };
  }
  const foreignDerived = wants && view.derived !== undefined && !isOurs(view.derived) && !options.adopt;
  const ips = wants ? importIPs(view.derived, families) : [];
  const desired = desiredImport(context, merged, member, ips);
  const statusFor = (held: ServiceImport): ServiceImport => ({
    ...held,
    status: importStatus(held, merged, member, context.clusters, foreignDerived, options.now),
  });
  // A directory learns nothing from its own reply, so the status can come along.
  const complete = member.ipFamilies.length === 0;
  if (view.import === undefined) change.create('ServiceImport', complete ? statusFor(desired) : desired, 'exported');
  else change.update('ServiceImport', desired, importDifferences(desired, view.import), !isOurs(view.import));
  const owner = ownerOf(view.import);
  // Where an API server gives uids, what an import owns is made after it, so that it is collected with it.
  const mayOwn = view.import !== undefined || complete;
  if (mayOwn) {
    if (wants && !foreignDerived) {
      const service = desiredDerived(context, merged, member, view.derived, owner);
      if (view.derived === undefined) change.create('Service', service, 'gives the import its IP');
      else change.update('Service', service, serviceDifferences(service, view.derived), !isOurs(view.derived));
    }
    planSlices(change, view, context, wants && !foreignDerived);
  }
  if (!wants && view.derived !== undefined && isOurs(view.derived)) {
    change.remove(
      'Service',
      view.derived,
      merged.type === 'Headless' ? 'the service is Headless now' : 'no IP is served',
    );
  }
  if (view.import !== undefined) {
    const object = statusFor(view.import);
    change.status(object, importStatusDifferences(object, view.import));
  }
  const problems = foreignDerived ? [foreign(member, 'Service', view.derived)] : [];
  if (problems.length === 0 && changes.every(({ kind }) => kind === 'EndpointSlice')) quiet.add(member, view);
  return { changes: without(), problems: [...problems, ...collisions] };
}

/** Creates and updates before deletes, so that endpoints move without a gap. @param served by the derived Service */
function planSlices(
  change: Changer,
  { import: held, imported }: ServiceView,
  context: Importing,
  served: boolean,
): void {
  const { namespace, name, absent } = context;
  const derived = served ? context.derived : undefined;
  const owner = ownerOf(held);
  const desired = context.sources.flatMap(({ source, contents }) =>
    contents.map((content) => stampSlice(content, source, namespace, name, derived, owner)),
  );
  const existing = new Map(imported.map((slice) => [slice.metadata.name, slice]));
  for (const slice of desired) {
    const before = existing.get(slice.metadata.name);
    if (before === undefined) change.create('EndpointSlice', slice, `from ${sourceOf(slice)}`);
    else change.update('EndpointSlice', slice, sliceDifferences(slice, before), !isOurs(before));
  }
  const wanted = new Set(desired.map((slice) => slice.metadata.name));
  for (const slice of imported.toSorted((a, b) => compareText(a.metadata.name, b.metadata.name))) {
    if (wanted.has(slice.metadata.name) || !isOurs(slice) || absent.includes(sourceOf(slice))) continue;
    change.remove('EndpointSlice', slice, `${sourceOf(slice)} does not give it any more`);
  }
}

/**
 * Slices, then the derived Service, then the import: what is ours, nothing else.
 * @param stays ids of absent sources: when somebody deleted every import, their slices are all that is left of them
 */
function removal(member: Member, view: ServiceView, reason: string, stays: readonly string[]): readonly Change[] {
  const changes: Change[] = [];
  const change = changer(member, changes);
  for (const slice of view.imported.toSorted((a, b) => compareText(a.metadata.name, b.metadata.name))) {
    if (isOurs(slice) && !stays.includes(sourceOf(slice))) change.remove('EndpointSlice', slice, reason);
  }
  if (stays.length > 0) return changes;
  if (view.derived !== undefined && isOurs(view.derived)) change.remove('Service', view.derived, reason);
  if (view.import !== undefined && isOurs(view.import)) change.remove('ServiceImport', view.import, reason);
  return changes;
}

function reasonToRemove(member: Member, view: ServiceView): string {
  if (member.role === 'former') return 'the cluster is no member';
  return view.namespace === 'absent' ? 'its namespace is gone' : 'no valid export is left';
}

function foreignImport(member: Member, view: ServiceView, context: ImportContext): Problem | undefined {
  if (view.import === undefined || isOurs(view.import) || context.options.adopt) return undefined;
  return foreign(member, 'ServiceImport', view.import);
}

function foreign(member: Member, kind: string, object: KubeObject): Problem {
  return {
    cluster: member.cluster,
    object: `${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    message: 'exists already and was not made by mcs, so it is left alone',
    next: 'delete it, or take it over: mcs reconcile --adopt',
    severity: 'partial',
  };
}

function sliceCollisions(member: Member, context: Importing, imported: readonly EndpointSlice[]): readonly Problem[] {
  const names = new Set(context.sources.flatMap(({ contents }) => contents.map((content) => content.name)));
  return imported
    .filter((slice) => names.has(slice.metadata.name) && !isOurs(slice))
    .map((slice) => foreign(member, 'EndpointSlice', slice));
}

function collides(change: Change, collisions: readonly Problem[]): boolean {
  const { kind, object } = change;
  const name = `${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  return collisions.some((problem) => problem.object === name);
}

function sourceOf(slice: EndpointSlice): string {
  return slice.metadata.labels?.[SOURCE_CLUSTER_LABEL] ?? '';
}

interface Written {
  readonly ServiceImport: ServiceImport;
  readonly Service: Service;
  readonly EndpointSlice: EndpointSlice;
}

interface Changer {
  create<K extends keyof Written>(kind: K, object: Written[K], reason: string): void;
  /** An update when fields differ; `adopted` says that the object becomes ours by it. */
  update<K extends keyof Written>(kind: K, object: Written[K], fields: readonly string[], adopted: boolean): void;
  status(object: ServiceImport, fields: readonly string[]): void;
  remove<K extends keyof Written>(kind: K, object: Written[K], reason: string): void;
}

function changer(member: Member, changes: Change[]): Changer {
  const { cluster } = member;
  const add = (change: object): void => {
    changes.push({ cluster, ...change } as Change); // kind and object go together by the signatures of Changer
  };
  return {
    create(kind, object, reason) {
      add({ verb: 'create', kind, object, fields: [], reason });
    },
    update(kind, object, fields, adopted) {
      if (fields.length > 0) add({ verb: 'update', kind, object, fields, reason: adopted ? 'adopted' : 'differs' });
    },
    status(object, fields) {
      if (fields.length === 0) return;
      const ready = object.status?.conditions?.[0]?.reason ?? 'status';
      add({ verb: 'update', kind: 'ServiceImport', object, subresource: 'status', fields, reason: ready });
    },
    remove(kind, object, reason) {
      add({ verb: 'delete', kind, object, fields: [], reason });
    },
  };
}
