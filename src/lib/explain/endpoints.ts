import { isOurs } from '../api/labels.ts';
import type { EndpointSlice } from '../api/objects.ts';
import type { Merged } from '../plan/merge.ts';
import type { Fix } from '../validate/finding.ts';
import type { Read, Remark } from './explanation.ts';
import { type Facts, type Present, keyOfFacts, nameOf, viewOf } from './facts.ts';
import { podsFix, reconcileFix } from './fixes.ts';
import { implementationOf } from './implementations.ts';
import { type Source, sourceOf, sourcesOf, unservedPort } from './sources.ts';
import { type Done, type Finding, doc, done } from './step.ts';

/** Step 5: whether the sources have endpoints, and one cluster holds them. */
export function explainEndpoints(facts: Facts, merged: Merged, at: Present): Done {
  const sources = sourcesOf(facts);
  const { imported } = viewOf(facts, at);
  const reads = readsOf(facts, at, sources, imported);
  const remarks = [...idle(sources), ...dropped(facts), ...leftovers(facts, imported)];
  const common = atSources(facts, merged, sources);
  if (common !== undefined) return done('endpoints', { reads, remarks, ...common, common: true });
  return done('endpoints', { reads, remarks, ...here(facts, at, sources, imported) });
}

type Found = Pick<Finding, 'verdict' | 'code' | 'message' | 'fixes' | 'stops'> & { readonly remarks?: never };

/** What is wrong before anybody imports: it is the same in all clusters. */
function atSources(facts: Facts, merged: Merged, sources: readonly Source[]): Found | undefined {
  const absent = facts.plan.absent.map((id) => nameOf(facts, id));
  const ready = facts.status.endpoints.reduce((sum, counts) => sum + counts.ready, 0);
  if (ready === 0) return none(facts, sources, absent);
  const unserved = unservedPort(merged, sources);
  if (unserved === undefined) return undefined;
  const { port, at } = unserved;
  return {
    verdict: 'fail',
    code: 'MCS407',
    message: `port ${port} is in no EndpointSlice of its source ${at.at.cluster}`,
    fixes: [doc(`let the Pods declare the targetPort of ${port} of Service ${keyOfFacts(facts)} in ${at.at.cluster}`)],
  };
}

function none(facts: Facts, sources: readonly Source[], absent: readonly string[]): Found {
  const { namespace, name } = facts;
  // A folder in Git has no EndpointSlices by nature: no slices are no news.
  const silent = sources.filter(({ at, slices }) => at.type === 'directory' && slices.length === 0);
  if (silent.length > 0) {
    const where = silent.map(({ at }) => at.cluster).join(', ');
    const message = `${where} ${silent.length === 1 ? 'is a directory' : 'are directories'} without EndpointSlices, which says nothing`;
    const fixes = [doc(`ask the ${silent.length === 1 ? 'cluster itself' : 'clusters themselves'}: --context`)];
    return { verdict: 'unknown', code: 'MCS405', message, fixes };
  }
  if (absent.length > 0) {
    return {
      verdict: 'unknown',
      code: 'MCS405',
      message: `none ready in those that were read; ${absent.join(', ')} cannot be asked`,
    };
  }
  const why = sources.map((source) => `${source.at.cluster} ${reasonOf(source)}`).join('; ');
  const fixes = sources.map(({ at, service }): Fix => podsFix(at, namespace, name, service?.spec.selector ?? {}));
  return { verdict: 'fail', code: 'MCS405', message: `no ready endpoint anywhere: ${why}`, fixes };
}

function reasonOf({ total, service }: Source): string {
  if (total > 0) return `has ${total}, none ready`;
  return Object.keys(service?.spec.selector ?? {}).length === 0
    ? 'has none, and its Service no selector'
    : 'has none: the selector matches no Pod';
}

