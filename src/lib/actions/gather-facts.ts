import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import type { Elsewhere, Facts, Renderer, Subject, Trouble } from '../explain/facts.ts';
import { planService } from '../plan/service-plan.ts';
import { serviceStatus } from '../plan/service-status.ts';
import { refOf, showRef } from '../validate/describe.ts';
import { renderCommand, renderersIn } from '../validate/rules/renderers.ts';
import { clusterFlag } from './cluster-flag.ts';
import { inParallel } from './in-parallel.ts';
import { type ClustersView, type ShownCluster, type ViewOptions, viewClusters } from './view-clusters.ts';

export interface GatherOptions extends Omit<ViewOptions, 'namespace'> {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Reads what explains one service: its namespace in every member, and who else exports it. Other namespaces are read
 * only where nobody exports it, or an export has no Service, to find what was meant.
 * @throws UsageError, NothingUsableError
 */
export async function gatherFacts(
  clusters: readonly Cluster[],
  options: GatherOptions,
): Promise<{ readonly facts: Facts; readonly warnings: readonly string[] }> {
  const { namespace, name, concurrency } = options;
  const view = await viewClusters(clusters, options);
  const { members, left, clusterset } = view;
  // The time enters conditions that would be written, and none are.
  const planned = { now: '1970-01-01T00:00:00Z', gone: new Set(left), adopt: false, allowedNamespaces: [] };
  const plan = planService(namespace, name, members, planned);
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const subjects = await inParallel(view.clusters, concurrency, (shown) =>
    subjectOf(shown, view, byName.get(shown.cluster), options),
  );
  const read = members.flatMap(({ cluster }) => byName.get(cluster) ?? []);
  const orphans = plan.exporters.filter(({ validity }) => validity.reason === 'NoService');
  const orphaned = orphans.flatMap(({ member }) => byName.get(member.cluster) ?? []);
  const exportsElsewhere = plan.exporters.length > 0 ? [] : await everywhere(read, 'ServiceExport', concurrency);
  const services = await everywhere(orphaned, 'Service', concurrency);
  const facts: Facts = {
    clusterset,
    namespace,
    name,
    subjects,
    plan,
    status: serviceStatus(plan, members),
    left,
    exportsElsewhere,
    servicesElsewhere: services.filter((found) => found.name === name),
    renderers: (await inParallel(orphaned, concurrency, renderersOf)).flat(),
  };
  return { facts, warnings: view.warnings };
}

async function subjectOf(
  shown: ShownCluster,
  view: ClustersView,
  at: Cluster | undefined,
  options: GatherOptions,
): Promise<Subject> {
  const { cluster, id, type, location } = shown;
  const flag = at === undefined ? `--context ${cluster}` : clusterFlag(at);
  const member = view.members.find((entry) => entry.cluster === cluster);
  const trouble = member === undefined ? troubleOf(shown, view, flag) : undefined;
  const facts = member === undefined ? undefined : view.surveyed.get(member)?.facts;
  return {
    cluster,
    ...(id === undefined ? {} : { id }),
    type,
    location,
    flag,
    ...(member === undefined ? {} : { member }),
    ...(trouble === undefined ? {} : { trouble }),
    controllers: facts?.controllers ?? [],
    servesMCS: facts === undefined || facts.mcsVersions.length > 0,
    exportsAside: trouble?.verdict === 'fail' && at !== undefined && (await exportsIt(at, options)),
  };
}

const ID_CODES = { missing: 'MCS120', invalid: 'MCS121', duplicate: 'MCS122' } as const;

function troubleOf({ cluster, clusterset }: ShownCluster, view: ClustersView, flag: string): Trouble {
  const failure = view.failures.get(cluster);
  if (failure !== undefined) {
    const code = failure.reason === 'forbidden' ? 'MCS002' : failure.reason === 'malformed' ? 'MCS004' : 'MCS001';
    const next = failure.next ?? 'make it answer, then look again';
    return { code, verdict: 'unknown', message: failure.message, fix: { kind: 'doc', text: next } };
  }
  const faulty = view.leftOut.get(cluster);
  if (faulty !== undefined) {
    const { object, message, next = 'mcs clusters' } = faulty.problem;
    const text = `its ${object} ${message}`;
    return { code: ID_CODES[faulty.wrong], verdict: 'fail', message: text, fix: { kind: 'command', text: next } };
  }
  const wanted = view.clusterset ?? 'CLUSTERSET';
  if (clusterset === undefined) {
    const fix = { kind: 'command', text: `mcs join ${wanted} ${flag}` } as const;
    return { code: 'MCS124', verdict: 'fail', message: `it is no member of clusterset ${wanted}`, fix };
  }
  const message = `it is a member of clusterset ${clusterset}, not of ${wanted}`;
  return {
    code: 'MCS125',
    verdict: 'fail',
    message,
    fix: { kind: 'doc', text: `it can be in one only: mcs leave ${flag}, then mcs join ${wanted} ${flag}` },
  };
}

/** Whether a cluster that takes no part exports the service; one that cannot say does not. */
async function exportsIt(at: Cluster, { namespace, name }: GatherOptions): Promise<boolean> {
  try {
    return (await at.get('ServiceExport', { namespace, name })) !== undefined;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return false;
  }
}

/** What may render the Service of an export in a directory; hints only, as below. */
async function renderersOf(at: Cluster): Promise<readonly Renderer[]> {
  try {
    const manifests = (await at.manifests?.read())?.manifests;
    return renderersIn({ manifests, location: at.location }).map((manifest) => ({
      cluster: at.name,
      object: showRef(refOf(manifest)),
      command: renderCommand(manifest),
    }));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [];
  }
}

/** All objects of a kind; hints only, so that a cluster which does not let us has none. */
async function everywhere(
  clusters: readonly Cluster[],
  kind: 'ServiceExport' | 'Service',
  concurrency: number,
): Promise<readonly Elsewhere[]> {
  const found = await inParallel(clusters, concurrency, async (at) => {
    try {
      const objects = await at.list(kind);
      return objects.map(({ metadata }) => ({
        cluster: at.name,
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      }));
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      return [];
    }
  });
  return found.flat();
}
