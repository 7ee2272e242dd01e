import type { ClusterFacts, Cluster } from '../clusters/cluster.ts';
import { ClusterError, NothingUsableError, UsageError } from '../errors.ts';
import { type Identity, clustersetsOf, identityOf, withoutTwins } from '../plan/membership.ts';
import { clusterFlag } from './cluster-flag.ts';
import { inParallel } from './in-parallel.ts';

/** A cluster that answered: what it is and who it says it is. */
export interface Surveyed extends Identity {
  readonly at: Cluster;
  readonly facts: ClusterFacts;
}

/** A cluster that did not, and why. */
export interface Unreachable {
  readonly at: Cluster;
  readonly error: ClusterError;
  /** RFC 3339: since when; only who has asked before knows. */
  readonly since?: string;
}

export interface Survey {
  /** In the order given; two contexts of one cluster count once. */
  readonly clusters: readonly Surveyed[];
  readonly unreachable: readonly Unreachable[];
  readonly warnings: readonly string[];
}

export interface SurveyOptions {
  /** Clusters asked at a time. */
  readonly concurrency: number;
  /** Called as each cluster has answered or failed. */
  readonly onCluster?: (cluster: Cluster, error: ClusterError | undefined) => void;
}

/** Asks every cluster who it is. One that fails never stops the others. */
export async function survey(clusters: readonly Cluster[], options: SurveyOptions): Promise<Survey> {
  const answers = await inParallel(clusters, options.concurrency, async (at) => {
    const answer = await ask(at);
    options.onCluster?.(at, answer instanceof ClusterError ? answer : undefined);
    return { at, answer };
  });
  const found: Surveyed[] = [];
  const unreachable: Unreachable[] = [];
  for (const { at, answer } of answers) {
    if (answer instanceof ClusterError) unreachable.push({ at, error: answer });
    else found.push(answer);
  }
  const { kept, warnings } = withoutTwins(found);
  const own = kept.flatMap(({ cluster, facts }) => facts.warnings.map((warning) => `${cluster}: ${warning}`));
  return { clusters: kept, unreachable, warnings: [...warnings, ...own] };
}

/** Throws when no cluster answered at all: there is nothing to report on. */
export function requireAnswers(result: Survey): void {
  const [first, ...others] = result.unreachable;
  if (result.clusters.length > 0 || first === undefined) return;
  if (others.length === 0) {
    throw new NothingUsableError(`no cluster answered; ${first.at.name}: ${first.error.message}`, first.error.next);
  }
  const causes = result.unreachable.map(({ error }) => error);
  throw new NothingUsableError('no cluster answered', undefined, { causes });
}

/**
 * The clusterset to work on: the one named, else the only one there is.
 * @returns undefined when no cluster is a member of any
 * @throws UsageError when there are several, or when nobody is a member of the one named
 */
export function chooseClusterset(identities: readonly Identity[], named: string | undefined): string | undefined {
  const found = clustersetsOf(identities);
  const show = (): string => [...found].map(([name, members]) => `${name} (${members.join(', ')})`).join('; ');
  if (named !== undefined) {
    if (found.has(named)) return named;
    throw new UsageError(`no cluster is a member of clusterset "${named}"${found.size > 0 ? `; found ${show()}` : ''}`);
  }
  if (found.size > 1)
    throw new UsageError(`the clusters are members of several clustersets: ${show()}`, 'choose one: --clusterset NAME');
  return [...found.keys()][0];
}

async function ask(at: Cluster): Promise<Surveyed | ClusterError> {
  try {
    const facts = await at.facts();
    const properties = facts.aboutVersions.length === 0 ? [] : await at.list('ClusterProperty');
    return { at, facts, ...identityOf(at.name, facts.uid, properties), flag: clusterFlag(at) };
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
}
