import type { Cluster } from '../clusters/cluster.ts';
import { type ConflictExplanation, explainConflict as explain } from '../explain/explain-conflict.ts';
import type { ExplainOptions } from './explain-service.ts';
import { gatherFacts } from './gather-facts.ts';
import { checkMatch, splitName } from './match-services.ts';

export type { ConflictExplanation, FieldExplanation, WhatIf } from '../explain/explain-conflict.ts';

/**
 * Compares what the clusters say of one service, field by field. Reads one namespace; writes nothing.
 * @throws UsageError, NothingUsableError
 */
export async function explainConflict(
  clusters: readonly Cluster[],
  options: ExplainOptions,
): Promise<ConflictExplanation> {
  checkMatch({ names: [options.service] });
  const { facts, warnings } = await gatherFacts(clusters, {
    ...options,
    ...splitName(options.service, options.namespace),
  });
  return { ...explain(facts), warnings };
}
