import { FRAGILE_SECONDS } from '../../explain/precedence.ts';
import type { Claim } from '../../plan/claim.ts';
import type { Conflict } from '../../plan/conflicts.ts';
import { ref } from '../describe.ts';
import type { RuleInfo } from '../finding.ts';
import type { Draft, Rule } from '../rule.ts';
import type { SceneService } from '../scene.ts';
import { clusterOf, marginOf, nameOf } from './claimants.ts';
import { CONFLICT_SOURCE, conflictCauses } from './conflicts.ts';
import { areSetApart } from './kustomized.ts';

/** What two rows about winners have in common: they matter only where values really differ. */
function* contested(
  services: readonly SceneService[],
  check: (
    service: SceneService,
    claims: readonly [Claim, ...Claim[]],
    conflicts: readonly Conflict[],
  ) => Draft | undefined,
): Generator<Draft> {
  for (const service of services) {
    const { merged } = service.plan;
    if (merged === undefined || merged.conflicts.length === 0 || merged.claims.length < 2 || areSetApart(service))
      continue;
    const draft = check(service, merged.claims, merged.conflicts);
    if (draft !== undefined) yield draft;
  }
}

const WINNER: Pick<RuleInfo, 'severity' | 'looksAt' | 'source'> = {
  severity: 'warning',
  looksAt: 'metadata.creationTimestamp of the ServiceExports of a service whose clusters disagree',
  source: `${CONFLICT_SOURCE}; the KEP leaves ties open`,
};

/** 220 and 221: who wins a conflict may change without anybody wanting it. */
export const WINNER_RULES: readonly Rule[] = [
  {
    ...WINNER,
    code: 'MCS220',
    title: 'winner-by-seconds',
    summary: `The winner of a conflict is older by ${FRAGILE_SECONDS} s or less.`,
    why: 'Clocks of clusters differ by more; a restore or a recreated export makes the other one win.',
    mend: 'End the conflict.',
    *check({ sets }) {
      for (const { services } of sets) {
        yield* contested(services, (service, claims, conflicts) => {
          const margin = marginOf(claims);
          if (margin === undefined || margin > FRAGILE_SECONDS || claims[0].standsInFor.length > 0) return undefined;
          const how = `is older by ${FRAGILE_SECONDS} s or less`;
          return fragile(service, claims, conflicts, how, 'metadata.creationTimestamp');
        });
      }
    },
  },
  {
    ...WINNER,
    code: 'MCS221',
    title: 'winner-by-id',
    summary: 'The ages of the exports in a conflict are unknown, so the cluster id decides here.',
    why: 'A cluster knows the ages and may decide otherwise.',
    mend: 'End the conflict, or set metadata.creationTimestamp on the ServiceExports.',
    *check({ sets }) {
      for (const { services } of sets) {
        yield* contested(services, (service, claims, conflicts) => {
          if (service.plan.merged?.agesKnown === true || claims[0].standsInFor.length > 0) return undefined;
          return fragile(service, claims, conflicts, 'is first by cluster id: no export says how old it is');
        });
      }
    },
  },
];

function fragile(
  service: SceneService,
  claims: readonly [Claim, ...Claim[]],
  conflicts: readonly Conflict[],
  how: string,
  field?: string,
): Draft | undefined {
  const winner = clusterOf(service, claims[0].cluster);
  if (winner === undefined) return undefined;
  const { key, namespace, name } = service;
  const fields = conflicts.map(({ field }) => field).join(', ');
  return {
    cluster: winner.name,
    service: key,
    object: ref('ServiceExport', name, namespace),
    ...(field === undefined ? {} : { field }),
    message: `${winner.name} wins on ${fields} but ${how}`,
    evidence: claims.map(({ cluster, created }) => `${nameOf(service, cluster)}: ${created ?? 'age unknown'}`),
    fix: { kind: 'doc', text: `make the exporters of ${key} agree on ${fields}: mcs explain conflict ${key}` },
    causes: conflictCauses(service, conflicts),
  };
}
