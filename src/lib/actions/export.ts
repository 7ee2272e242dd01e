import { apiVersionOf } from '../api/kinds.ts';
import { MARK, isOurs } from '../api/labels.ts';
import { isLabelValue, isQualifiedName } from '../api/names.ts';
import type { ServiceExport, StringMap } from '../api/objects.ts';
import { compact } from '../api/reader.ts';
import { sameJSON } from '../api/same-json.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError, RefusedError, UsageError } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import { type StatusConflict, serviceStatus } from '../plan/service-status.ts';
import { planService } from '../plan/service-plan.ts';
import { problemOf } from './enroll.ts';
import { inParallel } from './in-parallel.ts';
import { type MatchOptions, checkMatch, matchServices, oneNamespace } from './match-services.ts';
import { type Chosen, type Neighbourhood, readNeighbourhood } from './neighbourhood.ts';
import type { DryRun } from './settle.ts';

export interface ExportOptions extends MatchOptions {
  readonly clusterset?: string;
  readonly exportedLabels: StringMap;
  readonly exportedAnnotations: StringMap;
  /** RFC 3339: the age of exports in directories, which nobody else gives them. */
  readonly now: string;
  readonly concurrency: number;
}

/** One export in one cluster, before it is written. */
export interface PlannedExport {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly action: 'create' | 'update' | 'unchanged';
  /** Conflicts it will have, as the merge decides them. */
  readonly conflicts: readonly StatusConflict[];
  readonly object: ServiceExport;
}

