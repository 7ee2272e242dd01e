import type { ClusterFacts } from '../clusters/cluster.ts';

/** True when a plan could not tell them apart. */
export function isSameFacts(a: ClusterFacts | undefined, b: ClusterFacts | undefined): boolean {
  return textOf(a) === textOf(b);
}

function textOf(facts: ClusterFacts | undefined): string {
  return facts === undefined ? '' : JSON.stringify({ ...facts, fields: [...facts.fields] }); // JSON shows no set
}
