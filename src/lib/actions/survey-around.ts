import type { Cluster } from '../clusters/cluster.ts';
import { ClusterError, InterruptedError, NothingUsableError, PartialError, UsageError } from '../errors.ts';
import { clusterFlag } from './cluster-flag.ts';
import { type SurveyOptions, type Surveyed, type Unreachable, requireAnswers, survey } from './survey.ts';

/** The clusters that a write is about, all of which answered, and what is known of those around them. */
export interface Around {
  readonly chosen: readonly Surveyed[];
  readonly others: readonly Surveyed[];
  /** Those of the others that did not answer. */
  readonly unknown: readonly Unreachable[];
  readonly warnings: readonly string[];
}

/**
 * Asks the chosen clusters and all others who they are.
 * @throws UsageError when two of the chosen are one cluster; PartialError, NothingUsableError when one does not answer;
 *   InterruptedError
 */
export async function surveyAround(
  chosen: readonly Cluster[],
  others: readonly Cluster[],
  options: SurveyOptions & { readonly signal?: AbortSignal },
): Promise<Around> {
  const [own, rest] = await Promise.all([survey(chosen, options), survey(others, options)]);
  if (options.signal?.aborted === true) throw new InterruptedError('interrupted before anything was written');
  requireAnswers(own);
  const [failed] = own.unreachable;
  if (failed !== undefined) {
    throw new PartialError(`${failed.at.name}: ${failed.error.message}; nothing was written`, failed.error.next);
  }
  await refuseTwins(chosen, own.clusters);
  const uids = new Set(own.clusters.flatMap(({ uid }) => uid ?? []));
  return {
    chosen: own.clusters,
    others: rest.clusters.filter(({ uid }) => uid === undefined || !uids.has(uid)),
    unknown: rest.unreachable,
    warnings: own.warnings,
  };
}

async function refuseTwins(chosen: readonly Cluster[], kept: readonly Surveyed[]): Promise<void> {
  const dropped = chosen.find((at) => !kept.some((surveyed) => surveyed.at === at));
  if (dropped === undefined) return;
  const { uid } = await dropped.facts();
  const twin = kept.find((surveyed) => surveyed.uid === uid);
  throw new UsageError(
    `${twin?.cluster ?? ''} and ${dropped.name} are the same cluster (kube-system has UID ${uid ?? ''} in both)`,
    `name it once: ${clusterFlag(twin?.at ?? dropped)}`,
  );
}

/** One cluster's failure before anything was written, as the end of the run; anything else is returned as it is. */
export function beforeWriting(error: unknown, alone: boolean, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return new InterruptedError('interrupted before anything was written');
  if (!(error instanceof ClusterError)) return error;
  const message = `${error.cluster}: ${error.message}; nothing was written`;
  const down = error.reason === 'unreachable' || error.reason === 'timeout' || error.reason === 'unauthorized';
  return alone && down
    ? new NothingUsableError(message, error.next, { cause: error })
    : new PartialError(message, error.next, { cause: error });
}