/** What one cluster holds of the sources' endpoints. */
function here(facts: Facts, at: Present, sources: readonly Source[], imported: readonly EndpointSlice[]): Found {
  const counts = facts.status.endpoints.map(({ cluster, ready, total }) => `${cluster} ${ready}/${total}`);
  const message = `ready: ${counts.join(', ')}`;
  const giving = sources.filter(({ ready }) => ready > 0);
  const lacking = giving.filter(({ id }) => !imported.some((slice) => sourceOf(slice) === id));
  if (lacking.length === 0) return { verdict: 'ok', message };
  const whose = lacking.map((source) => source.at.cluster).join(', ');
  const controller = at.controllers.find(({ name }) => implementationOf(name)?.slices === false);
  if (controller !== undefined) {
    return {
      verdict: 'ok',
      message: `${message}; slices of ${whose} not reported: ${controller.name} need not write them`,
    };
  }
  const [other] = at.controllers;
  const fixes = [other === undefined ? reconcileFix(facts) : doc(`look at ${other.name}: ${other.evidence}`)];
  const all = lacking.length === facts.status.endpoints.filter(({ ready }) => ready > 0).length;
  if (all)
    return { verdict: 'fail', code: 'MCS412', message: `no slices of ${whose} here, so nothing is reached`, fixes };
  return { verdict: 'warn', code: 'MCS412', message: `${message}; no slices of ${whose} here`, fixes };
}

/** Sources without a ready endpoint beside others that have some. */
function idle(sources: readonly Source[]): readonly Remark[] {
  if (!sources.some(({ ready }) => ready > 0)) return [];
  return sources
    .filter(({ ready }) => ready === 0)
    .map((source) => ({
      verdict: source.at.type === 'directory' && source.slices.length === 0 ? 'info' : 'warn',
      code: 'MCS406',
      cluster: source.at.cluster,
      message: `gives nothing: it ${reasonOf(source)}`,
    }));
}

function dropped({ plan }: Facts): readonly Remark[] {
  return plan.problems
    .filter(({ severity }) => severity === 'warning')
    .map(({ cluster, object, message }) => ({
      verdict: 'warn',
      code: 'MCS409',
      cluster,
      message: `${object}: ${message}`,
    }));
}

/** Slices here whose source is gone, or gives nothing any more. */
function leftovers(facts: Facts, imported: readonly EndpointSlice[]): readonly Remark[] {
  const giving = new Set([...sourcesOf(facts).map(({ id }) => id), ...facts.plan.absent]);
  const members = new Set(facts.subjects.flatMap(({ member }) => member?.id ?? []));
  const old = new Map<string, readonly EndpointSlice[]>();
  for (const slice of imported) {
    const source = sourceOf(slice);
    if (source !== '' && !giving.has(source)) old.set(source, [...(old.get(source) ?? []), slice]);
  }
  return [...old].map(([source, slices]) => {
    const many = `${slices.length} ${slices.length === 1 ? 'slice' : 'slices'} of ${nameOf(facts, source)}`;
    const gone = !members.has(source);
    return {
      verdict: 'warn',
      code: gone ? 'MCS601' : 'MCS603',
      message: gone ? `${many}, which is no member that was read` : `${many}, which does not export it any more`,
      fix: slices.every(isOurs) ? reconcileFix(facts) : doc('delete them, or ask who made them'),
    };
  });
}

function readsOf(
  facts: Facts,
  at: Present,
  sources: readonly Source[],
  imported: readonly EndpointSlice[],
): readonly Read[] {
  const key = keyOfFacts(facts);
  return [
    ...sources.map(({ at: source, slices, ready, total }) => ({
      cluster: source.cluster,
      object: `EndpointSlice of Service ${key}`,
      field: 'endpoints',
      value: slices.length === 0 ? 'absent' : `${ready} of ${total} ready`,
    })),
    {
      cluster: at.cluster,
      object: `EndpointSlice of ServiceImport ${key}`,
      field: 'metadata.labels[multicluster.kubernetes.io/source-cluster]',
      value: [...new Set(imported.map(sourceOf))].sort().join(',') || 'absent',
    },
  ];
}
