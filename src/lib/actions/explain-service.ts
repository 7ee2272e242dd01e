import { nearestNames } from '../api/nearest.ts';
import type { Cluster } from '../clusters/cluster.ts';
import { UsageError } from '../errors.ts';
import type { ServiceExplanation } from '../explain/explanation.ts';
import { explainService as explain } from '../explain/explain-service.ts';
import type { Facts, Subject } from '../explain/facts.ts';
import { gatherFacts } from './gather-facts.ts';
import { checkMatch, splitName } from './match-services.ts';
import type { SurveyOptions } from './survey.ts';

export type { Cause, Remark, ServiceExplanation, Step, Verdict } from '../explain/explanation.ts';

export interface ExplainOptions extends SurveyOptions {
  /** `NAME` or `NAMESPACE/NAME`. */
  readonly service: string;
  /** Of a bare name. */
  readonly namespace: string;
  readonly clusterset?: string;
}

export interface ExplainServiceOptions extends ExplainOptions {
  /** Clusters to explain, by name or id; all when empty. */
  readonly in: readonly string[];
}

/**
 * Says why a service is reached, or not, in each cluster. Reads one namespace and plans one service; writes nothing.
 * @throws UsageError, NothingUsableError
 */
export async function explainService(
  clusters: readonly Cluster[],
  options: ExplainServiceOptions,
): Promise<ServiceExplanation> {
  checkMatch({ names: [options.service] });
  const key = splitName(options.service, options.namespace);
  const { facts, warnings } = await gatherFacts(clusters, { ...options, ...key });
  const asked = options.in.length === 0 ? facts.subjects : options.in.map((name) => subjectNamed(facts, name));
  return { ...explain(facts, [...new Set(asked)]), warnings };
}

function subjectNamed({ subjects }: Facts, name: string): Subject {
  const found = subjects.find(({ cluster }) => cluster === name) ?? subjects.find(({ id }) => id === name);
  if (found !== undefined) return found;
  const names = subjects.map(({ cluster }) => cluster);
  const near = nearestNames(names, name);
  const next =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the clusters are ${names.slice(0, 10).join(', ')}`;
  throw new UsageError(`--in ${name}: none of the clusters has that name or id`, next);
}