export interface ExportPlan {
  readonly exports: readonly PlannedExport[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly targets: ReadonlyMap<string, Cluster>;
}

/** Refusals that one message tells; who gave a hundred names has one mistake, not a hundred. */
const MOST_REFUSALS = 5;

/**
 * What an export would write and what it would do to the service, before anything is written.
 * @param neighbours other clusters, to foresee conflicts with their exports
 * @throws RefusedError when any of the services cannot be exported: nothing is written then
 */
export async function planExport(
  targets: readonly Cluster[],
  neighbours: readonly Cluster[],
  options: ExportOptions,
): Promise<ExportPlan> {
  checkMatch(options);
  checkKeys(options);
  const namespace = oneNamespace(options);
  const around = await readNeighbourhood(targets, neighbours, {
    concurrency: options.concurrency,
    ...(options.clusterset === undefined ? {} : { clusterset: options.clusterset }),
    ...(namespace === undefined ? {} : { namespace }),
  });
  const refused: string[] = [];
  const found = around.chosen.map((chosen) => {
    const match = matchServices(chosen.member.observed, options);
    refused.push(...match.refused.map((line) => `${chosen.member.cluster}: ${line}`));
    return { chosen, match };
  });
  await requireAPI(around.chosen);
  if (refused.length > 0) {
    const more = refused.length > MOST_REFUSALS ? [`and ${refused.length - MOST_REFUSALS} more`] : [];
    throw new RefusedError(['nothing was exported', ...refused.slice(0, MOST_REFUSALS), ...more].join('\n  '));
  }
  const planned = found.flatMap(({ chosen, match }) =>
    match.services.map(({ namespace, name }) => ({ chosen, object: exportObject(chosen, namespace, name, options) })),
  );
  const before = planned.map(({ chosen, object }) => actionOf(chosen, object, options));
  for (const { chosen, object } of planned) hypothesize(chosen, object, options.now);
  return {
    exports: planned.map(({ chosen, object }, index) => {
      const { namespace = '', name } = object.metadata;
      const conflicts = conflictsWith(around, chosen, namespace, name, options);
      return { cluster: chosen.member.cluster, namespace, name, action: before[index] ?? 'create', conflicts, object };
    }),
    problems: around.problems,
    warnings: [...around.warnings, ...found.flatMap(({ match }) => match.notes), ...outsiders(around.chosen)],
    targets: new Map(around.chosen.map(({ at, member }) => [member.cluster, at])),
  };
}

export interface ExportReport {
  readonly dryRun: DryRun;
  readonly exports: readonly Omit<PlannedExport, 'object'>[];
  readonly problems: readonly Problem[];
}

/** Writes a plan, some exports at a time. What fails does not stop the others. */
export async function applyExport(plan: ExportPlan, dryRun: DryRun): Promise<ExportReport> {
  const problems: Problem[] = [...plan.problems];
  const done = await inParallel(plan.exports, WRITES_AT_A_TIME, async ({ object, ...planned }) => {
    const { namespace, name, cluster, action } = planned;
    try {
      if (action !== 'unchanged' && dryRun !== 'client') {
        const options = { dryRun: dryRun === 'server', force: action === 'update' };
        await plan.targets.get(cluster)?.apply('ServiceExport', object, options);
      }
      return planned;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      problems.push({ ...problemOf(cluster, error), object: `ServiceExport ${namespace}/${name}` });
      return undefined;
    }
  });
  return { dryRun, exports: done.flatMap((planned) => planned ?? []), problems };
}

/** Each cluster limits its own requests besides. */
const WRITES_AT_A_TIME = 16;

function exportObject(chosen: Chosen, namespace: string, name: string, options: ExportOptions): ServiceExport {
  const existing = chosen.member.observed.view(namespace, name).export;
  const spec = compact({
    exportedLabels: nonEmpty(options.exportedLabels),
    exportedAnnotations: nonEmpty(options.exportedAnnotations),
  });
  // Exports in directories get no age from anybody, and the oldest decides conflicts.
  const created = chosen.at.type === 'directory' ? (existing?.metadata.creationTimestamp ?? options.now) : undefined;
  const kept = Object.keys(spec).length === 0 ? existing?.spec : spec;
  return compact({
    apiVersion: apiVersionOf('ServiceExport'),
    kind: 'ServiceExport' as const,
    metadata: compact({ name, namespace, labels: MARK, creationTimestamp: created }),
    spec: kept,
  });
}

/** @throws RefusedError for an export that somebody else made and that would have to be changed */
function actionOf(chosen: Chosen, object: ServiceExport, options: ExportOptions): PlannedExport['action'] {
  const { namespace = '', name } = object.metadata;
  const existing = chosen.member.observed.view(namespace, name).export;
  if (existing === undefined) return 'create';
  const asksForKeys = [options.exportedLabels, options.exportedAnnotations].some((map) => Object.keys(map).length > 0);
  if (!asksForKeys || sameJSON(existing.spec ?? {}, object.spec ?? {})) return 'unchanged';
  if (isOurs(existing)) return 'update';
  throw new RefusedError(
    `${chosen.member.cluster}: ServiceExport ${namespace}/${name} was not made by mcs, so it is not changed`,
    'change it where it is kept, or unexport it first',
  );
}

/** No API server takes a ServiceImport with such keys or values, so its exporter hears of it first. */
function checkKeys({ exportedLabels, exportedAnnotations }: ExportOptions): void {
  for (const key of [...Object.keys(exportedLabels), ...Object.keys(exportedAnnotations)]) {
    if (!isQualifiedName(key)) throw new UsageError(`"${key}" cannot be the key of a label or annotation`, KEYS);
  }
  for (const [key, value] of Object.entries(exportedLabels)) {
    if (!isLabelValue(value)) throw new UsageError(`"${value}" cannot be the value of label ${key}`, KEYS);
  }
}

const KEYS = 'letters, digits, "-", "_" and "." only, at most 63; a key may have a domain and "/" before it';

/** Lets the plan see the export as if it were written: the youngest, unless it is there already. */
function hypothesize(chosen: Chosen, object: ServiceExport, now: string): void {
  const { observed } = chosen.member;
  const { namespace = '', name } = object.metadata;
  const existing = observed.view(namespace, name).export;
  const creationTimestamp = existing?.metadata.creationTimestamp ?? now;
  observed.put('ServiceExport', { ...object, metadata: { ...object.metadata, creationTimestamp } });
}

function conflictsWith(
  around: Neighbourhood,
  chosen: Chosen,
  namespace: string,
  name: string,
  options: ExportOptions,
): readonly StatusConflict[] {
  const members = around.members.includes(chosen.member) ? around.members : [...around.members, chosen.member];
  const plan = planService(namespace, name, members, {
    now: options.now,
    gone: new Set(around.left),
    adopt: false,
    allowedNamespaces: options.allowedNamespaces,
  });
  return serviceStatus(plan, members).conflicts;
}

function outsiders(chosen: readonly Chosen[]): readonly string[] {
  return chosen
    .filter(({ isMember }) => !isMember)
    .map(({ member }) => `${member.cluster} is no member of a clusterset: its exports count once it joins`);
}

async function requireAPI(chosen: readonly Chosen[]): Promise<void> {
  for (const { at, member } of chosen) {
    if ((await at.facts()).mcsVersions.length > 0) continue;
    throw new RefusedError(
      `${member.cluster}: the MCS API is not installed`,
      `mcs crds install --context ${member.cluster}`,
    );
  }
}

function nonEmpty(map: StringMap): StringMap | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
