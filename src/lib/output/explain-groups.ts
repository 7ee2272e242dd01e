import type { ServiceExplanation, Step, Verdict } from '../actions/explain-service.ts';

type Chain = ServiceExplanation['clusters'][number];

/** Clusters whose chains end alike. */
export interface Group {
  readonly clusters: readonly string[];
  /** For each step, that of every cluster, in the order of the names. */
  readonly steps: readonly (readonly [Step, ...Step[]])[];
}

const ORDER: readonly Verdict[] = ['ok', 'skipped', 'warn', 'unknown', 'fail'];

/** Puts clusters together that fare alike, so that twenty of them can be read; the broken ones last, next to their causes. */
export function groupsOf(chains: readonly Chain[]): readonly Group[] {
  const found = new Map<string, Chain[]>();
  for (const chain of chains) {
    const key = JSON.stringify(chain.steps.map(alike));
    found.set(key, [...(found.get(key) ?? []), chain]);
  }
  return [...found.values()]
    .sort((a, b) => rank(a) - rank(b))
    .map((group) => ({
      clusters: group.map(({ cluster }) => cluster),
      steps: (group[0]?.steps ?? []).map((first, index) => [
        first,
        ...group.slice(1).flatMap(({ steps }) => steps[index] ?? []),
      ]),
    }));
}

/** What makes two steps alike: of those that are fine, not the message, which has IPs in it. */
function alike({ verdict, code, message, remarks }: Step): unknown {
  return [verdict, code, verdict === 'ok' ? '' : message, remarks.map((remark) => [remark.code, remark.message])];
}

function rank(group: readonly Chain[]): number {
  return Math.max(...(group[0]?.steps ?? []).map(({ verdict }) => ORDER.indexOf(verdict)));
}
